package queries

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"time"

	"fleetbeat/domain"
)

// timelineWindow is how much of the past a timeline shows unless told.
const timelineWindow = 24 * time.Hour

// GetTimelineHandler answers [GetTimeline] from the timeline view; the fleet view knows who owns the vehicle now, and with
// it its past.
type GetTimelineHandler struct {
	Timeline TimelineReader
	Fleet    FleetReader
	Now      Clock
}

// Handle returns a part of a vehicle's past: Invalid for a window without length or a cursor of another's making,
// NotFound for an unknown or decommissioned vehicle. Share and longest disconnection are those of the whole window, on
// every list page.
func (h GetTimelineHandler) Handle(ctx context.Context, q GetTimeline) (Timeline, error) {
	var err error
	if q.Limit, err = pageSize(q.Limit); err != nil {
		return Timeline{}, err
	}
	fresh, err := h.fresh(ctx, q)
	if err != nil {
		return Timeline{}, err
	}
	window, before, err := q.window(fresh.AsOf)
	if err != nil {
		return Timeline{}, err
	}
	changes, ok, err := h.Timeline.Statuses(ctx, q.VIN, window.From, window.To)
	if err != nil {
		return Timeline{}, err
	}
	if !ok {
		return Timeline{}, unknownVehicle(q.VIN)
	}
	spans, err := h.Timeline.Spans(ctx, window.From, window.To)
	if err != nil {
		return Timeline{}, err
	}
	answer := Timeline{Freshness: fresh, Intervals: []Interval{}}
	runs := statusRuns(changes, window)
	answer.LongestDisconnectedSeconds = longestDisconnected(runs)
	shown := overlay(runs, spans)
	answer.ConnectedShare = connectedShare(shown)
	if q.Cursor == "" && window.To == fresh.AsOf {
		shown = withNewest(shown, changes, spans, window)
	}
	slices.Reverse(shown)
	answer.Intervals, answer.Next = listPage(shown, q.Limit, window, before)
	return answer, nil
}

// fresh waits for the timeline and, for a caller who is bound to a customer, finds out whether the vehicle is there for
// him: before anything else is looked at, or what else is wrong with a question would tell.
func (h GetTimelineHandler) fresh(ctx context.Context, q GetTimeline) (Freshness, error) {
	if q.Owner == "" {
		return await(ctx, h.Now, q.After, h.Timeline)
	}
	fresh, err := await(ctx, h.Now, q.After, h.Timeline, h.Fleet)
	if err != nil {
		return Freshness{}, err
	}
	rows, err := h.Fleet.Rows(ctx, []domain.VIN{q.VIN})
	if err != nil {
		return Freshness{}, err
	}
	if row, ok := rows[q.VIN]; !ok || row.Customer.ID != q.Owner {
		return Freshness{}, unknownVehicle(q.VIN)
	}
	return fresh, nil
}

// window returns the window and, past the first list page, the moment before which this one lies.
func (q GetTimeline) window(asOf domain.Instant) (window domain.Span, before domain.Instant, err error) {
	if q.Cursor != "" {
		return parseTimelineCursor(q.Cursor)
	}
	window = domain.Span{From: q.From, To: q.To}
	if window.To.IsZero() || window.To > asOf {
		window.To = asOf
	}
	if window.From.IsZero() {
		window.From = window.To.Add(-timelineWindow)
	}
	if !q.To.IsZero() && window.From >= q.To {
		return window, 0, domain.InvalidField("from", "must be before to")
	}
	return window, window.To, nil
}

// statusRuns cuts the changes of a status into intervals of the window, oldest first; the last ends with the window.
func statusRuns(changes []StatusSince, window domain.Span) []Interval {
	var runs []Interval
	for i, change := range changes {
		to := window.To
		if i+1 < len(changes) {
			to = min(to, changes[i+1].From)
		}
		from := max(change.From, window.From)
		if from >= to {
			continue
		}
		status := TimelineStatus(change.Status)
		if n := len(runs); n > 0 && runs[n-1].Status == status && runs[n-1].To == from {
			runs[n-1].To = to
			continue
		}
		runs = append(runs, Interval{Status: status, From: from, To: to})
	}
	return runs
}

