package elasticsearch_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/internal/testengines"
	"fleetbeat/projections"
	"fleetbeat/projections/elasticsearch"
	"fleetbeat/queries"
)

// fleetSize is how many vehicles the benchmarks have:
//
//	go test ./projections/elasticsearch -run '^$' -bench . -benchtime 200x -fleet 200000
var fleetSize = flag.Int("fleet", 20_000, "vehicles in benchmarks")

var benchStart = domain.InstantOf(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))

func benchVIN(n int) domain.VIN { return domain.VIN(fmt.Sprintf("YS2R4X%011d", n)) }

func benchCustomers() int { return max(10, *fleetSize/500) }

func benchCustomer(n int) domain.CustomerID {
	return domain.CustomerID(fmt.Sprintf("customer-%06d", n))
}

// benchVehicle returns the n-th vehicle after its last transition: 40 % are disconnected, 10 % never seen.
func benchVehicle(n int, at domain.Instant) *projections.FleetVehicle {
	v := &projections.FleetVehicle{
		VIN: benchVIN(n), Life: int64(n), RegistrationNumber: fmt.Sprintf("%c%c%c %03d", 'A'+n/26%26, 'A'+n%26, 'A'+n/676%26, n%1000),
		CustomerID: benchCustomer(n % benchCustomers()), CustomerName: fmt.Sprintf("Åkeri %d Transport AB", n%benchCustomers()),
		Status: domain.NeverSeen, RegisteredAt: 1000,
	}
	switch {
	case n%10 == 0:
		return v
	case n%10 < 5:
		v.Status = domain.Disconnected
	default:
		v.Status = domain.Connected
	}
	v.Since, v.LastHeartbeat = at, at-90_000
	v.Location = &domain.LocationAt{Lat: 59.334, Lon: 18.063, At: at - 90_000}
	return v
}

// benchChanges returns changes of vehicles at a position.
func benchChanges(numbers []int, commit uint64, at domain.Instant) []projections.Change {
	changes := make([]projections.Change, 0, len(numbers))
	for _, n := range numbers {
		row := benchVehicle(n, at+domain.Instant(n))
		changes = append(changes, projections.Change{
			Key: row.Key(), Before: row, After: row, Version: domain.Position{Commit: commit, Prepare: commit},
		})
	}
	return changes
}

// benchView is a view filled with vehicles.
type benchView struct {
	views  *elasticsearch.Views
	server string
	name   string
	g      projections.Generation
	at     projections.Checkpoint
}

// fillBench fills a view as a builder does, and says how fast that went.
func fillBench(b *testing.B) *benchView {
	b.Helper()
	server := testengines.Elasticsearch(b)
	w := &benchView{server: server, name: nameOf(b.TempDir())}
	w.views = openNamed(b, server, w.name, elasticsearch.Options{})
	var err error
	w.g, err = w.views.Create(b.Context(), "fleet", projections.Fleet().Version)
	require.NoError(b, err)
	var customers []projections.Change
	for n := range benchCustomers() {
		row := &projections.FleetCustomer{ID: benchCustomer(n), Name: fmt.Sprintf("Åkeri %d Transport AB", n)}
		customers = append(customers, projections.Change{Key: row.Key(), After: row, Version: domain.Position{Commit: 1, Prepare: 1}})
	}
	require.NoError(b, w.views.Fill(b.Context(), w.g, customers))
	all := make([]int, *fleetSize)
	for n := range all {
		all[n] = n
	}
	random := rand.New(rand.NewPCG(1, 2))
	began := time.Now()
	for some := range slices.Chunk(all, 5_000) {
		require.NoError(b, w.views.Fill(b.Context(), w.g, benchChanges(some, 2, benchStart)))
	}
	filled := time.Now()
	for range *fleetSize / 20_000 { // rows that were written before leave holes
		some := random.Perm(*fleetSize)[:5_000]
		require.NoError(b, w.views.Fill(b.Context(), w.g, benchChanges(some, 3, benchStart+1_000_000)))
	}
	finishing := time.Now()
	w.g, err = w.views.Finish(b.Context(), w.g)
	require.NoError(b, err)
	w.at = projections.Checkpoint{LogID: "bench", Position: domain.Position{Commit: 10, Prepare: 10}, AsOf: benchStart + 10_000_000}
	w.g, err = w.views.Activate(b.Context(), w.g, w.at)
	require.NoError(b, err)
	fmt.Printf("# %d vehicles: filled at %.0f documents/s, finished and active after %v more; documents, deleted, size: %s\n", *fleetSize,
		float64(*fleetSize)/filled.Sub(began).Seconds(), time.Since(finishing).Round(time.Millisecond),
		strings.TrimSpace(ask(b, server, http.MethodGet, "/_cat/indices/"+w.name+"-v*?h=docs.count,docs.deleted,store.size", "")))
	return w
}

// measured runs f and reports the median and the 95th percentile.
func measured(b *testing.B, f func() error) {
	b.Helper()
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		require.NoError(b, f())
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(took[len(took)/2]), "p50-ms")
	b.ReportMetric(ms(took[len(took)*95/100]), "p95-ms")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkFind asks what the dashboard asks. The floor is a search that matches nothing and counts nothing.
