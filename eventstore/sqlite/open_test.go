package sqlite_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	driver "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/sqlite"
	"fleetbeat/eventstore/storetest"
)

// execute runs a script on the file past our own package.
func execute(t *testing.T, path, script string) {
	t.Helper()
	conn, err := driver.OpenConn(path, driver.OpenReadWrite|driver.OpenCreate)
	require.NoError(t, err)
	require.NoError(t, sqlitex.ExecuteScript(conn, script, nil))
	require.NoError(t, conn.Close())
}

func TestOpen(t *testing.T) {
	t.Parallel()

	t.Run("a commit waits for the disk", func(t *testing.T) {
		t.Parallel()
		s := fresh(t)
		got := map[string]string{}
		for _, pragma := range []string{"synchronous", "journal_mode"} {
			require.NoError(t, s.Execute("PRAGMA "+pragma, func(stmt *driver.Stmt) error {
				got[pragma] = stmt.ColumnText(0)
				return nil
			}))
		}
		assert.Equal(t, map[string]string{"synchronous": "2", "journal_mode": "wal"}, got)
	})

	t.Run("says in words what is wrong with a file that is no event log", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "events.db")
		execute(t, path, "CREATE TABLE theirs (id)")
		_, err := sqlite.Open(path, sqlite.Options{})
		assert.ErrorContains(t, err, "not an event log of this version")
		assert.ErrorContains(t, err, "another program")
	})

	t.Run("says so of a log that a newer version made, and leaves it alone", func(t *testing.T) {
		t.Parallel()
		s := fresh(t)
		require.NoError(t, s.Close())
		execute(t, s.path, "PRAGMA user_version = 99")
		_, err := sqlite.Open(s.path, sqlite.Options{})
		assert.ErrorContains(t, err, "newer version")
	})

	t.Run("says corrupt of what is no database", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "events.db")
		require.NoError(t, os.WriteFile(path, []byte(strings.Repeat("not a database ", 1000)), 0o600))
		_, err := sqlite.Open(path, sqlite.Options{})
		assert.ErrorIs(t, err, eventstore.ErrCorrupt)
	})
}

func TestReadOnly(t *testing.T) {
	t.Parallel()
	readOnly := func(t *testing.T, path string) *sqlite.Store {
		t.Helper()
		s, err := sqlite.Open(path, sqlite.Options{ReadOnly: true, Poll: time.Millisecond})
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, s.Close()) })
		return s
	}

	t.Run("follows what another process appends", func(t *testing.T) {
		t.Parallel()
		s := fresh(t)
		appendTo(t, s, "s", eventstore.NoStream, storetest.Events(3, 10, "a")...)
		reader := readOnly(t, s.path)
		sub, err := reader.Subscribe(t.Context(), eventstore.Position{}, "a")
		require.NoError(t, err)
		d, err := sub.Next(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 3, d.Page.Len())
		assert.True(t, d.Live)
		for i := range 3 {
			appendTo(t, s, "s", eventstore.Revision(2+i), storetest.Events(1, 10, "a")...)
			d, err = sub.Next(t.Context())
			require.NoError(t, err)
			assert.Equal(t, 1, d.Page.Len())
		}
		ended := make(chan error, 1)
		go func() {
			_, err := sub.Next(context.Background())
			ended <- err
		}()
		require.NoError(t, reader.Close())
		require.ErrorIs(t, <-ended, eventstore.ErrClosed)
	})

	t.Run("cannot be appended to", func(t *testing.T) {
		t.Parallel()
		s := fresh(t)
		reader := readOnly(t, s.path)
		_, err := reader.Append(t.Context(), "s", eventstore.NoStream, storetest.Events(1, 10, "a")...)
		require.ErrorIs(t, err, eventstore.ErrUnavailable)
		require.ErrorIs(t, reader.SetMaxAge(t.Context(), "s", time.Hour), eventstore.ErrUnavailable)
		head, err := reader.Head(t.Context())
		require.NoError(t, err)
		assert.True(t, head.IsZero())
	})

	t.Run("makes no log where there is none", func(t *testing.T) {
		t.Parallel()
		_, err := sqlite.Open(filepath.Join(t.TempDir(), "events.db"), sqlite.Options{ReadOnly: true})
		require.ErrorIs(t, err, fs.ErrNotExist)
		assert.ErrorContains(t, err, "no event log")
	})
}

// appendTo appends and requires success.
func appendTo(t *testing.T, s eventstore.Store, stream string, expected eventstore.Revision, events ...eventstore.Event) eventstore.Appended {
	t.Helper()
	got, err := s.Append(t.Context(), stream, expected, events...)
	require.NoError(t, err)
	return got
}

// all returns the whole log.
func all(t *testing.T, s eventstore.Store, types ...string) (got []eventstore.Recorded) {
	t.Helper()
	for page, err := range s.ReadAll(t.Context(), eventstore.Position{}, types...) {
		require.NoError(t, err)
		for e, err := range page.Events() {
			require.NoError(t, err)
			got = append(got, e)
		}
	}
	return got
}
