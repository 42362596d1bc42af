package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	driver "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"fleetbeat/internal/sqlite"
)

func insert(conn *driver.Conn, name string) error {
	return sqlitex.Execute(conn, `INSERT INTO things (name) VALUES (?1)`, &sqlitex.ExecOptions{Args: []any{name}})
}

func TestWrite(t *testing.T) {
	t.Parallel()

	t.Run("an error undoes everything and comes back as it was", func(t *testing.T) {
		t.Parallel()
		db := open(t, file(t), options(first))
		mine := errors.New("mine")
		err := db.Write(func(conn *driver.Conn) error {
			require.NoError(t, insert(conn, "gone"))
			return mine
		})
		require.ErrorIs(t, err, mine)
		require.NoError(t, db.Write(func(conn *driver.Conn) error { return insert(conn, "kept") }))
		assert.Equal(t, []string{"made by 1", "kept"}, names(t, db))
	})

	t.Run("a panic undoes everything and leaves the file usable", func(t *testing.T) {
		t.Parallel()
		db := open(t, file(t), options(first))
		assert.Panics(t, func() {
			_ = db.Write(func(conn *driver.Conn) error {
				require.NoError(t, insert(conn, "gone"))
				panic("mine")
			})
		})
		assert.Panics(t, func() { _ = db.Read(t.Context(), func(*driver.Conn) error { panic("mine") }) })
		require.NoError(t, db.Write(func(conn *driver.Conn) error { return insert(conn, "kept") }))
		for range 5 {
			assert.Equal(t, []string{"made by 1", "kept"}, names(t, db))
		}
	})

	t.Run("a full file is unavailable, stores nothing, and recovers", func(t *testing.T) {
		t.Parallel()
		db := open(t, file(t), options(first))
		limit := func(pages int) {
			require.NoError(t, db.Write(func(conn *driver.Conn) error {
				return sqlitex.ExecuteTransient(conn, fmt.Sprintf("PRAGMA max_page_count = %d", pages), nil)
			}))
		}
		large := func(conn *driver.Conn) error {
			return sqlitex.ExecuteTransient(conn, `INSERT INTO things (name) VALUES ('large' || hex(zeroblob(50000)))`, nil)
		}
		limit(10)
		err := db.Write(large)
		require.Error(t, err)
		assert.Equal(t, sqlite.Unavailable, sqlite.Classify(err))
		assert.Len(t, names(t, db), 1)
		limit(1 << 20)
		require.NoError(t, db.Write(large))
		assert.Len(t, names(t, db), 2)
	})

	t.Run("writers take turns", func(t *testing.T) {
		t.Parallel()
		db := open(t, file(t), options(first))
		var group sync.WaitGroup
		for i := range 8 {
			group.Go(func() {
				assert.NoError(t, db.Write(func(conn *driver.Conn) error { return insert(conn, fmt.Sprint(i)) }))
			})
		}
		group.Wait()
		assert.Len(t, names(t, db), 9)
	})
}

func TestRead(t *testing.T) {
	t.Parallel()

	t.Run("sees one state, whatever is written meanwhile", func(t *testing.T) {
		t.Parallel()
		db := open(t, file(t), options(first))
		require.NoError(t, db.Read(t.Context(), func(conn *driver.Conn) error {
			before := texts(t, conn, `SELECT name FROM things`)
			written := make(chan error, 1)
			go func() { written <- db.Write(func(conn *driver.Conn) error { return insert(conn, "new") }) }()
			require.NoError(t, <-written)
			assert.Equal(t, before, texts(t, conn, `SELECT name FROM things`))
			return nil
		}))
		assert.Len(t, names(t, db), 2)
	})

	t.Run("cannot write", func(t *testing.T) {
		t.Parallel()
		db := open(t, file(t), options(first))
		err := db.Read(t.Context(), func(conn *driver.Conn) error { return insert(conn, "new") })
		require.Error(t, err)
		assert.Equal(t, driver.ResultReadOnly, driver.ErrCode(err).ToPrimary())
		assert.Len(t, names(t, db), 1)
	})

	t.Run("waits for a free connection, or until its context ends", func(t *testing.T) {
		t.Parallel()
		o := options(first)
		o.Readers = 1
		db := open(t, file(t), o)
		require.NoError(t, db.Read(t.Context(), func(*driver.Conn) error {
			ctx, cancel := context.WithCancel(t.Context())
			waiting := make(chan error, 1)
			go func() { waiting <- db.Read(ctx, func(*driver.Conn) error { return nil }) }()
			cancel()
			assert.ErrorIs(t, <-waiting, context.Canceled)
			return nil
		}))
		assert.Len(t, names(t, db), 1)
	})
}

