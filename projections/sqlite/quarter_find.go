package sqlite

import (
	"context"
	"fmt"
	"slices"

	"fleetbeat/domain"
	"fleetbeat/projections"
	"fleetbeat/queries"
)

var _ queries.HistoryReader = (*Timeline)(nil)

// Quarters returns the numbers of a customer, or of the whole fleet for none, at from and at the end of every quarter of an
// hour from there up to to in which they changed. It reads what has happened since from, not what was before.
func (l *Timeline) Quarters(ctx context.Context, id domain.CustomerID, from, to domain.Instant) ([]queries.CountsAt, error) {
	var found []queries.CountsAt
	err := l.views.answer(ctx, timelineView, func(t tables) error {
		totals, err := t.totals(id)
		if err != nil {
			return err
		}
		found, err = t.quarters(id, totals[id], from, to)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read numbers per quarter of an hour: %w", err)
	}
	return found, nil
}

// EachCustomer calls visit with every customer that has or had vehicles, and with none for the whole fleet. All are of one
// state of the view.
func (l *Timeline) EachCustomer(
	ctx context.Context, from, to domain.Instant, visit func(id domain.CustomerID, counts []queries.CountsAt),
) error {
	err := l.views.answer(ctx, timelineView, func(t tables) error {
		totals, err := t.totals("")
		if err != nil {
			return err
		}
		for id, total := range totals {
			if err := ctx.Err(); err != nil {
				return err
			}
			counts, err := t.quarters(id, total, from, to)
			if err != nil {
				return err
			}
			visit(id, counts)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read numbers per quarter of an hour of every customer: %w", err)
	}
	return nil
}

// totals returns the present numbers of a customer, or of every one and the whole fleet for none.
func (t tables) totals(id domain.CustomerID) (map[domain.CustomerID]queries.Counts, error) {
	query := `SELECT customer, connected, disconnected, never_seen FROM timeline_totals#`
	if t.g.Version < totalsSince { // a view of an older version is served until the new one is built
		query = `SELECT customer, sum(connected), sum(disconnected), sum(never_seen) FROM timeline_quarters#`
	}
	s := t.prepare(query + ` GROUP BY customer`)
	if id != "" {
		s = t.prepare(query + ` WHERE customer = ?1 GROUP BY customer`).text(string(id))
	}
	totals := map[domain.CustomerID]queries.Counts{}
	err := s.run(func() error {
		totals[domain.CustomerID(s.nextText())] = queries.Counts{
			Connected: s.nextNumber(), Disconnected: s.nextNumber(), NeverSeen: s.nextNumber(),
		}
		return nil
	})
	return totals, err
}

// quarters goes back from the present numbers by what changed since.
func (t tables) quarters(id domain.CustomerID, now queries.Counts, from, to domain.Instant) ([]queries.CountsAt, error) {
	length := domain.Instant(projections.QuarterLength.Milliseconds())
	var newestFirst []queries.CountsAt
	s := t.prepare(`SELECT start, connected, disconnected, never_seen FROM timeline_quarters#
		WHERE customer = ?1 AND start >= ?2 ORDER BY start DESC`).text(string(id)).number(int64(from))
	err := s.run(func() error {
		if start := s.nextInstant(); start < to {
			newestFirst = append(newestFirst, queries.CountsAt{At: start + length, Counts: now})
		}
		now.Connected -= s.nextNumber()
		now.Disconnected -= s.nextNumber()
		now.NeverSeen -= s.nextNumber()
		return nil
	})
	if err != nil {
		return nil, err
	}
	found := append(newestFirst, queries.CountsAt{At: from, Counts: now})
	slices.Reverse(found)
	return found, nil
}
