package projectiontest

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/queries"
)

func customers(t *testing.T, m *model, reader queries.RelationsReader) {
	texts := []string{"", "AB", "åkeri", "%", "100 %", "nobody", `\`}
	owners := []domain.CustomerID{"", "c1", "c3", "nobody"}
	for i := range len(texts) * len(owners) {
		text, owner := texts[i/len(owners)], owners[i%len(owners)]
		var want []domain.Customer
		for _, id := range slices.Sorted(maps.Keys(m.customers)) {
			if (owner == "" || owner == id) && strings.Contains(strings.ToLower(m.customers[id].Name), strings.ToLower(text)) {
				want = append(want, m.customers[id])
			}
		}
		slices.SortStableFunc(want, func(a, b domain.Customer) int {
			return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
		})
		var got []domain.Customer
		q := queries.ListCustomers{Text: text, Limit: 2, Owner: owner}
		for {
			items, total, next, err := reader.Customers(t.Context(), q)
			require.NoError(t, err)
			require.EqualValues(t, len(want), total, text)
			got = append(got, items...)
			if next == "" {
				break
			}
			require.Len(t, items, q.Limit)
			q.Cursor = next
		}
		slices.SortStableFunc(want, func(a, b domain.Customer) int {
			return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID))
		})
		require.Equal(t, want, got, "%s of %q", text, owner)
	}
	_, _, _, err := reader.Customers(t.Context(), queries.ListCustomers{Limit: 1, Cursor: "x"})
	var known *domain.Error
	require.ErrorAs(t, err, &known)
	require.Equal(t, domain.Invalid, known.Kind)

	c, ok, err := reader.Customer(t.Context(), "c1")
	require.NoError(t, err)
	require.True(t, ok)
	assert.Equal(t, m.customers["c1"], c)
	_, ok, err = reader.Customer(t.Context(), "nobody")
	require.NoError(t, err)
	assert.False(t, ok)
	all, err := reader.CustomersByID(t.Context(), append(slices.Collect(maps.Keys(m.customers)), "nobody"))
	require.NoError(t, err)
	assert.Equal(t, m.customers, all)
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