func TestClose(t *testing.T) {
	t.Parallel()

	t.Run("waits for reads and writes under way, then refuses", func(t *testing.T) {
		t.Parallel()
		db := open(t, file(t), options(first))
		inside, leave, closed := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		var group sync.WaitGroup
		group.Go(func() {
			assert.NoError(t, db.Read(t.Context(), func(conn *driver.Conn) error {
				close(inside)
				<-leave
				assert.Len(t, texts(t, conn, `SELECT name FROM things`), 1)
				return nil
			}))
		})
		<-inside
		go func() { closed <- db.Close() }()
		select {
		case <-closed:
			t.Error("closed while a read was under way")
		default:
		}
		close(leave)
		require.NoError(t, <-closed)
		group.Wait()
		require.ErrorIs(t, db.Read(t.Context(), func(*driver.Conn) error { panic("called") }), sqlite.ErrClosed)
		require.ErrorIs(t, db.Write(func(*driver.Conn) error { panic("called") }), sqlite.ErrClosed)
		require.NoError(t, db.Close())
	})

	t.Run("leaves one file, the write-ahead log is in it", func(t *testing.T) {
		t.Parallel()
		path := file(t)
		db := open(t, path, options(first))
		require.NoError(t, db.Close())
		_, err := os.Stat(path + "-wal")
		require.ErrorIs(t, err, os.ErrNotExist)
	})
}

func TestLogLimit(t *testing.T) {
	t.Parallel()
	o := options(first)
	o.LogLimit = 256 << 10
	path := file(t)
	db := open(t, path, o)

	// There is always a reader in the file: without the gate the log could never begin anew.
	const pages = 400
	enter, leave := make(chan struct{}), make(chan struct{})
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			for range enter {
				assert.NoError(t, db.Read(t.Context(), func(conn *driver.Conn) error {
					texts(t, conn, `SELECT name FROM things LIMIT 1`)
					<-leave
					return nil
				}))
			}
		})
	}
	enter <- struct{}{}
	for range pages {
		enter <- struct{}{} // the other one begins before this one ends
		leave <- struct{}{}
		group.Go(func() {
			assert.NoError(t, db.Write(func(conn *driver.Conn) error {
				return sqlitex.ExecuteTransient(conn, `INSERT INTO things (name) VALUES (hex(zeroblob(8000)))`, nil)
			}))
		})
	}
	leave <- struct{}{}
	close(enter)
	group.Wait()
	assert.Len(t, names(t, db), 1+pages)
	require.NoError(t, db.Write(func(conn *driver.Conn) error { return insert(conn, "last") }))
	info, err := os.Stat(path + "-wal")
	require.NoError(t, err)
	assert.LessOrEqual(t, info.Size(), 2*o.LogLimit, "400 times 16 kB were written")
}

func TestClassify(t *testing.T) {
	t.Parallel()
	for code, want := range map[driver.ResultCode]sqlite.Class{
		driver.ResultFull: sqlite.Unavailable, driver.ResultReadOnly: sqlite.Unavailable, driver.ResultBusy: sqlite.Unavailable,
		driver.ResultIOErrWrite: sqlite.Unavailable, driver.ResultCantOpen: sqlite.Unavailable,
		driver.ResultCorrupt: sqlite.Corrupt, driver.ResultNotADB: sqlite.Corrupt, driver.ResultConstraint: sqlite.Other,
	} {
		assert.Equal(t, want, sqlite.Classify(fmt.Errorf("step: %w", code.ToError())), code)
	}
	assert.Equal(t, sqlite.Other, sqlite.Classify(errors.New("no engine's")))
	assert.Equal(t, sqlite.Other, sqlite.Classify(nil))
}
