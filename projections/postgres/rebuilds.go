package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"fleetbeat/projections"
)

// Rebuild returns the request to build a view anew.
func (v *Views) Rebuild(ctx context.Context, view string) (projections.Rebuild, error) {
	var found projections.Rebuild
	err := v.do(ctx, loading, func(ctx context.Context, conn *pgxpool.Conn) error {
		found = projections.Rebuild{View: view}
		return each(ctx, conn, func(r *reader) (err error) {
			found.State = projections.RebuildState(r.text())
			found.Progress = projections.Progress{Events: r.number(), EventsPerSecond: r.float()}
			if found.Progress.Position, err = r.parsed(); err != nil {
				return err
			}
			if found.Progress.Head, err = r.parsed(); err != nil {
				return err
			}
			found.Problem = r.text()
			return nil
		}, `SELECT state, events, rate, position, head, problem FROM rebuilds WHERE view = $1`, storable(view))
	})
	if err != nil {
		return projections.Rebuild{}, fmt.Errorf("read the rebuild of %q: %w", view, err)
	}
	return found, nil
}

// SaveRebuild stores the request to build a view anew.
func (v *Views) SaveRebuild(ctx context.Context, r projections.Rebuild) error {
	row := append(cells{}.text(r.View).text(string(r.State)).number(r.Progress.Events), r.Progress.EventsPerSecond).
		text(r.Progress.Position.String()).text(r.Progress.Head.String()).text(r.Problem)
	err := v.do(ctx, settling, func(ctx context.Context, conn *pgxpool.Conn) error {
		_, err := conn.Exec(ctx, `INSERT INTO rebuilds (view, state, events, rate, position, head, problem) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (view) DO UPDATE SET state = $2, events = $3, rate = $4, position = $5, head = $6, problem = $7`, row...)
		return err
	})
	if err != nil {
		return fmt.Errorf("save the rebuild of %q: %w", r.View, err)
	}
	return nil
}
