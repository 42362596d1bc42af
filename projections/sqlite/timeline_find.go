package sqlite

import (
	"context"
	"fmt"

	"fleetbeat/domain"
	"fleetbeat/projections"
	"fleetbeat/queries"
)

// Timeline finds the past. All methods may be called by many goroutines at once.
type Timeline struct {
	queries.View
	views *Views
}

var _ queries.TimelineReader = (*Timeline)(nil)

// Timeline returns the reader of the timeline view; view says how far it is folded.
func (v *Views) Timeline(view queries.View) *Timeline { return &Timeline{View: view, views: v} }

const timelineView = "timeline"

// Statuses returns the changes of status of a vehicle's current life that touch a window, oldest first.
func (l *Timeline) Statuses(ctx context.Context, vin domain.VIN, from, to domain.Instant) ([]queries.StatusSince, bool, error) {
	var changes []queries.StatusSince
	known := false
	err := l.views.answer(ctx, timelineView, func(t tables) error {
		changes, known = nil, false
		var v life
		s := t.prepare(`SELECT life, registered FROM timeline_vehicles# WHERE vin = ?1`).text(string(vin))
		err := s.run(func() error {
			v, known = life{vin: vin, number: s.nextNumber(), from: s.nextInstant()}, true
			return nil
		})
		if err != nil || !known {
			return err
		}
		changes, err = t.statuses(v, from, to)
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("read the timeline of %q: %w", vin, err)
	}
	return changes, known, nil
}

// life is the time from a vehicle's registration on.
type life struct {
	vin    domain.VIN
	number int64
	from   domain.Instant
}

func (t tables) statuses(v life, from, to domain.Instant) ([]queries.StatusSince, error) {
	var changes []queries.StatusSince
	add := func(s *statement) func() error {
		return func() error {
			changes = append(changes, queries.StatusSince{Status: domain.Status(s.nextText()), From: s.nextInstant()})
			return nil
		}
	}
	s := t.prepare(`SELECT status, at FROM timeline_changes# WHERE topic = 'transition' AND vin = ?1 AND life = ?2 AND at <= ?3
		ORDER BY at DESC, commit_position DESC, prepare_position DESC LIMIT 1`)
	if err := s.text(string(v.vin)).number(v.number).number(int64(min(from, to))).run(add(s)); err != nil {
		return nil, err
	}
	if len(changes) == 0 && v.from <= to {
		changes = append(changes, queries.StatusSince{Status: domain.NeverSeen, From: v.from})
	}
	s = t.prepare(`SELECT status, at FROM timeline_changes# WHERE topic = 'transition' AND vin = ?1 AND life = ?2 AND at > ?3 AND at <= ?4
		ORDER BY at, commit_position, prepare_position`)
	return changes, s.text(string(v.vin)).number(v.number).number(int64(from)).number(int64(to)).run(add(s))
}

// Spans returns the unobserved spans that touch a window.
func (l *Timeline) Spans(ctx context.Context, from, to domain.Instant) (domain.Spans, error) {
	var spans domain.Spans
	err := l.views.answer(ctx, timelineView, func(t tables) error {
		s := t.prepare(timelineSpansColumns)
		return s.run(func() (err error) {
			spans, err = projections.UnpackSpans(s.nextBytes())
			return err
		})
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
