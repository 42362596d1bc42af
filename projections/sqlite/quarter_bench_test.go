package sqlite_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/projections"
	"fleetbeat/projections/sqlite"
	"fleetbeat/queries"
)

// quarterHistory makes an active generation of the timeline view in which the numbers of every customer changed in every
// so manyeth quarter of an hour of some days before asOf: with every one, the busiest past that there can be.
func quarterHistory(t testing.TB, views *sqlite.Views, customers, days, every int) {
	g, err := views.Create(t.Context(), "timeline", projections.Timeline().Version)
	require.NoError(t, err)
	random := rand.New(rand.NewPCG(4, 4))
	var changes []projections.Change
	fill := func() {
		require.NoError(t, views.Fill(t.Context(), g, changes))
		changes = changes[:0]
	}
	const quarter = domain.Instant(900_000)
	for n := range customers {
		id, level := customerID(n), int64(0)
		if n == 0 {
			id = ""
		}
		for at := asOf() - domain.Instant(days*96)*quarter; at < asOf(); at += domain.Instant(every) * quarter {
			now := random.Int64N(500)
			row := &projections.Quarter{CustomerID: id, Start: at, Connected: level - now, Disconnected: now - level}
			if level == 0 {
				row.Connected += 500
			}
			level = now
			changes = append(changes, projections.Change{Key: row.Key(), After: row})
		}
		if len(changes) > 50_000 {
			fill()
		}
	}
	activate(t, views, g, changes)
}

// BenchmarkQuarters asks for the past of a fleet of -fleet vehicles with 500 a customer.
func BenchmarkQuarters(b *testing.B) {
	customers := max(10, *fleetSize/500)
	views := openViews(b)
	quarterHistory(b, views, customers, 36, 1)
	timeline := views.Timeline(nil)
	for name, days := range map[string]int{"a day of the fleet": 1, "five weeks of the fleet": 35} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, err := timeline.Quarters(b.Context(), "", asOf()-domain.Instant(days*86_400_000), asOf())
				require.NoError(b, err)
			}
		})
	}
	b.Run("what is usual, read from the view", func(b *testing.B) {
		for b.Loop() {
			_, err := queries.NewUsualRanges(timeline).At(b.Context(), asOf())
			require.NoError(b, err)
		}
	})
	b.Run("what is usual, known", func(b *testing.B) {
		usual := queries.NewUsualRanges(timeline)
		_, err := usual.At(b.Context(), asOf())
		require.NoError(b, err)
		for b.Loop() {
			find, err := usual.At(b.Context(), asOf())
			require.NoError(b, err)
			for n := range customers {
				find(customerID(n))
			}
		}
	})
}
