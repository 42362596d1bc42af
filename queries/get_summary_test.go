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
		History:   history{},
		Usual: queries.NewUsualRanges(history{changes: map[domain.CustomerID][]queries.CountsAt{
			"":   {{At: ago(5 * day), Counts: queries.Counts{Disconnected: 20}}},
			"c2": {{At: ago(4 * day), Counts: queries.Counts{Connected: 7, Disconnected: 5}}},
			"c3": {{At: ago(2 * day), Counts: queries.Counts{Disconnected: 4}}},
		}}),
		Now: twoSecondsLate,
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
	assert.Equal(t, &queries.Range{Lo: 20, Hi: 20}, got.Usual)
	assert.Equal(t, &queries.Range{Lo: 5, Hi: 5}, got.Customers[0].Usual)
	assert.Nil(t, got.Customers[1].Usual, "without a past")
	assert.Nil(t, got.Customers[2].Usual, "two days are no habit")
	assert.Equal(t, []domain.Instant{ago(5 * time.Minute), ago(time.Hour), ago(24 * time.Hour), ago(7 * 24 * time.Hour)}, asked)
	assert.Equal(t, []queries.SilentStep{
		{Under: 300, Count: 3}, {Under: 3600, Count: 2}, {Under: 86400, Count: 0}, {Under: 604800, Count: 4}, {Count: 5},
	}, got.SilentFor, "every disconnected vehicle is in exactly one step")
	assert.Equal(t, queries.Freshness{AsOf: noon(), LagMs: 2000}, got.Freshness)
}

func TestGetSummaryOfAnEmptyFleet(t *testing.T) {
	t.Parallel()
	h := queries.GetSummaryHandler{
		Counts: counters{}, Relations: relations{readErr: errBroken}, History: history{}, Usual: queries.NewUsualRanges(history{}), Now: noon,
	}
	got, err := h.Handle(t.Context(), queries.GetSummary{})
	require.NoError(t, err, "no customer is asked for")
	assert.NotNil(t, got.Customers)
	assert.Empty(t, got.Customers)
	assert.Len(t, got.SilentFor, 5)
}

func TestGetSummaryNeverCountsBelowZero(t *testing.T) {
	t.Parallel()
	// The two readings of the view may have a transition between them.
	h := queries.GetSummaryHandler{Relations: relations{}, History: history{}, Usual: queries.NewUsualRanges(history{}), Now: noon, Counts: counters{
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
	broken := history{readErr: errBroken}
	for name, h := range map[string]queries.GetSummaryHandler{
		"a view without a moment": {Counts: counters{view: view{err: errBroken}}},
		"no past":                 {History: history{view: view{err: errBroken}}},
		"no counters":             {Counts: counters{readErr: errBroken}},
		"no names":                {Counts: counters{counts: counts}, Relations: relations{readErr: errBroken}},
		"nothing usual":           {Usual: queries.NewUsualRanges(broken)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h.Now = noon
			if h.Counts == nil {
				h.Counts = counters{}
			}
			if h.Relations == nil {
				h.Relations = relations{}
			}
			if h.History == nil {
				h.History = history{}
			}
			if h.Usual == nil {
				h.Usual = queries.NewUsualRanges(history{})
			}
			_, err := h.Handle(t.Context(), queries.GetSummary{})
			require.ErrorIs(t, err, errBroken)
		})
	}
}

func TestGetSummaryOfABoundCaller(t *testing.T) {
	t.Parallel()
	var askedOf domain.CustomerID
	h := queries.GetSummaryHandler{
		Counts: counters{
			counts: map[domain.CustomerID]queries.Counts{"c1": {Connected: 1, Disconnected: 4}, "c2": {Connected: 10, Disconnected: 6}},
			since:  []int64{3, 3, 3, 3}, askedOf: &askedOf,
		},
		Relations: relations{customers: demoCustomers()}, History: history{}, Now: noon,
		Usual: queries.NewUsualRanges(history{changes: map[domain.CustomerID][]queries.CountsAt{
			"": {{At: ago(5 * day), Counts: queries.Counts{Disconnected: 20}}}, "c1": {{At: ago(5 * day), Counts: queries.Counts{Disconnected: 2}}},
		}}),
	}
	t.Run("shows only what is the customer's own", func(t *testing.T) {
		got, err := h.Handle(t.Context(), queries.GetSummary{Owner: "c1"})
		require.NoError(t, err)
		assert.Equal(t, queries.Counts{Connected: 1, Disconnected: 4}, got.Counts)
		assert.Equal(t, &queries.Range{Lo: 2, Hi: 2}, got.Usual)
		require.Len(t, got.Customers, 1)
		assert.Equal(t, domain.CustomerID("c1"), got.Customers[0].ID)
		assert.Equal(t, domain.CustomerID("c1"), askedOf)
		assert.Equal(t, queries.SilentStep{Count: 1}, got.SilentFor[4])
	})
	t.Run("is empty for a customer without vehicles", func(t *testing.T) {
		got, err := h.Handle(t.Context(), queries.GetSummary{Owner: "c3"})
		require.NoError(t, err)
		assert.Zero(t, got.Counts)
		assert.Nil(t, got.Usual)
		assert.Empty(t, got.Customers)
	})
}
