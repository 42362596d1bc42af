package postgres

import (
	"context"
	"fmt"

	"fleetbeat/domain"
	"fleetbeat/queries"
)

// Timeline finds the past. All methods may be called by many goroutines at once.
type Timeline struct {
	queries.View
	views *Views
}

var (
	_ queries.TimelineReader = (*Timeline)(nil)
	_ queries.HistoryReader  = (*Timeline)(nil)
)

// Timeline returns the reader of the timeline view; view says how far it is folded.
func (v *Views) Timeline(view queries.View) *Timeline { return &Timeline{View: view, views: v} }

// Statuses returns the changes of status of a vehicle's current life that touch a window, oldest first.
func (l *Timeline) Statuses(ctx context.Context, vin domain.VIN, from, to domain.Instant) ([]queries.StatusSince, bool, error) {
	var changes []queries.StatusSince
	known := false
	err := l.views.answer(ctx, timelineView, func(ctx context.Context, t tables) error {
		changes, known = nil, false
		v := life{vin: storable(string(vin))}
		err := t.each(ctx, func(r *reader) error {
			v.number, v.from, known = r.number(), r.instant(), true
			return nil
		}, `SELECT life, registered FROM timeline_vehicles# WHERE vin = $1`, v.vin)
		if err != nil || !known {
			return err
		}
		changes, err = t.statuses(ctx, v, from, to)
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("read the timeline of %q: %w", vin, err)
	}
	return changes, known, nil
}

// life is the time from a vehicle's registration on.
type life struct {
	vin    string
	number int64
	from   domain.Instant
}

func (t tables) statuses(ctx context.Context, v life, from, to domain.Instant) ([]queries.StatusSince, error) {
	var changes []queries.StatusSince
	add := func(r *reader) error {
		changes = append(changes, queries.StatusSince{Status: domain.Status(r.text()), From: r.instant()})
		return nil
	}
	err := t.each(ctx, add, `SELECT status, at FROM timeline_changes# WHERE topic = 'transition' AND vin = $1 AND life = $2 AND at <= $3
		ORDER BY at DESC, commit_position DESC, prepare_position DESC LIMIT 1`, v.vin, v.number, int64(min(from, to)))
	if err != nil {
		return nil, err
	}
	if len(changes) == 0 && v.from <= to {
		changes = append(changes, queries.StatusSince{Status: domain.NeverSeen, From: v.from})
	}
	return changes, t.each(ctx, add, `SELECT status, at FROM timeline_changes#
		WHERE topic = 'transition' AND vin = $1 AND life = $2 AND at > $3 AND at <= $4
		ORDER BY at, commit_position, prepare_position`, v.vin, v.number, int64(from), int64(to))
}

// Spans returns the unobserved spans that touch a window.
func (l *Timeline) Spans(ctx context.Context, from, to domain.Instant) (domain.Spans, error) {
	var spans domain.Spans
	err := l.views.answer(ctx, timelineView, func(ctx context.Context, t tables) error {
		spans = nil
		return t.each(ctx, func(r *reader) (err error) {
			spans, err = readSpans(r.text())
			return err
		}, `SELECT spans FROM timeline_spans#`)
	})
	if err != nil {
		return nil, fmt.Errorf("read unobserved spans: %w", err)
	}
	spans = spans.Begun(to)
	for len(spans) > 0 && spans[0].To < from {
		spans = spans[1:]
	}
	return spans, nil
}
