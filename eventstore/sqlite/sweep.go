package sqlite

import (
	"context"

	"zombiezen.com/go/sqlite"
)

const (
	// sweepRows and sweepBytes bound one deleting transaction: an append that comes in between waits for one of them.
	sweepRows  = 256
	sweepBytes = 8 << 20
)

// Sweep deletes what has expired, oldest first, whole appends, and returns when there is nothing more. It is called
// regularly by the store itself (Options.Sweep). The newest append of a stream stays whatever its age.
func (s *Store) Sweep(ctx context.Context) error {
	now := s.now().UnixMilli()
	type aged struct{ stream, before int64 }
	var streams []aged
	err := s.db.Read(ctx, func(conn *sqlite.Conn) error {
		return query(conn, `SELECT id, max_age FROM streams WHERE max_age > 0`, nil, func(stmt *sqlite.Stmt) error {
			streams = append(streams, aged{stmt.ColumnInt64(0), now - stmt.ColumnInt64(1)})
			return nil
		})
	})
	if err != nil {
		return fault("find streams of limited age", err)
	}
	for _, a := range streams {
		for more := true; more; {
			if err := ctx.Err(); err != nil {
				return fault("delete expired events", err)
			}
			if more, err = s.sweep(a.stream, a.before); err != nil {
				return fault("delete expired events", err)
			}
		}
	}
	return nil
}

// sweep deletes some expired rows of a stream and reports whether there may be more. It stops at the first row that has
// not expired, even if a step of the clock made a later one look older: what is left has no gap.
func (s *Store) sweep(stream, before int64) (more bool, err error) {
	err = s.db.Write(func(conn *sqlite.Conn) error {
		rows, size, upto, fresh := 0, int64(0), int64(-1), false
		const find = `SELECT revision, time, length(body) FROM appends WHERE stream = ?1
			AND revision < (SELECT max(revision) FROM appends WHERE stream = ?1) ORDER BY revision LIMIT ?2 + 0`
		err := query(conn, find, []int64{stream, sweepRows}, func(stmt *sqlite.Stmt) error {
			if fresh = fresh || stmt.ColumnInt64(1) >= before || size >= sweepBytes; fresh {
				return nil
			}
			upto = stmt.ColumnInt64(0)
			size += stmt.ColumnInt64(2)
			rows++
			return nil
		})
		if err != nil || upto < 0 {
			return err
		}
		more = rows == sweepRows || size >= sweepBytes
		return query(conn, `DELETE FROM appends WHERE stream = ?1 AND revision <= ?2`, []int64{stream, upto}, nil)
	})
	return more, err
}

// sweepAndLog is the sweep that nobody asked for: it ends when the store closes, and an error is told to the log, once.
func (s *Store) sweepAndLog() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan struct{})
	defer close(done)
	go func() {
		select {
		case <-s.closing:
			cancel()
		case <-done:
		}
	}()
	if err := s.Sweep(ctx); err != nil && !s.isClosed() {
		s.log.Warn("sweep of the event log did not finish", "error", err)
	}
}
