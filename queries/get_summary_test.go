package queries_test

import (
	"testing"
	"time"

	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGetSummary(t *testing.T) {
	t.Parallel()
	var asked []domain.Instant
	h := queries.GetSummaryHandler{
		Counts: counters{
			counts: map[domain.CustomerID]queries.Counts{
				"c1": {Connected: 1, Disconnected: 4, NeverSeen: 2}, "c2": {Connected: 10, Disconnected: 6}, "c3": {Disconnected: 4},
			},
			since: []int64{3, 5, 5, 9}, asked: &asked,
		},
		Relations: relations{customers: demoCustomers()},
		Now:       twoSecondsLate,
	}
	got, err := h.Handle(t.Context(), queries.GetSummary{})
	require.NoError(t, err)

	assert.Equal(t, queries.Counts{Connected: 11, Disconnected: 14, NeverSeen: 2}, got.Counts)
	var order []string
	for _, c := range got.Customers {
		order = append(order, c.Name)
	}
	assert.Equal(t, []string{"Haralds Värdetransporter AB", "Johans Bulk AB", "Kalles Grustransporter AB"}, order,
		"most disconnected first, then by name")
	assert.Equal(t, queries.Counts{Connected: 10, Disconnected: 6}, got.Customers[0].Counts)
	assert.Equal(t, []domain.Instant{ago(5 * time.Minute), ago(time.Hour), ago(24 * time.Hour), ago(7 * 24 * time.Hour)}, asked)
	assert.Equal(t, []queries.SilentStep{
		{Under: 300, Count: 3}, {Under: 3600, Count: 2}, {Under: 86400, Count: 0}, {Under: 604800, Count: 4}, {Count: 5},
	}, got.SilentFor, "every disconnected vehicle is in exactly one step")
	assert.Equal(t, queries.Freshness{AsOf: noon(), LagMs: 2000}, got.Freshness)
}

func TestGetSummaryOfAnEmptyFleet(t *testing.T) {
	t.Parallel()
	h := queries.GetSummaryHandler{Counts: counters{}, Relations: relations{readErr: errBroken}, Now: noon}
	got, err := h.Handle(t.Context(), queries.GetSummary{})
	require.NoError(t, err, "no customer is asked for")
	assert.NotNil(t, got.Customers)
	assert.Empty(t, got.Customers)
	assert.Len(t, got.SilentFor, 5)
}

func TestGetSummaryNeverCountsBelowZero(t *testing.T) {
	t.Parallel()
	// The two readings of the view may have a transition between them.
	h := queries.GetSummaryHandler{Relations: relations{}, Now: noon, Counts: counters{
		counts: map[domain.CustomerID]queries.Counts{"c1": {Disconnected: 1}}, since: []int64{2, 1, 2, 2}}}
	got, err := h.Handle(t.Context(), queries.GetSummary{})
	require.NoError(t, err)
	for _, step := range got.SilentFor {
		assert.GreaterOrEqual(t, step.Count, int64(0))
	}
}

func TestGetSummaryPassesOnWhatBreaks(t *testing.T) {
	t.Parallel()
	counts := map[domain.CustomerID]queries.Counts{"c1": {}}
	for name, h := range map[string]queries.GetSummaryHandler{
		"a view without a moment": {Counts: counters{view: view{err: errBroken}}, Relations: relations{}, Now: noon},
		"no counters":             {Counts: counters{readErr: errBroken}, Relations: relations{}, Now: noon},
		"no names":                {Counts: counters{counts: counts}, Relations: relations{readErr: errBroken}, Now: noon},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := h.Handle(t.Context(), queries.GetSummary{})
			require.ErrorIs(t, err, errBroken)
		})
	}
}
