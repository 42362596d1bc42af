package queries_test

import (
	"testing"
	"time"

	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// someHistory is a past up to 11:52.
func someHistory() history {
	return history{
		view: view{asOf: ago(8 * time.Minute)},
		changes: map[domain.CustomerID][]queries.CountsAt{
			"":   {down(ago(3*day), 1), down(ago(40*time.Minute), 2), down(ago(20*time.Minute), 3), down(ago(10*time.Minute), 4)},
			"c1": {down(ago(40*time.Minute), 1), down(ago(10*time.Minute), 2)},
			"c2": {down(ago(20*time.Minute), 7)},
		},
	}
}

func historyOf(t *testing.T, q queries.GetHistory) queries.History {
	t.Helper()
	got, err := queries.GetHistoryHandler{History: someHistory(), Now: noon}.Handle(t.Context(), q)
	require.NoError(t, err)
	return got
}

// disconnected returns the disconnected at the end of each quarter.
func disconnected(h queries.History) (found []int64) {
	for _, q := range h.Quarters {
		found = append(found, q.Counts.Disconnected)
	}
	return found
}

func TestGetHistory(t *testing.T) {
	t.Parallel()
	hour := queries.GetHistory{From: ago(time.Hour)}
	t.Run("gives the numbers at the end of each quarter, the last one's at asOf", func(t *testing.T) {
		t.Parallel()
		got := historyOf(t, hour)
		q := func(from, to time.Duration, n int64) queries.HistoryQuarter {
			return queries.HistoryQuarter{From: ago(from), To: ago(to), Counts: queries.Counts{Connected: 1, Disconnected: n}}
		}
		assert.Equal(t, []queries.HistoryQuarter{
			q(60*time.Minute, 45*time.Minute, 1), q(45*time.Minute, 30*time.Minute, 2), q(30*time.Minute, 15*time.Minute, 3),
			q(15*time.Minute, 8*time.Minute, 4),
		}, got.Quarters)
		assert.Equal(t, queries.Freshness{AsOf: ago(8 * time.Minute), LagMs: 480_000}, got.Freshness)
		assert.Empty(t, got.Unobserved)
		assert.NotNil(t, got.Unobserved)
	})
	t.Run("is of the last 24 hours unless told", func(t *testing.T) {
		t.Parallel()
		got := historyOf(t, queries.GetHistory{})
		assert.Len(t, got.Quarters, 97, "the first one is touched")
		assert.Equal(t, ago(day+15*time.Minute), got.Quarters[0].From)
	})
	t.Run("holds every quarter that the window touches and no other", func(t *testing.T) {
		t.Parallel()
		assert.Len(t, historyOf(t, queries.GetHistory{From: ago(60 * time.Minute), To: ago(45 * time.Minute)}).Quarters, 1)
		assert.Len(t, historyOf(t, queries.GetHistory{From: ago(60 * time.Minute), To: ago(45*time.Minute) + 1}).Quarters, 2)
		assert.Len(t, historyOf(t, queries.GetHistory{From: ago(60*time.Minute) - 1, To: ago(45 * time.Minute)}).Quarters, 2)
		assert.Len(t, historyOf(t, queries.GetHistory{From: ago(50 * time.Minute), To: ago(49 * time.Minute)}).Quarters, 1)
	})
	t.Run("has nothing of the future", func(t *testing.T) {
		t.Parallel()
		got := historyOf(t, queries.GetHistory{From: ago(-time.Minute), To: ago(-time.Hour)})
		assert.Empty(t, got.Quarters)
		assert.NotNil(t, got.Quarters)
		got = historyOf(t, queries.GetHistory{From: ago(10 * time.Minute), To: ago(-40000 * time.Hour)})
		assert.Equal(t, []int64{4}, disconnected(got), "a window that ends late ends with asOf")
		assert.Empty(t, historyOf(t, queries.GetHistory{From: ago(0)}).Quarters)
	})
	t.Run("adds up customers, each once", func(t *testing.T) {
		t.Parallel()
		of := func(ids ...domain.CustomerID) queries.GetHistory {
			return queries.GetHistory{From: ago(time.Hour), Customers: ids}
		}
		assert.Equal(t, []int64{0, 1, 1, 2}, disconnected(historyOf(t, of("c1"))))
		assert.Equal(t, []int64{0, 1, 8, 9}, disconnected(historyOf(t, of("c2", "c1", "c2", "nobody"))))
		assert.Equal(t, []int64{0, 0, 0, 0}, disconnected(historyOf(t, of("nobody"))), "a customer that is not there has no vehicles")
	})
	t.Run("is empty before there is a moment", func(t *testing.T) {
		t.Parallel()
		h := history{view: view{asOf: -1}}
		got, err := queries.GetHistoryHandler{History: h, Now: noon}.Handle(t.Context(), queries.GetHistory{From: ago(time.Hour), To: noon()})
		require.NoError(t, err)
		assert.Empty(t, got.Quarters)
	})
}

func TestGetHistoryOfABoundCaller(t *testing.T) {
	t.Parallel()
	bound := func(ids ...domain.CustomerID) []int64 {
		return disconnected(historyOf(t, queries.GetHistory{From: ago(time.Hour), Customers: ids, Owner: "c1"}))
	}
	assert.Equal(t, []int64{0, 1, 1, 2}, bound(), "the whole fleet is its own")
	assert.Equal(t, []int64{0, 1, 1, 2}, bound("c1"))
	assert.Equal(t, []int64{0, 1, 1, 2}, bound("c2", "c1"), "of several, its own")
	assert.Equal(t, []int64{0, 0, 0, 0}, bound("c2"), "like a customer that is not there")
	assert.Equal(t, bound("nobody"), bound("c2"))
}

func TestGetHistoryMarksWhatNobodyHasSeen(t *testing.T) {
	t.Parallel()
	h := someHistory()
	h.spans = domain.Spans{
		{From: ago(3 * time.Hour), To: ago(time.Hour)}, {From: ago(time.Hour) + 1, To: ago(50 * time.Minute)}, {From: ago(9 * time.Minute), To: ago(0)},
	}
	got, err := queries.GetHistoryHandler{History: h, Now: noon}.Handle(t.Context(), queries.GetHistory{From: ago(55 * time.Minute)})
	require.NoError(t, err)
	assert.Equal(t, []domain.Span{{From: ago(time.Hour) + 1, To: ago(50 * time.Minute)}, {From: ago(9 * time.Minute), To: ago(8 * time.Minute)}}, got.Unobserved,
		"within the quarters shown")
}

func TestGetHistoryRefuses(t *testing.T) {
	t.Parallel()
	long := queries.MaxHistory + time.Millisecond
	for name, c := range map[string]struct {
		q     queries.GetHistory
		field string
	}{
		"a window without length":             {queries.GetHistory{From: ago(time.Hour), To: ago(time.Hour)}, "from"},
		"a window that ends before it begins": {queries.GetHistory{From: ago(time.Hour), To: ago(2 * time.Hour)}, "from"},
		"more than 35 days":                   {queries.GetHistory{From: ago(8*time.Minute + long)}, "from"},
		"more than a duration can hold":       {queries.GetHistory{From: -62_000_000_000_000, To: ago(time.Hour)}, "from"},
		"more customers than a filter takes":  {queries.GetHistory{Customers: make([]domain.CustomerID, queries.MaxValues+1)}, "customer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := queries.GetHistoryHandler{History: someHistory(), Now: noon}.Handle(t.Context(), c.q)
			requireKind(t, err, domain.Invalid, c.field)
		})
	}
	t.Run("but not 35 days", func(t *testing.T) {
		t.Parallel()
		assert.Len(t, historyOf(t, queries.GetHistory{From: ago(8*time.Minute + queries.MaxHistory)}).Quarters, 35*96+1)
		assert.Len(t, historyOf(t, queries.GetHistory{From: -1_000_000, To: 1_000_000}).Quarters, 4, "nor what was before 1970")
	})
}

func TestGetHistoryPassesOnWhatBreaks(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]history{"a view without a moment": {view: view{err: errBroken}}, "no numbers": {readErr: errBroken}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := queries.GetHistoryHandler{History: h, Now: noon}.Handle(t.Context(), queries.GetHistory{})
			require.ErrorIs(t, err, errBroken)
		})
	}
	t.Run("a position that is not reached in time", func(t *testing.T) {
		t.Parallel()
		_, err := queries.GetHistoryHandler{History: history{}, Now: noon}.Handle(t.Context(), queries.GetHistory{After: domain.Position{Commit: 9, Prepare: 9}})
		requireKind(t, err, domain.Unavailable, "")
	})
}
