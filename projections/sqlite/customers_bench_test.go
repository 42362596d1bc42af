package sqlite_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/projections"
	"fleetbeat/projections/sqlite"
	"fleetbeat/queries"
)

// customerFleet fills the views with vehicles of as many customers as there are vehicles divided by 20, whose numbers changed
// four times a day for a week.
func customerFleet(b *testing.B, views *sqlite.Views) (fleet projections.Generation, customers int) {
	customers = max(10, *fleetSize/20)
	fleet = fill(b, views, *fleetSize, func(n int) *projections.FleetVehicle { return crowd(n, customers) })
	relations, err := views.Create(b.Context(), "relations", projections.Relations().Version)
	require.NoError(b, err)
	var names []projections.Change
	for n := range customers {
		row := &projections.RelationsCustomer{Customer: domain.Customer{
			ID: customerID(n), Name: fmt.Sprintf("Åkeri %d Transport AB", n), Address: fmt.Sprintf("Hamngatan %d, %05d Malmö", n%200, n%90_000),
		}}
		names = append(names, projections.Change{Key: row.Key(), After: row})
	}
	activate(b, views, relations, names)
	quarterHistory(b, views, customers, 7, 24)
	return fleet, customers
}

// disturb lets a thousand vehicles a second go silent or be heard again, in pages of 50, until the benchmark is over.
func disturb(b *testing.B, views *sqlite.Views, fleet projections.Generation, customers int) {
	var done sync.WaitGroup
	over := make(chan struct{})
	b.Cleanup(func() { close(over); done.Wait() })
	done.Go(func() {
		from := projections.Checkpoint{LogID: "x", Position: domain.Position{Commit: 1, Prepare: 1}, AsOf: asOf()}
		known := map[int]*projections.FleetVehicle{}
		every := time.NewTicker(50 * time.Millisecond)
		defer every.Stop()
		for page := uint64(2); ; page++ {
			select {
			case <-every.C:
			case <-over:
				return
			}
			var changes []projections.Change
			for i := range 50 {
				n := (int(page)*50 + i) * 7919 % *fleetSize
				before := known[n]
				if before == nil {
					before = crowd(n, customers)
				}
				after := *before
				after.Since = asOf()
				if after.Status = domain.Connected; before.Status == domain.Connected {
					after.Status = domain.Disconnected
				}
				known[n] = &after
				changes = append(changes, projections.Change{Key: after.Key(), Before: before, After: &after})
			}
			to := from
			to.Position = domain.Position{Commit: page, Prepare: page}
			assert.NoError(b, views.Save(context.WithoutCancel(b.Context()), fleet, from, to, changes))
			from = to
		}
	})
}

// BenchmarkCustomers asks for lists of 50,000 customers of -fleet 1000000 vehicles. It prints median and 95th percentile, too.
func BenchmarkCustomers(b *testing.B) {
	views := openViews(b)
	fleet, customers := customerFleet(b, views)
	timeline := views.Timeline(still{})
	usual := queries.NewUsualRanges(timeline)
	roster := func() *queries.Roster {
		return queries.NewRoster(views.Relations(still{}), views.Fleet(still{}), timeline, usual, asOf)
	}
	run := func(name string, ask func() error) { runIn(b, name, ask) }
	run("what is usual, read from the view", func() error { _, err := queries.NewUsualRanges(timeline).At(b.Context(), asOf()); return err })
	run("names of all", func() error { _, err := views.Relations(still{}).CustomersByID(b.Context(), nil); return err })
	run("counts of all", func() error { _, err := views.Fleet(still{}).CountsByCustomer(b.Context(), nil); return err })
	run("ranks of all", func() error { _, err := views.Fleet(still{}).RankEveryCustomer(b.Context()); return err })
	run("cold", func() error {
		_, err := queries.ListCustomersHandler{Roster: roster()}.Handle(b.Context(), queries.ListCustomers{Sort: queries.SortBeyond})
		return err
	})
	warm := roster()
	list := queries.ListCustomersHandler{Roster: warm}
	for _, sort := range queries.CustomerSorts() {
		for _, text := range []string{"", "gatan 17"} {
			run(fmt.Sprintf("%s, %q", sort, text), func() error {
				_, err := list.Handle(b.Context(), queries.ListCustomers{Sort: sort, Descending: true, Text: text})
				return err
			})
		}
	}
	b.Run("while statuses change", func(b *testing.B) {
		disturb(b, views, fleet, customers)
		for _, sort := range queries.CustomerSorts() {
			runIn(b, string(sort), func() error {
				_, err := list.Handle(b.Context(), queries.ListCustomers{Sort: sort, Descending: true})
				return err
			})
		}
	})
	run("page of 200", func() error {
		_, err := list.Handle(b.Context(), queries.ListCustomers{Sort: queries.SortLongest, Limit: 200})
		return err
	})
	run("one customer", func() error {
		_, err := queries.GetCustomerHandler{Roster: warm}.Handle(b.Context(), queries.GetCustomer{ID: customerID(customers - 1)})
		return err
	})
	run("a file of all", func() error {
		for _, err := range (queries.ExportCustomersHandler{Roster: warm}).Pages(b.Context(), queries.ListCustomers{Sort: queries.SortBeyond}) {
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// runIn measures a question and prints median, 95th percentile and the longest, too.
func runIn(b *testing.B, name string, ask func() error) {
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
		b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "max-ms")
	})
}
