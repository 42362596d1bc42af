package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"fleetbeat/projections"
)

// Save writes changes and checkpoint in one transaction.
//
// It is not waited for until it is on disk (synchronous_commit off): a Postgres that crashes loses the last half second of
// it at most, rows and checkpoint together, and the owner, whose next save then meets ErrMoved, folds them again.
func (v *Views) Save(ctx context.Context, g projections.Generation, from, to projections.Checkpoint, changes []projections.Change) error {
	s := saver{g: g, to: to, checkpoint: checkpointArgs(g, from.Position, to)}
	var err error
	if s.rows, err = statements(g, changes); err == nil {
		err = v.do(ctx, saving, s.save)
	}
	if err != nil {
		return fmt.Errorf("save generation %d of %q after %s: %w", g.Number, g.View, from.Position, v.ruined(ctx, g, err))
	}
	v.saw(g, to.Position)
	return nil
}

// saver is one save, which may take several tries.
type saver struct {
	g          projections.Generation
	to         projections.Checkpoint
	checkpoint []any
	rows       []statement
	sent       bool // a try has sent its end: nobody knows whether it came to be
}

// save goes to the server and back once where there is nothing but a checkpoint, else twice: rows may not be sent before it
// is known that the checkpoint was where it should be.
func (s *saver) save(ctx context.Context, conn *pgxpool.Conn) error {
	var moved int64
	b := &pgx.Batch{}
	b.Queue(`BEGIN`)
	b.Queue(`SET LOCAL synchronous_commit = off`)
	b.Queue(moveCheckpoint, s.checkpoint...).Exec(func(tag pgconn.CommandTag) error {
		moved = tag.RowsAffected()
		return nil
	})
	sentBefore := s.sent
	if len(s.rows) == 0 {
		b.Queue(`COMMIT`)
		s.sent = true
	}
	if err := send(ctx, conn, b); err != nil {
		return err
	}
	if moved != 1 {
		return s.unmoved(ctx, conn, sentBefore)
	}
	if len(s.rows) == 0 {
		return nil
	}
	b = &pgx.Batch{}
	for _, row := range s.rows {
		b.Queue(row.sql, row.args...)
	}
	b.Queue(`COMMIT`)
	s.sent = true
	return send(ctx, conn, b)
}

// unmoved says what it means that the checkpoint was elsewhere. Where an earlier try may have come to be, and the checkpoint
// is where it would have brought it, it has: or another owner folded the same events, which gives the same rows.
func (s *saver) unmoved(ctx context.Context, conn *pgxpool.Conn, sentBefore bool) error {
	if len(s.rows) > 0 {
		if _, err := conn.Exec(ctx, `ROLLBACK`); err != nil {
			return err
		}
	}
	there := false
	if sentBefore {
		err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM views WHERE generation = $1 AND position = $2 AND active AND NOT dropped)`,
			s.g.Number, s.to.Position.String()).Scan(&there)
		if err != nil {
			return err
		}
	}
	if !there {
		return projections.ErrMoved
	}
	return nil
}

// ruined passes an error on. Where it says that a table of the generation is missing or damaged, the generation is dropped
// and the error wraps ErrMoved, so that its owner builds the view again.
func (v *Views) ruined(ctx context.Context, g projections.Generation, err error) error {
	switch codeOf(err) {
	case undefinedTable, dataCorrupted, indexCorrupted:
	default:
		return err
	}
	if dropErr := v.Drop(ctx, g); dropErr != nil {
		return errors.Join(err, dropErr)
	}
	v.log.Warn("tables of a view are missing or damaged, it is built anew", "view", g.View, "error", err)
	return fmt.Errorf("%w: %w", projections.ErrMoved, err)
}
