package postgres

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"fleetbeat/projections"
)

// errStop ends a dump that nobody listens to any more.
var errStop = errors.New("stop")

// halfError is the end of a dump of which some was yielded. What lies beneath is text alone: it must not be tried again.
type halfError struct{ err error }

func (e *halfError) Error() string { return e.err.Error() }

// Dump yields every row of a view's active generation.
func (v *Views) Dump(ctx context.Context, view string) iter.Seq2[projections.Row, error] {
	return func(yield func(projections.Row, error) bool) {
		begun := false
		err := v.read(ctx, use{again: true, place: true}, view, func(ctx context.Context, t tables) error {
			if _, err := t.conn.Exec(ctx, `SET LOCAL statement_timeout = 0`); err != nil {
				return err
			}
			for _, l := range layoutsOf(view) {
				err := t.each(ctx, func(r *reader) error {
					row, err := l.read(r)
					if err != nil {
						return err
					}
					if begun = true; !yield(row, nil) {
						return errStop
					}
					return nil
				}, l.selects()+l.some)
				switch {
				case err == nil, errors.Is(err, errStop):
				case begun:
					err = &halfError{err}
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(nil, fmt.Errorf("dump %q: %w", view, err))
		}
	}
}
