package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"fleetbeat/domain"
	"fleetbeat/projections"
)

// answer runs f on the active generation of a view, in one unchanging state of it.
//
// A state older than one that this process has seen is not shown. A Postgres that crashed, or a standby that took over, may
// have lost the last moments; the owner of the view folds them again, but whoever follows the feed of changes would have
// passed over them by then.
func (v *Views) answer(ctx context.Context, view string, f func(ctx context.Context, t tables) error) error {
	return v.read(ctx, asking, view, f)
}

func (v *Views) read(ctx context.Context, u use, view string, f func(ctx context.Context, t tables) error) error {
	err := v.do(ctx, u, func(ctx context.Context, conn *pgxpool.Conn) error {
		least := v.seen(view) // before the state that is read is chosen
		t, at, err := begin(ctx, conn, view)
		if err != nil {
			return err
		}
		switch {
		case t.g.Number == 0:
			err = unavailable("the " + view + " view is being built")
		case at.before(least):
			err = unavailable("the " + view + " view lost its last moments and is folding them again")
		default:
			err = f(ctx, t)
		}
		if err != nil && codeOf(err) == undefinedTable {
			// The generation was dropped after it was found to be the active one: there is another.
			err = &droppedError{err}
		}
		if _, end := conn.Exec(ctx, `COMMIT`); err == nil {
			err = end
		}
		return err
	})
	return forCaller(view, err)
}

// begin opens a state of the tables to read and finds the active generation in it; its number is 0 where there is none.
func begin(ctx context.Context, conn *pgxpool.Conn, view string) (t tables, at mark, err error) {
	b := &pgx.Batch{}
	b.Queue(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`)
	b.Queue(`SELECT generation, version, position FROM views WHERE view = $1 AND active`, view).Query(func(rows pgx.Rows) error {
		return eachRow(rows, func(r *reader) error {
			t = tables{conn, projections.Generation{Number: r.number(), View: view, Version: int(r.number()), Active: true, Finished: true}}
			at.generation = t.g.Number
			at.position, err = r.parsed()
			return err
		})
	})
	return t, at, send(ctx, conn, b)
}

// droppedError is a table that was there a moment ago.
type droppedError struct{ error }

// SafeToRetry says that nothing has happened.
func (e *droppedError) SafeToRetry() bool { return true }

// Unwrap returns what the server said.
func (e *droppedError) Unwrap() error { return e.error }

func unavailable(message string) error {
	return &domain.Error{Kind: domain.Unavailable, RetryAfter: 1, Message: message}
}

// unique returns values without those that came before.
func unique[T ~string](values []T) []string {
	seen := make(map[T]bool, len(values))
	kept := make([]string, 0, len(values))
	for _, v := range values {
		if !seen[v] {
			seen[v] = true
			kept = append(kept, storable(string(v)))
		}
	}
	return kept
}
