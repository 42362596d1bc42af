package e2e

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// event is a line of `fleetbeat log --json`.
type event struct {
	Position string          `json:"position"`
	Stream   string          `json:"stream"`
	Revision int64           `json:"revision"`
	Type     string          `json:"type"`
	Time     time.Time       `json:"time"`
	Data     json.RawMessage `json:"data"`
}

// heartbeat is one message in a batch.
type heartbeat struct {
	VIN        string          `json:"vin"`
	ID         string          `json:"id"`
	ReceivedAt time.Time       `json:"receivedAt"`
	Location   json.RawMessage `json:"location"`
	place      int             // of its batch among the events of the log
}

// transition is a change of status.
type transition struct {
	Type          string    `json:"-"`
	VIN           string    `json:"vin"`
	At            time.Time `json:"at"`
	ProvedAt      time.Time `json:"provedAt"`
	LastHeartbeat time.Time `json:"lastHeartbeat"`
	place         int       // among the events of the log
	known         int       // how many spans lie before it
}

// span is an unobserved span.
type span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	Why  string    `json:"why"`
}

// eventLog is everything in a log that says who was heard and what was decided.
type eventLog struct {
	events      []event
	heartbeats  map[string][]heartbeat // by VIN, as they lie
	transitions []transition
	spans       []span // by their beginnings
	told        []span // as they lie
}

// The literals of the events that journeys look for.
const (
	recorded     = "heartbeats.recorded.v1"
	connected    = "vehicle.connected.v1"
	disconnected = "vehicle.disconnected.v1"
	interrupted  = "observation.interrupted.v1"
)

// printLog runs `fleetbeat log --json` and reads its lines.
func printLog(t *testing.T, data string, flags ...string) []event {
	t.Helper()
	done := fleetbeat(t, slices.Concat([]string{"log", "--json"}, logFlags(t, data), flags)...)
	require.Equal(t, 0, done.code, done.stderr)
	return readLines(t, done.stdout)
}

func readLines(t *testing.T, text string) (events []event) {
	t.Helper()
	for line := range strings.Lines(text) {
		var e event
		require.NoError(t, json.Unmarshal([]byte(line), &e), line)
		events = append(events, e)
	}
	return events
}

// readLog reads the whole log of a folder, whether it is being served or not.
func readLog(t *testing.T, data string) *eventLog {
	t.Helper()
	return understood(t, printLog(t, data))
}

// understood sorts the events of a log by what they say.
func understood(t *testing.T, events []event) *eventLog {
	t.Helper()
	l := &eventLog{events: events, heartbeats: map[string][]heartbeat{}}
	for place, e := range l.events {
		switch e.Type {
		case recorded:
			var batch struct{ Heartbeats []heartbeat }
			require.NoError(t, json.Unmarshal(e.Data, &batch))
			for _, h := range batch.Heartbeats {
				h.place = place
				l.heartbeats[h.VIN] = append(l.heartbeats[h.VIN], h)
			}
		case connected, disconnected:
			d := transition{Type: e.Type, place: place, known: len(l.told)}
			require.NoError(t, json.Unmarshal(e.Data, &d))
			l.transitions = append(l.transitions, d)
		case interrupted:
			var s span
			require.NoError(t, json.Unmarshal(e.Data, &s))
			l.told = append(l.told, s)
		}
	}
	l.spans = sorted(l.told)
	return l
}

func sorted(spans []span) []span {
	return slices.SortedFunc(slices.Values(spans), func(a, b span) int { return a.From.Compare(b.From) })
}

// of returns the transitions of a vehicle.
func (l *eventLog) of(vin string) (its []transition) {
	for _, d := range l.transitions {
		if d.VIN == vin {
			its = append(its, d)
		}
	}
	return its
}

// while returns the transitions of a vehicle as long as it pinged.
func (l *eventLog) while(vin string) []transition {
	its := l.heartbeats[vin]
	return slices.DeleteFunc(l.of(vin), func(d transition) bool { return d.At.After(its[len(its)-1].ReceivedAt) })
}

// count returns how many events of a type there are.
func (l *eventLog) count(eventType string) (n int) {
	for _, e := range l.events {
		if e.Type == eventType {
			n++
		}
	}
	return n
}

// deadline is the rule in this package's own words: a timeout after the last heartbeat or after the end of each unobserved
// span that began before that; at the latest when three timeouts outside all spans have passed. Spans are sorted by their
// beginnings and may touch or overlap.
func deadline(spans []span, last time.Time, timeout time.Duration) time.Time {
	deadline, heard, silent := last.Add(timeout), last, time.Duration(0)
	for _, s := range spans {
		if !s.To.After(last) {
			continue
		}
		if s.From.After(deadline) {
			break
		}
		silent += max(0, s.From.Sub(heard))
		if s.To.After(heard) {
			heard = s.To
		}
		deadline = heard.Add(min(timeout, 3*timeout-silent))
	}
	return deadline
}

// requireTrue requires that every disconnection in the log is true: its vehicle was last heard when it says, not again up to
// its moment, and that moment is the deadline to the millisecond. timeout is the one of all vehicles.
func (l *eventLog) requireTrue(t *testing.T, timeout time.Duration) {
	t.Helper()
	l.requireTrueFor(t, timeout, func(heartbeat) bool { return true })
}

// requireTrueFor is requireTrue where others may have had to do without a node: what it received and did not acknowledge, and since
// when it was deaf, may come into the log later.
func (l *eventLog) requireTrueFor(t *testing.T, timeout time.Duration, acknowledged func(heartbeat) bool) {
	t.Helper()
	for _, d := range l.transitions {
		if d.Type != disconnected {
			continue
		}
		var last time.Time
		for _, h := range l.heartbeats[d.VIN] {
			if !h.ReceivedAt.After(d.At) && h.ReceivedAt.After(last) && (h.place < d.place || acknowledged(h)) {
				last = h.ReceivedAt
			}
		}
		require.Equal(t, last, d.LastHeartbeat, "%s was heard within its timeout and declared disconnected at %s", d.VIN, d.At)
		require.Equal(t, deadline(sorted(l.told[:d.known]), last, timeout), d.At, "the disconnection of %s is stamped with its deadline", d.VIN)
		require.False(t, d.ProvedAt.Before(d.At), "a silence is found out after it")
	}
}

// requireKept requires that a vehicle that pinged all the time was never disconnected as long as it did. Where this machine itself kept the
// pings from going out for a whole timeout there is nothing to require; requireTrue still judges what was decided then.
func (l *eventLog) requireKept(t *testing.T, vin string, timeout time.Duration) {
	t.Helper()
	its := l.heartbeats[vin]
	require.NotEmpty(t, its)
	for i := 1; i < len(its); i++ {
		if its[i].ReceivedAt.After(deadline(l.spans, its[i-1].ReceivedAt, timeout)) {
			t.Logf("this machine let %s be silent from %s to %s", vin, its[i-1].ReceivedAt, its[i].ReceivedAt)
			return
		}
	}
	require.Len(t, l.while(vin), 1, "%s was connected once and never disconnected", vin)
}
