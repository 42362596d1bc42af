package projectiontest

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/queries"
)

func customers(t *testing.T, m *model, reader queries.RelationsReader) {
	all, err := reader.CustomersByID(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, m.customers, all)
	all, err = reader.CustomersByID(t.Context(), append(slices.Collect(maps.Keys(m.customers)), "c1", "nobody"))
	require.NoError(t, err)
	assert.Equal(t, m.customers, all)
	some, err := reader.CustomersByID(t.Context(), []domain.CustomerID{"c1", "nobody"})
	require.NoError(t, err)
	assert.Equal(t, map[domain.CustomerID]domain.Customer{"c1": m.customers["c1"]}, some)
	some, err = reader.CustomersByID(t.Context(), []domain.CustomerID{})
	require.NoError(t, err)
	assert.Empty(t, some, "of none, none")
}

func timelines(t *testing.T, m *model, reader queries.TimelineReader, random *rand.Rand) {
	for n := range fleetSize + 1 {
		v := m.vehicles[VIN(n)]
		for range 6 {
			to := m.asOf - domain.Instant(random.IntN(20_000_000))
			from := to - domain.Instant(random.IntN(20_000_000))
			if v != nil && len(v.changes) > 1 && random.IntN(3) == 0 {
				from = v.changes[random.IntN(len(v.changes))].From // just when it changed
				to = max(from, to)
			}
			got, ok, err := reader.Statuses(t.Context(), VIN(n), from, to)
			require.NoError(t, err)
			require.Equal(t, v != nil, ok)
			if v == nil {
				continue
			}
			var want []queries.StatusSince
			for i, change := range v.changes {
				last := i == len(v.changes)-1
				if change.From <= to && (last || v.changes[i+1].From > from) {
					want = append(want, change)
				}
			}
			require.Equal(t, want, got, "vehicle %d from %s to %s", n, from, to)
			spans, err := reader.Spans(t.Context(), from, to)
			require.NoError(t, err)
			var touching domain.Spans
			for _, span := range m.spans {
				if span.From <= to && span.To >= from {
					touching = append(touching, span)
				}
			}
			require.Equal(t, append(domain.Spans{}, touching...), append(domain.Spans{}, spans...))
		}
	}
}
