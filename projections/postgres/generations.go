package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"fleetbeat/domain"
	"fleetbeat/projections"
)

const generationColumns = `SELECT generation, view, version, active, finished, log, position, stream, revision, event, as_of, through FROM views`

// Generations returns the generations of a view.
func (v *Views) Generations(ctx context.Context, view string) (found []projections.Generation, err error) {
	err = v.do(ctx, loading, func(ctx context.Context, conn *pgxpool.Conn) error {
		found, err = collect(ctx, conn, nextGeneration, generationColumns+` WHERE view = $1 AND NOT dropped`, view)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the generations of %q: %w", view, err)
	}
	v.found(view, found)
	return found, nil
}

func nextGeneration(r *reader) (g projections.Generation, err error) {
	g = projections.Generation{
		Number: r.number(), View: r.text(), Version: int(r.number()), Active: r.flag(), Finished: r.flag(),
	}
	c := &g.Checkpoint
	c.LogID = r.text()
	if c.Position, err = r.parsed(); err != nil {
		return g, err
	}
	c.Kept = projections.Kept{Stream: r.text(), Revision: r.number()}
	if event := r.text(); event != "" {
		if c.Kept.EventID, err = uuid.Parse(event); err != nil {
			return g, err
		}
	}
	c.AsOf = r.instant()
	c.Through, err = r.parsed()
	return g, err
}

// querier is a connection or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// each calls row with each row that a query gives.
func each(ctx context.Context, q querier, row func(*reader) error, sql string, args ...any) error {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	return eachRow(rows, row)
}

func eachRow(rows pgx.Rows, row func(*reader) error) error {
	defer rows.Close()
	for rows.Next() {
		r, err := next(rows)
		if err != nil {
			return err
		}
		if err := row(r); err != nil {
			return err
		}
	}
	return rows.Err()
}

// collect returns all rows that a query gives.
func collect[T any](ctx context.Context, q querier, scan func(*reader) (T, error), sql string, args ...any) (found []T, _ error) {
	return found, each(ctx, q, func(r *reader) error {
		row, err := scan(r)
		found = append(found, row)
		return err
	}, sql, args...)
}

// Create makes an empty generation.
func (v *Views) Create(ctx context.Context, view string, version int) (projections.Generation, error) {
	g := projections.Generation{View: view, Version: version}
	if layoutsOf(view) == nil {
		return g, fmt.Errorf("create a generation of %q: Postgres keeps no such view", view)
	}
	err := v.write(ctx, settling, func(ctx context.Context, tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `INSERT INTO views (view, version) VALUES ($1, $2) RETURNING generation`, view, version).Scan(&g.Number)
		if err != nil {
			return err
		}
		for _, l := range layoutsOf(view) {
			if _, err := tx.Exec(ctx, inGeneration(l.create(), g)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return projections.Generation{}, fmt.Errorf("create a generation of %q: %w", view, err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.building[g.Number] = 0
	return g, nil
}

// Drop marks a generation as nobody's from this moment on, and deletes its tables when nobody reads them.
func (v *Views) Drop(ctx context.Context, g projections.Generation) error {
	err := v.do(ctx, settling, func(ctx context.Context, conn *pgxpool.Conn) error {
		_, err := conn.Exec(ctx, `UPDATE views SET dropped = true, active = false WHERE generation = $1 AND view = $2`, g.Number, g.View)
		return err
	})
	if err != nil {
		return fmt.Errorf("drop generation %d of %q: %w", g.Number, g.View, err)
	}
	v.mu.Lock()
	delete(v.building, g.Number)
	v.mu.Unlock()
	v.sweep(ctx, g.View)
	return nil
}

// sweep deletes the tables of dropped generations. What fails is done by the next sweep: nobody waits for it, and nobody
// uses what is left.
func (v *Views) sweep(ctx context.Context, view string) {
	err := v.write(ctx, settling, func(ctx context.Context, tx pgx.Tx) error {
		dropped, err := collect(ctx, tx, nextGeneration, generationColumns+` WHERE view = $1 AND dropped FOR UPDATE SKIP LOCKED`, view)
		if err != nil {
			return err
		}
		for _, g := range dropped {
			for _, l := range layoutsOf(view) {
				if _, err := tx.Exec(ctx, `DROP TABLE IF EXISTS `+inGeneration(l.tables(), g)); err != nil {
					return err
				}
			}
			if _, err := tx.Exec(ctx, `DELETE FROM views WHERE generation = $1`, g.Number); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		v.log.Warn("tables that nobody uses any more are still there", "view", view, "error", err)
	}
}

// Finish makes the indexes, and has Postgres look at the tables, without which it finds rows in slow ways.
func (v *Views) Finish(ctx context.Context, g projections.Generation) (projections.Generation, error) {
	for _, l := range layoutsOf(g.View) {
		for _, statement := range l.finish() {
			err := v.step(ctx, finishing, g, func(ctx context.Context, tx pgx.Tx) error {
				if _, err := tx.Exec(ctx, `SET LOCAL statement_timeout = 0`); err != nil {
					return err
				}
				_, err := tx.Exec(ctx, inGeneration(statement, g))
				return err
			})
			if err != nil {
				return g, fmt.Errorf("finish generation %d of %q: %w", g.Number, g.View, err)
			}
		}
	}
	g.Finished = true
	return g, nil
}

// Activate makes a generation the one that is read, and drops the others.
func (v *Views) Activate(ctx context.Context, g projections.Generation, at projections.Checkpoint) (projections.Generation, error) {
	g.Active, g.Finished, g.Checkpoint = true, true, at
	err := v.step(ctx, settling, g, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE views SET dropped = true, active = false WHERE view = $1 AND generation <> $2 AND NOT dropped`, g.View, g.Number); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE views SET active = true, finished = true WHERE generation = $1`, g.Number); err != nil {
			return err
		}
		moved, err := tx.Exec(ctx, moveCheckpoint, checkpointArgs(g, domain.Position{}, at)...)
		if err == nil && moved.RowsAffected() != 1 {
			return projections.ErrMoved
		}
		return err
	})
	if err != nil {
		return g, fmt.Errorf("activate generation %d of %q: %w", g.Number, g.View, err)
	}
	v.mu.Lock()
	delete(v.building, g.Number)
	v.mu.Unlock()
	v.saw(g, at.Position)
	v.sweep(ctx, g.View)
	return g, nil
}

// step does one step of building a generation. Steps are counted in its row and by this process: one that was done although
// nobody heard of it is not done again, and one that a Postgres lost when it crashed, or when a standby took over that had
// not got it, ends the building. Otherwise the view would miss those rows for ever.
func (v *Views) step(ctx context.Context, u use, g projections.Generation, f func(ctx context.Context, tx pgx.Tx) error) error {
	v.mu.Lock()
	done, ours := v.building[g.Number]
	v.mu.Unlock()
	if !ours {
		return fmt.Errorf("generation %d is built by nobody: %w", g.Number, projections.ErrMoved)
	}
	err := v.write(ctx, u, func(ctx context.Context, tx pgx.Tx) error {
		var steps int64
		err := tx.QueryRow(ctx, `SELECT steps FROM views WHERE generation = $1 AND view = $2 AND NOT dropped FOR UPDATE`, g.Number, g.View).Scan(&steps)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return projections.ErrMoved
		case err != nil:
			return err
		case steps == done+1:
			return nil // by the last try
		case steps != done:
			return fmt.Errorf("generation %d lost what was written: %w", g.Number, projections.ErrMoved)
		}
		if _, err := tx.Exec(ctx, `UPDATE views SET steps = steps + 1 WHERE generation = $1`, g.Number); err != nil {
			return err
		}
		return f(ctx, tx)
	})
	if err == nil {
		v.mu.Lock()
		v.building[g.Number] = done + 1
		v.mu.Unlock()
	}
	return err
}
