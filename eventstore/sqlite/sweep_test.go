package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	driver "zombiezen.com/go/sqlite"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/sqlite"
	"fleetbeat/eventstore/storetest"
)

// fill appends n times count events of size bytes to stream s, a minute apart.
func fill(t *testing.T, s *opened, n, count, size int) (last eventstore.Revision) {
	t.Helper()
	last = eventstore.NoStream
	for e, err := range s.ReadStream(t.Context(), "s", eventstore.End, eventstore.Backwards) {
		require.NoError(t, err)
		last = e.Revision
		break
	}
	for range n {
		last = appendTo(t, s, "s", last, storetest.Events(count, size, "a")...).Revision
		s.clock.advance(time.Minute)
	}
	return last
}

func TestSweep(t *testing.T) {
	t.Parallel()

	t.Run("deletes whole appends that are older, and only these", func(t *testing.T) {
		t.Parallel()
		s := fresh(t)
		fill(t, s, 10, 3, 10)
		require.NoError(t, s.SetMaxAge(t.Context(), "s", 4*time.Minute+30*time.Second))
		require.NoError(t, s.Sweep(t.Context()))
		got := all(t, s)
		require.Len(t, got, 4*3)
		assert.Equal(t, eventstore.Revision(18), got[0].Revision)
		require.NoError(t, s.Sweep(t.Context()))
		assert.Len(t, all(t, s), 4*3)
	})

	t.Run("keeps the newest append of a stream, so that revisions and positions go on", func(t *testing.T) {
		t.Parallel()
		s := fresh(t)
		last := fill(t, s, 3, 2, 10)
		require.NoError(t, s.SetMaxAge(t.Context(), "s", time.Second))
		s.clock.advance(1000 * time.Hour)
		require.NoError(t, s.Sweep(t.Context()))
		got := all(t, s)
		require.Len(t, got, 2)
		assert.Equal(t, last, got[1].Revision)
		require.NoError(t, s.Close())
		next := appendTo(t, open(t, s.path, s.clock), "s", last, storetest.Events(1, 1, "a")...)
		assert.Equal(t, got[1].Position.Commit+1, next.Position.Commit)
	})

	t.Run("goes on where more has expired than one transaction deletes", func(t *testing.T) {
		t.Parallel()
		s := fresh(t)
		fill(t, s, 700, 1, 10)
		require.NoError(t, s.SetMaxAge(t.Context(), "s", time.Second))
		require.NoError(t, s.Sweep(t.Context()))
		assert.Len(t, all(t, s), 1)
	})

	t.Run("goes on where large appends have expired", func(t *testing.T) {
		t.Parallel()
		s := fresh(t)
		fill(t, s, 20, 1, 1_000_000)
		require.NoError(t, s.SetMaxAge(t.Context(), "s", time.Second))
		require.NoError(t, s.Sweep(t.Context()))
		assert.Len(t, all(t, s), 1)
	})

	t.Run("leaves no gap when the clock was set back in between", func(t *testing.T) {
		t.Parallel()
		s := fresh(t)
		fill(t, s, 2, 1, 10)
		s.clock.advance(10 * time.Hour)
		fill(t, s, 1, 1, 10)
		s.clock.advance(-10 * time.Hour)
		fill(t, s, 2, 1, 10)
		require.NoError(t, s.SetMaxAge(t.Context(), "s", time.Hour))
		s.clock.advance(5 * time.Hour) // now the newest two have expired, the one before them has not
		require.NoError(t, s.Sweep(t.Context()))
		got := all(t, s)
		require.Len(t, got, 3)
		assert.Equal(t, eventstore.Revision(2), got[0].Revision)
	})

	t.Run("what it frees is used again: the file does not grow", func(t *testing.T) {
		t.Parallel()
		s := fresh(t)
		pages := func() (n int64) {
			require.NoError(t, s.Execute("PRAGMA page_count", func(stmt *driver.Stmt) error {
				n = stmt.ColumnInt64(0)
				return nil
			}))
			return n
		}
		require.NoError(t, s.SetMaxAge(t.Context(), "s", 10*time.Minute))
		fill(t, s, 20, 100, 1000)
		before := pages()
		for range 5 {
			require.NoError(t, s.Sweep(t.Context()))
			fill(t, s, 10, 100, 1000)
		}
		assert.LessOrEqual(t, pages(), before+before/10)
	})

	t.Run("stops when its context ends", func(t *testing.T) {
		t.Parallel()
		s := fresh(t)
		fill(t, s, 3, 1, 10)
		require.NoError(t, s.SetMaxAge(t.Context(), "s", time.Second))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, s.Sweep(ctx), context.Canceled)
		assert.Len(t, all(t, s), 3)
	})

	t.Run("a retry of what was deleted is a conflict, of what is there it is not", func(t *testing.T) {
		t.Parallel()
		s := fresh(t)
		gone, kept := storetest.Events(2, 10, "a"), storetest.Events(2, 10, "a")
		appendTo(t, s, "s", eventstore.NoStream, gone...)
		first := appendTo(t, s, "s", 1, kept...)
		s.clock.advance(time.Hour)
		require.NoError(t, s.SetMaxAge(t.Context(), "s", time.Minute))
		require.NoError(t, s.Sweep(t.Context()))
		_, err := s.Append(t.Context(), "s", eventstore.NoStream, gone...)
		conflict := (*eventstore.ConflictError)(nil)
		require.ErrorAs(t, err, &conflict)
		assert.Equal(t, first, appendTo(t, s, "s", 1, kept...))
	})
}

func TestSweepByItself(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "events.db")
	synctest.Test(t, func(t *testing.T) {
		s, err := sqlite.Open(path, sqlite.Options{})
		require.NoError(t, err)
		require.NoError(t, s.SetMaxAge(t.Context(), "s", 10*time.Minute))
		appendTo(t, s, "s", eventstore.NoStream, storetest.Events(1, 10, "a")...)
		<-time.After(5 * time.Minute)
		appendTo(t, s, "s", 0, storetest.Events(1, 10, "a")...)
		<-time.After(4 * time.Minute)
		assert.Len(t, all(t, s), 2)
		<-time.After(3 * time.Minute)
		synctest.Wait()
		assert.Len(t, all(t, s), 1)
		require.NoError(t, s.Close())
	})
}
