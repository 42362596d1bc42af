package postgres_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/projections"
	"fleetbeat/queries"
)

// BenchmarkAsk asks what dashboard and API ask, of a timeline of four transitions a vehicle.
func BenchmarkAsk(b *testing.B) {
	views, p, f := following(b, projections.Timeline())
	for range 4 * *fleetSize / 5000 {
		require.NoError(b, p.Handle(b.Context(), f.transitions(5000)))
	}
	ctx, now := b.Context(), f.now
	vins := make([]domain.VIN, 50)
	for i := range vins {
		vins[i] = benchVIN(f.random.IntN(*fleetSize))
	}
	timeline, feed := views.Timeline(p), views.Changes(p)
	last := func(filter queries.ChangeFilter) func() error {
		return func() error { _, err := feed.LastTransitions(ctx, filter, f.head, 50); return err }
	}
	day := now - now%900_000 - 86_400_000
	for _, ask := range []struct {
		name string
		ask  func() error
	}{
		{"timeline of a vehicle", func() error { _, _, err := timeline.Statuses(ctx, vins[0], 0, now); return err }},
		{"feed, near its end", func() error {
			_, err := feed.Changes(ctx, domain.Position{Commit: f.head.Commit - 50, Prepare: f.head.Prepare - 50}, 100)
			return err
		}},
		{"last transitions", last(queries.ChangeFilter{})},
		{"last transitions of a customer", last(queries.ChangeFilter{Customers: []domain.CustomerID{benchCustomer(3)}})},
		{"last transitions of 50 vehicles", last(queries.ChangeFilter{VINs: vins})},
		{"last transitions of a customer to a status", last(queries.ChangeFilter{
			Owner: benchCustomer(3), Statuses: []domain.Status{domain.Disconnected},
		})},
		{"a day of the whole fleet", func() error { _, err := timeline.Quarters(ctx, "", day, now); return err }},
		{"a week of every customer", func() error {
			return timeline.EachCustomer(ctx, day-6*86_400_000, now, func(domain.CustomerID, []queries.CountsAt) {})
		}},
	} {
		b.Run(ask.name, func(b *testing.B) {
			for b.Loop() {
				require.NoError(b, ask.ask())
			}
		})
	}
}

// BenchmarkAskLatest asks for what a list page shows of its vehicles.
func BenchmarkAskLatest(b *testing.B) {
	views, p, f := following(b, projections.Latest())
	require.NoError(b, p.Handle(b.Context(), f.heartbeats(20_000)))
	vins := make([]domain.VIN, 50)
	for i := range vins {
		vins[i] = benchVIN(f.random.IntN(*fleetSize))
	}
	for b.Loop() {
		_, err := views.Latest(p).Latest(b.Context(), vins)
		require.NoError(b, err)
	}
}
