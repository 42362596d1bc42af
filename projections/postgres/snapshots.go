package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"fleetbeat/domain"
)

// Snapshots keeps blobs under keys, with the place of the log that each stands for: those of liveness. All methods may be
// called by many goroutines at once.
type Snapshots struct{ views *Views }

// Snapshots returns the blobs of this schema.
func (v *Views) Snapshots() *Snapshots { return &Snapshots{v} }

// pieceSize is how much of a blob a row holds.
const pieceSize = 1 << 20

// Load returns the blob under key, nil where there is none.
func (s *Snapshots) Load(ctx context.Context, key string) ([]byte, error) {
	var blob []byte
	var serial int64
	u := filling
	u.patience = 0
	err := s.views.do(ctx, u, func(ctx context.Context, conn *pgxpool.Conn) error {
		return pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) (err error) {
			blob, serial, err = load(ctx, tx, key)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read snapshot %q: %w", key, err)
	}
	s.views.mu.Lock()
	defer s.views.mu.Unlock()
	s.views.serials[key] = serial
	return blob, nil
}

func load(ctx context.Context, tx pgx.Tx, key string) (blob []byte, serial int64, err error) {
	var size int64
	err = tx.QueryRow(ctx, `SELECT serial, size FROM snapshots WHERE key = $1`, storable(key)).Scan(&serial, &size)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	blob = make([]byte, 0, size)
	rows, err := tx.Query(ctx, `SELECT bytes FROM snapshot_pieces WHERE serial = $1 ORDER BY piece`, serial)
	if err != nil {
		return nil, 0, err
	}
	var piece pgtype.DriverBytes // of the connection's memory: a blob of 100 MB is not copied twice
	_, err = pgx.ForEachRow(rows, []any{&piece}, func() error {
		blob = append(blob, piece...)
		return nil
	})
	if err == nil && int64(len(blob)) != size {
		err = fmt.Errorf("%d of %d bytes are there", len(blob), size)
	}
	return blob, serial, err
}

// Save puts a blob in the place of the one under key, or does nothing where the one that is there stands for a later place
// and this process has never seen it: an owner that was paused, and wakes up, would put the past in its place. What this
// process has loaded or saved itself it may replace by anything: a log that was restored begins at an earlier place.
func (s *Snapshots) Save(ctx context.Context, key string, position domain.Position, blob []byte) error {
	s.views.mu.Lock()
	known := s.views.serials[key]
	s.views.mu.Unlock()
	var serial int64
	err := s.views.write(ctx, use{again: true, within: 5 * fillWithin}, func(ctx context.Context, tx pgx.Tx) (err error) {
		serial, err = replace(ctx, tx, storable(key), known, position, blob)
		return err
	})
	if err != nil {
		return fmt.Errorf("write snapshot %q: %w", key, err)
	}
	if serial != 0 {
		s.views.mu.Lock()
		defer s.views.mu.Unlock()
		s.views.serials[key] = serial
	}
	return nil
}

// replace returns the number of what is stored now, 0 where it is not this blob.
func replace(ctx context.Context, tx pgx.Tx, key string, known int64, position domain.Position, blob []byte) (serial int64, err error) {
	// The pieces come first: while they are on their way, which may take a while, nobody waits for us.
	if _, err = tx.Exec(ctx, `SET LOCAL statement_timeout = 300000`); err != nil {
		return 0, err
	}
	if err = tx.QueryRow(ctx, `SELECT nextval('snapshot_serials')`).Scan(&serial); err != nil {
		return 0, err
	}
	pieces := pgx.CopyFromSlice((len(blob)+pieceSize-1)/pieceSize, func(i int) ([]any, error) {
		return []any{serial, int32(i), blob[i*pieceSize : min(len(blob), (i+1)*pieceSize)]}, nil
	})
	if _, err = tx.CopyFrom(ctx, pgx.Identifier{"snapshot_pieces"}, []string{"serial", "piece", "bytes"}, pieces); err != nil {
		return 0, err
	}
	// A row to lock, so that of two that save at once one waits and then knows what the other has stored.
	if _, err = tx.Exec(ctx, `INSERT INTO snapshots (key, serial, commit_position, prepare_position, size) VALUES ($1, 0, 0, 0, 0)
		ON CONFLICT (key) DO NOTHING`, key); err != nil {
		return 0, err
	}
	former, at := int64(0), cells{}.position(position)
	replaces := false
	err = tx.QueryRow(ctx, `SELECT serial, serial = $2 OR (commit_position, prepare_position) <= ($3, $4) FROM snapshots WHERE key = $1 FOR UPDATE`,
		key, known, at[0], at[1]).Scan(&former, &replaces)
	if err != nil {
		return 0, err
	}
	gone := serial
	if replaces {
		gone = former
		if _, err = tx.Exec(ctx, `UPDATE snapshots SET serial = $2, commit_position = $3, prepare_position = $4, size = $5, saved = now() WHERE key = $1`,
			key, serial, at[0], at[1], int64(len(blob))); err != nil {
			return 0, err
		}
	} else {
		serial = 0
	}
	_, err = tx.Exec(ctx, `DELETE FROM snapshot_pieces WHERE serial = $1`, gone)
	return serial, err
}
