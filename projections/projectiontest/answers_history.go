package projectiontest

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/queries"
)

const quarter = 900_000 // a quarter of an hour in milliseconds

// histories compares the numbers of the past, per customer and quarter of an hour, with those of all moves added up.
func histories(t *testing.T, m *model, reader queries.HistoryReader, random *rand.Rand) {
	end := m.asOf - m.asOf%quarter + 2*quarter
	for range 12 {
		to := end - domain.Instant(random.IntN(60))*quarter
		from := to - domain.Instant(random.IntN(60))*quarter
		for _, id := range []domain.CustomerID{"", "c1", "c2", "c3", "nobody"} {
			got, err := reader.Quarters(t.Context(), id, from, to)
			require.NoError(t, err)
			sameHistory(t, m, id, from, to, got)
		}
		seen := map[domain.CustomerID]bool{}
		require.NoError(t, reader.EachCustomer(t.Context(), from, to, func(id domain.CustomerID, got []queries.CountsAt) {
			assert.False(t, seen[id], "%q is visited once", id)
			seen[id] = true
			sameHistory(t, m, id, from, to, got)
		}))
		for _, move := range m.moves {
			assert.True(t, seen[move.customer], "%q has or had vehicles", move.customer)
		}
		assert.True(t, seen[""], "the whole fleet is visited")
	}
}

// sameHistory requires the numbers of a customer at from and at the end of each quarter in which something changed.
func sameHistory(t *testing.T, m *model, id domain.CustomerID, from, to domain.Instant, got []queries.CountsAt) {
	t.Helper()
	require.NotEmpty(t, got)
	require.Equal(t, queries.CountsAt{At: from, Counts: m.numbers(id, from)}, got[0])
	at := map[domain.Instant]queries.Counts{}
	for i, c := range got[1:] {
		require.Less(t, got[i].At, c.At, "oldest first")
		require.LessOrEqual(t, c.At, max(from, to))
		at[c.At] = c.Counts
	}
	last := got[0].Counts
	for end := from + quarter; end <= to; end += quarter {
		now := m.numbers(id, end)
		if counts, ok := at[end]; ok {
			last = counts
		}
		require.Equal(t, now, last, "%q at %s", id, end)
		require.GreaterOrEqual(t, min(now.Connected, now.Disconnected, now.NeverSeen), int64(0))
	}
}