func BenchmarkFind(b *testing.B) {
	w := fillBench(b)
	fleet := w.views.Fleet(nil)
	asOf := w.at.AsOf
	connected, disconnected := []domain.Status{domain.Connected}, []domain.Status{domain.Disconnected}
	one := []domain.CustomerID{benchCustomer(7)}
	b.Run("floor", func(b *testing.B) {
		measured(b, func() error {
			ask(b, w.server, http.MethodPost, "/"+w.name+"/_search", `{"query":{"match_none":{}},"size":0}`)
			return nil
		})
	})
	for _, c := range []struct {
		name string
		q    queries.ListVehicles
	}{
		{"all by status", queries.ListVehicles{Sort: queries.SortStatus}},
		{"all by status with facets", queries.ListVehicles{Sort: queries.SortStatus, Facets: true}},
		{"customer and status", queries.ListVehicles{Filter: queries.Filter{Customers: one, Statuses: connected}, Sort: queries.SortStatus}},
		{"customer and status with facets", queries.ListVehicles{Filter: queries.Filter{Customers: one, Statuses: connected}, Sort: queries.SortStatus, Facets: true}},
		{"status by plate", queries.ListVehicles{Filter: queries.Filter{Statuses: disconnected}, Sort: queries.SortRegistrationNumber}},
		{"silent", queries.ListVehicles{Filter: queries.Filter{SilentFor: 2 * time.Hour}, Sort: queries.SortSince}},
		{"text of a VIN", queries.ListVehicles{Filter: queries.Filter{Text: "00012345"}, Sort: queries.SortStatus}},
		{"text of a plate", queries.ListVehicles{Filter: queries.Filter{Text: "abc 1"}, Sort: queries.SortStatus}},
		{"text of a plate without space", queries.ListVehicles{Filter: queries.Filter{Text: "abc12"}, Sort: queries.SortStatus}},
		{"text of a customer", queries.ListVehicles{Filter: queries.Filter{Text: "åkeri 7 "}, Sort: queries.SortStatus}},
		{"text that all have", queries.ListVehicles{Filter: queries.Filter{Text: "transport"}, Sort: queries.SortStatus}},
		{"text that all have with facets", queries.ListVehicles{Filter: queries.Filter{Text: "transport"}, Sort: queries.SortStatus, Facets: true}},
		{"text that nobody has", queries.ListVehicles{Filter: queries.Filter{Text: "zzzzz"}, Sort: queries.SortStatus}},
		{"two letters", queries.ListVehicles{Filter: queries.Filter{Text: "ab"}, Sort: queries.SortStatus}},
		{"one letter", queries.ListVehicles{Filter: queries.Filter{Text: "a"}, Sort: queries.SortStatus}},
		{"clashes", queries.ListVehicles{Filter: queries.Filter{Clash: true}, Sort: queries.SortStatus}},
	} {
		b.Run(c.name, func(b *testing.B) {
			c.q.Limit = 50
			measured(b, func() error {
				_, err := fleet.Vehicles(b.Context(), c.q, asOf)
				return err
			})
		})
	}
	b.Run("counts by customer", func(b *testing.B) {
		measured(b, func() error { _, err := fleet.CountsByCustomer(b.Context(), nil); return err })
	})
	b.Run("rank every customer", func(b *testing.B) {
		measured(b, func() error { _, err := fleet.RankEveryCustomer(b.Context()); return err })
	})
	b.Run("numbers of 50 customers", func(b *testing.B) {
		ids := make([]domain.CustomerID, 0, 50)
		for n := range min(50, benchCustomers()) {
			ids = append(ids, benchCustomer(n))
		}
		measured(b, func() error { _, err := fleet.NumbersByCustomer(b.Context(), ids); return err })
	})
	b.Run("silent since", func(b *testing.B) {
		measured(b, func() error {
			_, err := fleet.SilentSince(b.Context(), "", queries.SilentMoments(asOf))
			return err
		})
	})
	b.Run("50 rows", func(b *testing.B) {
		vins := make([]domain.VIN, 0, 50)
		for n := range 50 {
			vins = append(vins, benchVIN(n*7))
		}
		measured(b, func() error { _, err := fleet.Rows(b.Context(), vins); return err })
	})
}

// BenchmarkSave measures from a page of changes until they can be found and the checkpoint says so.
func BenchmarkSave(b *testing.B) {
	w := fillBench(b)
	random := rand.New(rand.NewPCG(3, 4))
	for _, size := range []int{0, 1, 10, 100, 1_000} {
		b.Run(fmt.Sprintf("%d rows", size), func(b *testing.B) {
			measured(b, func() error {
				to := w.at
				to.Position.Commit++
				to.Position.Prepare++
				changes := benchChanges(random.Perm(*fleetSize)[:size], to.Position.Commit, benchStart)
				slices.SortFunc(changes, func(a, b projections.Change) int { return strings.Compare(a.Key.ID, b.Key.ID) })
				if err := w.views.Save(b.Context(), w.g, w.at, to, changes); err != nil {
					return err
				}
				w.at = to
				return nil
			})
		})
	}
	b.Run("generations, as followers look", func(b *testing.B) {
		measured(b, func() error { _, err := w.views.Generations(b.Context(), "fleet"); return err })
	})
}
