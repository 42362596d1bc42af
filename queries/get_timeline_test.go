package queries_test

import (
	"testing"
	"time"

	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const unobserved = queries.IntervalUnobserved

// hours returns an interval from some hours before noon to some fewer.
func hours(status queries.TimelineStatus, from, to float64) queries.Interval {
	at := func(h float64) domain.Instant { return ago(time.Duration(h * float64(time.Hour))) }
	return queries.Interval{Status: status, From: at(from), To: at(to)}
}

// gap returns an unobserved span.
func gap(from, to float64) domain.Span {
	i := hours(unobserved, from, to)
	return domain.Span{From: i.From, To: i.To}
}

func since(status domain.Status, hoursAgo float64) queries.StatusSince {
	return queries.StatusSince{Status: status, From: ago(time.Duration(hoursAgo * float64(time.Hour)))}
}

func TestGetTimelineShowsIntervals(t *testing.T) {
	t.Parallel()
	const neverSeen, connected, disconnected = queries.TimelineStatus(domain.NeverSeen),
		queries.TimelineStatus(domain.Connected), queries.TimelineStatus(domain.Disconnected)
	share := func(f float64) *float64 { return &f }
	tests := []struct {
		name    string
		changes []queries.StatusSince
		spans   domain.Spans
		q       queries.GetTimeline
		want    []queries.Interval
		share   *float64
		longest int64
	}{
		{
			name:    "the last 24 h, newest first, the open interval ending at asOf",
			changes: []queries.StatusSince{since(domain.Connected, 30), since(domain.Disconnected, 6)},
			want:    []queries.Interval{hours(disconnected, 6, 0), hours(connected, 24, 6)},
			share:   share(0.75), longest: 6 * 3600,
		},
		{
			name:    "nothing before registration",
			changes: []queries.StatusSince{since(domain.NeverSeen, 10), since(domain.Connected, 5)},
			want:    []queries.Interval{hours(connected, 5, 0), hours(neverSeen, 10, 5)},
			share:   share(1),
		},
		{
			name:    "no share for a vehicle that was never seen",
			changes: []queries.StatusSince{since(domain.NeverSeen, 10)},
			want:    []queries.Interval{hours(neverSeen, 10, 0)},
		},
		{
			name:    "spans laid over, which count neither way but end no disconnection",
			changes: []queries.StatusSince{since(domain.Connected, 30), since(domain.Disconnected, 8)},
			spans:   domain.Spans{gap(26, 20), gap(9, 7), gap(4, 3)},
			want: []queries.Interval{hours(disconnected, 3, 0), hours(unobserved, 4, 3), hours(disconnected, 7, 4), hours(unobserved, 9, 7),
				hours(connected, 20, 9), hours(unobserved, 24, 20)},
			share: share(11.0 / 17.0), longest: 8 * 3600,
		},
		{
			name:    "a span over all of it",
			changes: []queries.StatusSince{since(domain.Connected, 30)},
			spans:   domain.Spans{gap(100, -1)},
			want:    []queries.Interval{hours(unobserved, 24, 0)},
		},
		{
			name:    "the window asked for, both ends cut off",
			changes: []queries.StatusSince{since(domain.Disconnected, 50), since(domain.Connected, 45), since(domain.Disconnected, 41)},
			q:       queries.GetTimeline{From: ago(48 * time.Hour), To: ago(40 * time.Hour)},
			want:    []queries.Interval{hours(disconnected, 41, 40), hours(connected, 45, 41), hours(disconnected, 48, 45)},
			share:   share(0.5), longest: 3 * 3600,
		},
		{
			name:    "no interval without length, and equal neighbours as one",
			changes: []queries.StatusSince{since(domain.NeverSeen, 4), since(domain.Connected, 3), since(domain.Disconnected, 2), since(domain.Connected, 2)},
			want:    []queries.Interval{hours(connected, 3, 0), hours(neverSeen, 4, 3)},
			share:   share(1),
		},
		{
			name:    "the newest status from the moment it begins, without length as yet",
			changes: []queries.StatusSince{since(domain.Connected, 30), since(domain.Disconnected, 0)},
			want:    []queries.Interval{hours(disconnected, 0, 0), hours(connected, 24, 0)},
			share:   share(1),
		},
		{
			name:    "the status of a vehicle registered this moment",
			changes: []queries.StatusSince{since(domain.NeverSeen, 0)},
			want:    []queries.Interval{hours(neverSeen, 0, 0)},
		},
		{
			name:    "no status that begins where a window of the past ends",
			changes: []queries.StatusSince{since(domain.Connected, 30), since(domain.Disconnected, 2)},
			q:       queries.GetTimeline{From: ago(3 * time.Hour), To: ago(2 * time.Hour)},
			want:    []queries.Interval{hours(connected, 3, 2)},
			share:   share(1),
		},
		{
			name:    "no status that begins unobserved",
			changes: []queries.StatusSince{since(domain.Connected, 30), since(domain.Disconnected, 0)},
			spans:   domain.Spans{gap(1, -1)},
			want:    []queries.Interval{hours(unobserved, 1, 0), hours(connected, 24, 1)},
			share:   share(1),
		},
		{
			name:    "a window that ends after asOf ends at asOf",
			changes: []queries.StatusSince{since(domain.Connected, 2)},
			q:       queries.GetTimeline{From: ago(time.Hour), To: noon().Add(time.Hour)},
			want:    []queries.Interval{hours(connected, 1, 0)},
			share:   share(1),
		},
		{
			name:    "nothing in a window that lies before the registration",
			changes: nil,
			q:       queries.GetTimeline{From: ago(900 * time.Hour), To: ago(800 * time.Hour)},
			want:    []queries.Interval{},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := queries.GetTimelineHandler{Timeline: past{changes: test.changes, spans: test.spans}, Now: twoSecondsLate}
			test.q.VIN = abc
			got, err := h.Handle(t.Context(), test.q)
			require.NoError(t, err)
			assert.Equal(t, test.want, got.Intervals)
			assert.Equal(t, test.share == nil, got.ConnectedShare == nil, "share")
			if test.share != nil && got.ConnectedShare != nil {
				assert.InDelta(t, *test.share, *got.ConnectedShare, 1e-9)
			}
			assert.Equal(t, test.longest, got.LongestDisconnectedSeconds)
			assert.Empty(t, got.Next)
			assert.Equal(t, queries.Freshness{AsOf: noon(), LagMs: 2000}, got.Freshness)
		})
	}
}

