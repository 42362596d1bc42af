package bench

import (
	"context"
	"slices"
	"strings"

	"fleetbeat/domain"
)

// Row is what can be measured, and what is wanted of it.
type Row struct {
	Name    string // by which it is asked for
	What    string
	Against string // what its floor is; "" for none
	Unit    Unit
	Want    Want
}

// group is rows that are measured together, because they share what takes long to make. measure returns the samples of its
// rows by their names, of those that are not asked for too where they cost nothing, and what it has on an error.
type group struct {
	name    string
	rows    []Row
	measure func(ctx context.Context, s *session) (map[string]samples, error)
}

// million is the fleet that most of what is wanted is wanted of.
const million = 1_000_000

// groups are all rows, in the order of the table.
func groups() []group {
	return []group{
		{"pings", []Row{
			{"ping", "one durable ping a request, empty body", "the same server answering 204 without reading", Pings, Want{RatioAtLeast: 0.6}},
			{"ping-full", "the same with location and readings", "the same server answering 204 without reading", Pings, Want{RatioAtLeast: 0.6}},
			{"upload", "stream of heartbeats (NDJSON), durable", "decoding the same lines and nothing else", Lines, Want{RatioAtLeast: 0.4}},
		}, measureHeartbeats},
		{"rebuild", []Row{
			{"rebuild", "rebuild of the fleet view", "scanning the log", Events, Want{RatioAtLeast: 0.158}}, // 300,000 where 1.9 M/s are scanned
		}, measureRebuild},
		{"visible", []Row{
			{"ping-visible", "ping → visible, p99", "", Seconds, Want{AtMost: 1, Vehicles: 100_000}},
			{"deadline-visible", "deadline → visible, p99", "", Seconds, Want{AtMost: 1, Vehicles: 100_000}},
		}, measureVisible},
		{"fleet", []Row{
			{"page", "a page of 50 by customer and status, p95", "", Seconds, Want{AtMost: 0.020, Vehicles: million}},
			{"counts", "counts of the fleet and of each customer, p95", "", Seconds, Want{AtMost: 0.050, Vehicles: million}},
			{"text", "any-part text search, p95", "", Seconds, Want{AtMost: 0.050, Vehicles: million}},
			{"memory", "memory of the server (RSS)", "", Bytes, Want{AtMost: 600e6, Vehicles: million}},
		}, measureFleet},
		{"log", []Row{
			{"append", "appends to the log, 500 events of 200 bytes, 8 callers", "writing the same bytes to a file, synced", Events, Want{}},
			{"append-one", "appends of one event, one caller", "writing the same bytes to a file, synced", Events, Want{}},
			{"scan", "scan of the log, batches of 500 events", "reading the same bytes from a file", Events, Want{}},
		}, measureLog},
	}
}

// Rows returns all rows, in the order of the table.
func Rows() (all []Row) {
	for _, g := range groups() {
		all = append(all, g.rows...)
	}
	return all
}

// choose returns the names of the rows that are asked for: all where none is named. An unknown one is an Invalid error.
func choose(asked []string) (names []string, err error) {
	for _, r := range Rows() {
		names = append(names, r.Name)
	}
	for _, name := range asked {
		if !slices.Contains(names, name) {
			return nil, domain.InvalidField("ROW", "%q is not one of %s", name, strings.Join(names, ", "))
		}
	}
	if len(asked) > 0 {
		return asked, nil
	}
	return names, nil
}
