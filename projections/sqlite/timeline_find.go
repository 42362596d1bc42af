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
	var vehicle *projections.TimelineVehicle
	err := l.views.answer(ctx, timelineView, func(t tables) error {
		changes, vehicle = nil, nil
		s := t.prepare(timelineVehicleColumns + ` WHERE vin = ?1`).text(string(vin))
		err := s.run(func() error {
			row, err := nextTimelineVehicle(s)
			vehicle = row.(*projections.TimelineVehicle)
			return err
		})
		if err != nil || vehicle == nil {
			return err
		}
		changes, err = t.statuses(vehicle, from, to)
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("read the timeline of %q: %w", vin, err)
	}
	return changes, vehicle != nil, nil
}

func (t tables) statuses(v *projections.TimelineVehicle, from, to domain.Instant) ([]queries.StatusSince, error) {
	var changes []queries.StatusSince
	add := func(s *statement) func() error {
		return func() error {
			changes = append(changes, queries.StatusSince{Status: domain.Status(s.nextText()), From: s.nextInstant()})
			return nil
		}
	}
	s := t.prepare(`SELECT status, at FROM timeline_changes# WHERE topic = 'transition' AND vin = ?1 AND life = ?2 AND at <= ?3
		ORDER BY at DESC, commit_position DESC, prepare_position DESC LIMIT 1`)
	if err := s.text(string(v.VIN)).number(v.Life).number(int64(min(from, to))).run(add(s)); err != nil {
		return nil, err
	}
	if len(changes) == 0 && v.RegisteredAt <= to {
		changes = append(changes, queries.StatusSince{Status: domain.NeverSeen, From: v.RegisteredAt})
	}
	s = t.prepare(`SELECT status, at FROM timeline_changes# WHERE topic = 'transition' AND vin = ?1 AND life = ?2 AND at > ?3 AND at <= ?4
		ORDER BY at, commit_position, prepare_position`)
	return changes, s.text(string(v.VIN)).number(v.Life).number(int64(from)).number(int64(to)).run(add(s))
}

// Spans returns the unobserved spans that touch a window.
func (l *Timeline) Spans(ctx context.Context, from, to domain.Instant) (domain.Spans, error) {
	var spans domain.Spans
	err := l.views.answer(ctx, timelineView, func(t tables) error {
		s := t.prepare(timelineSpansColumns)
		return s.run(func() (err error) {
			spans, err = decodeSpans(s.nextBytes())
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

// Quarters returns how the numbers of a customer, or of the whole fleet for none, changed in each quarter of an hour that
// begins before to, oldest first. What lies before from is one sum: the first answer, with no Start.
func (l *Timeline) Quarters(ctx context.Context, id domain.CustomerID, from, to domain.Instant) ([]projections.Quarter, error) {
	var found []projections.Quarter
	err := l.views.answer(ctx, timelineView, func(t tables) error {
		found = nil
		s := t.prepare(`SELECT ?1, 0, coalesce(sum(connected), 0), coalesce(sum(disconnected), 0), coalesce(sum(never_seen), 0)
			FROM timeline_quarters# WHERE customer = ?1 AND start < ?2`)
		add := func() error {
			found = append(found, *nextQuarter(s))
			return nil
		}
		if err := s.text(string(id)).number(int64(from)).run(add); err != nil {
			return err
		}
		s = t.prepare(quarterColumns + ` WHERE customer = ?1 AND start >= ?2 AND start < ?3 ORDER BY start`)
		return s.text(string(id)).number(int64(from)).number(int64(to)).run(add)
	})
	if err != nil {
		return nil, fmt.Errorf("read numbers per quarter of an hour: %w", err)
	}
	return found, nil
}
