package sqlite_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/projections"
	"fleetbeat/queries"
)

// crowd is vehicle n of a fleet with 500 vehicles a customer, two in five disconnected, for up to ten days; 2,000
// registration numbers are used twice.
func crowd(n, customers int) *projections.FleetVehicle {
	v := &projections.FleetVehicle{
		VIN: benchVIN(n), RegistrationNumber: fmt.Sprintf("%c%c%c %04d", 'A'+n/26%26, 'A'+n%26, 'A'+n/676%26, n/17576),
		CustomerID: customerID(n % customers), CustomerName: fmt.Sprintf("Åkeri %d Transport AB", n%customers),
		Status: domain.Connected, Since: asOf() - domain.Instant(n*7919%86_400_000), LastHeartbeat: asOf() - domain.Instant(n*7919%86_400_000),
	}
	if n%500 == 1 && n < 1_000_000 {
		v.RegistrationNumber = fmt.Sprintf("tax-%d", n/1000)
	}
	if uint32(n)*2654435761>>16%10 < 4 {
		v.Status, v.LastHeartbeat = domain.Disconnected, asOf()-domain.Instant(n*104729%864_000_000)
		v.Since = v.LastHeartbeat + 90_000
	}
	return v
}

// BenchmarkFacets asks for lists with their facets, and for what a summary is made of. It prints median and 95th percentile, too.
func BenchmarkFacets(b *testing.B) {
	customers := max(10, *fleetSize/500)
	views := openViews(b)
	fill(b, views, *fleetSize, func(n int) *projections.FleetVehicle { return crowd(n, customers) })
	fleet := views.Fleet(nil)
	run := func(name string, ask func() error) {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				require.NoError(b, ask())
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
		})
	}
	one, down := []domain.CustomerID{customerID(7)}, []domain.Status{domain.Disconnected}
	for _, ask := range []struct {
		name   string
		filter queries.Filter
	}{
		{"all", queries.Filter{}},
		{"disconnected", queries.Filter{Statuses: down}},
		{"one customer", queries.Filter{Customers: one}},
		{"silent for 5 minutes", queries.Filter{SilentFor: 5 * time.Minute}},
		{"silent for a day", queries.Filter{SilentFor: 24 * time.Hour}},
		{"silent for 5 days", queries.Filter{SilentFor: 5 * 24 * time.Hour}},
		{"silent for 7 days of one", queries.Filter{SilentFor: 7 * 24 * time.Hour, Customers: one}},
		{"text of a plate", queries.Filter{Text: "abc 00"}},
		{"text of a VIN", queries.Filter{Text: "00012345"}},
		{"text of a customer", queries.Filter{Text: "åkeri 7 "}},
		{"text of a customer, of it", queries.Filter{Text: "åkeri 7 ", Customers: one}},
		{"text that all have", queries.Filter{Text: "transport"}},
		{"clashes", queries.Filter{Clash: true}},
		{"clashes of one", queries.Filter{Clash: true, Customers: one}},
	} {
		for _, facets := range []bool{false, true} {
			run(fmt.Sprintf("%s/facets %t", ask.name, facets), func() error {
				_, err := fleet.Vehicles(b.Context(), queries.ListVehicles{Filter: ask.filter, Sort: queries.SortStatus, Limit: 50, Facets: facets}, asOf())
				return err
			})
		}
	}
	relations, err := views.Create(b.Context(), "relations", projections.Relations().Version)
	require.NoError(b, err)
	var names []projections.Change
	for n := range customers {
		row := &projections.RelationsCustomer{Customer: domain.Customer{ID: customerID(n), Name: fmt.Sprintf("Åkeri %d Transport AB", n)}}
		names = append(names, projections.Change{Key: row.Key(), After: row})
	}
	activate(b, views, relations, names)
	quarterHistory(b, views, customers, 7, 1)
	timeline := views.Timeline(still{})
	summary := queries.GetSummaryHandler{
		Counts: views.Fleet(still{}), Relations: views.Relations(still{}), History: timeline, Usual: queries.NewUsualRanges(timeline), Now: asOf,
	}
	run("summary", func() error { _, err := summary.Handle(b.Context(), queries.GetSummary{}); return err })
	run("summary of one", func() error {
		_, err := summary.Handle(b.Context(), queries.GetSummary{Owner: customerID(7)})
		return err
	})
	run("counts by customer", func() error { _, err := fleet.CountsByCustomer(b.Context(), nil); return err })
	run("steps of silence", func() error {
		_, err := fleet.SilentSince(b.Context(), "", queries.SilentMoments(asOf()))
		return err
	})
}

// still is a view that does not move.
type still struct{}

func (still) Await(context.Context, domain.Position) (domain.Instant, error) { return asOf(), nil }