func TestGetTimelinePagesThroughOneWindow(t *testing.T) {
	t.Parallel()
	var changes []queries.StatusSince
	for h := 23; h >= 1; h-- {
		changes = append(changes, since([]domain.Status{domain.Connected, domain.Disconnected}[h%2], float64(h)))
	}
	view := past{changes: changes, spans: domain.Spans{gap(5.5, 5.25)}}
	handle := func(asOf domain.Instant, q queries.GetTimeline) queries.Timeline {
		view.asOf = asOf
		got, err := queries.GetTimelineHandler{Timeline: view, Now: noon}.Handle(t.Context(), q)
		require.NoError(t, err)
		return got
	}
	whole := handle(noon(), queries.GetTimeline{VIN: abc})
	var paged []queries.Interval
	q := queries.GetTimeline{VIN: abc, Limit: 4}
	for asOf := noon(); ; asOf = asOf.Add(time.Minute) { // time passes from page to page
		page := handle(asOf, q)
		require.LessOrEqual(t, len(page.Intervals), 4)
		assert.Equal(t, whole.ConnectedShare, page.ConnectedShare)
		paged = append(paged, page.Intervals...)
		if q.Cursor = page.Next; q.Cursor == "" {
			break
		}
	}
	assert.Equal(t, whole.Intervals, paged, "none lost, none doubled")
}

func TestGetTimelineShowsTheNewestStatusOnceOverPages(t *testing.T) {
	t.Parallel()
	view := past{changes: []queries.StatusSince{since(domain.Connected, 5), since(domain.Disconnected, 2), since(domain.Connected, 0)}}
	var paged []queries.Interval
	q := queries.GetTimeline{VIN: abc, Limit: 1}
	for range 3 {
		page, err := queries.GetTimelineHandler{Timeline: view, Now: noon}.Handle(t.Context(), q)
		require.NoError(t, err)
		paged = append(paged, page.Intervals...)
		q.Cursor = page.Next
	}
	assert.Empty(t, q.Cursor)
	connected, disconnected := queries.TimelineStatus(domain.Connected), queries.TimelineStatus(domain.Disconnected)
	assert.Equal(t, []queries.Interval{hours(connected, 0, 0), hours(disconnected, 2, 0), hours(connected, 5, 2)}, paged)
}

func TestGetTimelineRefusesWhatCannotBeAsked(t *testing.T) {
	t.Parallel()
	known := past{changes: []queries.StatusSince{since(domain.Connected, 3)}}
	tests := []struct {
		name  string
		view  past
		q     queries.GetTimeline
		kind  domain.Kind
		field string
	}{
		{"an unknown vehicle", past{unknown: true}, queries.GetTimeline{}, domain.NotFound, ""},
		{"a window without length", known, queries.GetTimeline{From: ago(time.Hour), To: ago(time.Hour)}, domain.Invalid, "from"},
		{"a window from its end", known, queries.GetTimeline{From: noon(), To: ago(time.Hour)}, domain.Invalid, "from"},
		{"a limit too high", known, queries.GetTimeline{Limit: 201}, domain.Invalid, "limit"},
		{"a cursor of nothing", known, queries.GetTimeline{Cursor: "x"}, domain.Invalid, "cursor"},
		{"a cursor that is no window", known, queries.GetTimeline{Cursor: "MyAyIDE"}, domain.Invalid, "cursor"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := queries.GetTimelineHandler{Timeline: test.view, Now: noon}.Handle(t.Context(), test.q)
			requireKind(t, err, test.kind, test.field)
		})
	}
	t.Run("and passes on what breaks", func(t *testing.T) {
		t.Parallel()
		_, err := queries.GetTimelineHandler{Timeline: past{readErr: errBroken}, Now: noon}.Handle(t.Context(), queries.GetTimeline{})
		require.ErrorIs(t, err, errBroken)
	})
}