// overlay lays the unobserved spans over intervals: what they cover is nobody's status. Both are in order of time.
func overlay(runs []Interval, spans domain.Spans) []Interval {
	var shown []Interval
	add := func(status TimelineStatus, from, to domain.Instant) {
		if from >= to {
			return
		}
		if n := len(shown); n > 0 && shown[n-1].Status == status && shown[n-1].To == from {
			shown[n-1].To = to // a span that lies over two runs is one interval
			return
		}
		shown = append(shown, Interval{Status: status, From: from, To: to})
	}
	for _, run := range runs {
		at := run.From
		for _, span := range spans.EndedAfter(run.From) {
			if span.From >= run.To {
				break
			}
			from, to := max(span.From, at), min(span.To, run.To)
			add(run.Status, at, from)
			add(IntervalUnobserved, from, to)
			at = to
		}
		add(run.Status, at, run.To)
	}
	return shown
}

// withNewest adds the status that began at the very end of the window, without length as yet: the newest one would
// otherwise be missing right after it began. Only the first list page has it: the next begins where it does.
func withNewest(shown []Interval, changes []StatusSince, spans domain.Spans, window domain.Span) []Interval {
	if len(changes) == 0 {
		return shown
	}
	newest := changes[len(changes)-1]
	if newest.From != window.To || newest.From < window.From {
		return shown
	}
	if after := spans.EndedAfter(newest.From); len(after) > 0 && after[0].From <= newest.From {
		return shown // it began unobserved
	}
	status := TimelineStatus(newest.Status)
	if n := len(shown); n > 0 && shown[n-1].Status == status && shown[n-1].To == newest.From {
		return shown
	}
	return append(shown, Interval{Status: status, From: newest.From, To: newest.From})
}

// connectedShare returns connected ÷ (connected + disconnected), or nil where the vehicle was neither.
func connectedShare(shown []Interval) *float64 {
	var connected, disconnected domain.Instant
	for _, interval := range shown {
		switch interval.Status {
		case TimelineStatus(domain.Connected):
			connected += interval.To - interval.From
		case TimelineStatus(domain.Disconnected):
			disconnected += interval.To - interval.From
		}
	}
	if connected+disconnected == 0 {
		return nil
	}
	share := float64(connected) / float64(connected+disconnected)
	return &share
}

// longestDisconnected returns the longest disconnection in whole seconds. An unobserved span inside does not end one:
// only a heartbeat does.
func longestDisconnected(runs []Interval) int64 {
	var longest domain.Instant
	for _, run := range runs {
		if run.Status == TimelineStatus(domain.Disconnected) {
			longest = max(longest, run.To-run.From)
		}
	}
	return int64(longest) / 1000
}

// listPage returns the newest limit intervals that end at before or earlier, and the cursor of those that follow. The
// cursor carries the window, whose default end moves from one list page to the next.
func listPage(newestFirst []Interval, limit int, window domain.Span, before domain.Instant) ([]Interval, string) {
	first := slices.IndexFunc(newestFirst, func(i Interval) bool { return i.To <= before })
	if first < 0 {
		return []Interval{}, ""
	}
	rest := newestFirst[first:]
	if len(rest) <= limit {
		return rest, ""
	}
	return rest[:limit], timelineCursor(window, rest[limit-1].From)
}

func timelineCursor(window domain.Span, before domain.Instant) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %d %d", window.From, window.To, before))
}

func parseTimelineCursor(text string) (window domain.Span, before domain.Instant, err error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		_, err = fmt.Sscanf(string(raw), "%d %d %d", &window.From, &window.To, &before)
	}
	if err != nil || window.From >= window.To || timelineCursor(window, before) != text {
		return window, 0, domain.InvalidField("cursor", "is not one that this list gave")
	}
	return window, before, nil
}
