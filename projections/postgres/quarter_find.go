package postgres

import (
	"context"
	"fmt"
	"slices"

	"fleetbeat/domain"
	"fleetbeat/projections"
	"fleetbeat/queries"
)

// Quarters returns the numbers of a customer, or of the whole fleet for none, at from and at the end of every quarter of an
// hour from there up to to in which they changed. It reads what has happened since from, not what was before.
func (l *Timeline) Quarters(ctx context.Context, id domain.CustomerID, from, to domain.Instant) ([]queries.CountsAt, error) {
	var found []queries.CountsAt
	err := l.views.answer(ctx, timelineView, func(ctx context.Context, t tables) error {
		back := goingBack{from: from, to: to}
		err := t.each(ctx, func(r *reader) error { back.now = readCounts(r); return nil },
			`SELECT connected, disconnected, never_seen FROM timeline_totals# WHERE customer = $1`, storable(string(id)))
		if err != nil {
			return err
		}
		err = t.each(ctx, func(r *reader) error { back.over(r.instant(), readCounts(r)); return nil },
			`SELECT start, connected, disconnected, never_seen FROM timeline_quarters# WHERE customer = $1 AND start >= $2 ORDER BY start DESC`,
			storable(string(id)), int64(from))
		found = back.oldestFirst()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read numbers per quarter of an hour: %w", err)
	}
	return found, nil
}

// EachCustomer calls visit with every customer that has or had vehicles, and with none for the whole fleet. All are of one
// state of the view, and are visited when all are read: visit may take its time.
func (l *Timeline) EachCustomer(
	ctx context.Context, from, to domain.Instant, visit func(id domain.CustomerID, counts []queries.CountsAt),
) error {
	var all map[domain.CustomerID]*goingBack
	err := l.views.answer(ctx, timelineView, func(ctx context.Context, t tables) error {
		all = map[domain.CustomerID]*goingBack{}
		err := t.each(ctx, func(r *reader) error {
			all[domain.CustomerID(r.text())] = &goingBack{from: from, to: to, now: readCounts(r)}
			return nil
		}, `SELECT customer, connected, disconnected, never_seen FROM timeline_totals#`)
		if err != nil {
			return err
		}
		return t.each(ctx, func(r *reader) error {
			if back := all[domain.CustomerID(r.text())]; back != nil {
				back.over(r.instant(), readCounts(r))
			}
			return nil
		}, `SELECT customer, start, connected, disconnected, never_seen FROM timeline_quarters# WHERE start >= $1 ORDER BY customer, start DESC`, int64(from))
	})
	if err != nil {
		return fmt.Errorf("read numbers per quarter of an hour of every customer: %w", err)
	}
	for id, back := range all {
		visit(id, back.oldestFirst())
	}
	return nil
}

func readCounts(r *reader) queries.Counts {
	return queries.Counts{Connected: r.number(), Disconnected: r.number(), NeverSeen: r.number()}
}

// goingBack finds the numbers of the past from the present ones and what changed since, newest first.
type goingBack struct {
	from, to domain.Instant
	now      queries.Counts
	found    []queries.CountsAt // newest first
}

// over goes back over a quarter of an hour.
func (b *goingBack) over(start domain.Instant, changed queries.Counts) {
	if start < b.to {
		b.found = append(b.found, queries.CountsAt{At: start + domain.Instant(projections.QuarterLength.Milliseconds()), Counts: b.now})
	}
	b.now.Connected -= changed.Connected
	b.now.Disconnected -= changed.Disconnected
	b.now.NeverSeen -= changed.NeverSeen
}

func (b *goingBack) oldestFirst() []queries.CountsAt {
	b.found = append(b.found, queries.CountsAt{At: b.from, Counts: b.now})
	slices.Reverse(b.found)
	return b.found
}
