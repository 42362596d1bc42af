package sqlite_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	driver "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"fleetbeat/internal/sqlite"
)

const mark = 0x54657374

func options(migrations ...string) sqlite.Options {
	return sqlite.Options{ApplicationID: mark, Migrations: migrations, Synchronous: sqlite.Full, Readers: 2}
}

const (
	first  = `CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO things (name) VALUES ('made by 1');`
	second = `INSERT INTO things (name) VALUES ('made by 2');`
)

func open(t *testing.T, path string, o sqlite.Options) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(path, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func file(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "a file's name?mode=x#%20.db")
}

// execute runs statements on the file past our own package.
func execute(t *testing.T, path, script string) {
	t.Helper()
	conn, err := driver.OpenConn(path, driver.OpenReadWrite|driver.OpenCreate)
	require.NoError(t, err)
	require.NoError(t, sqlitex.ExecuteScript(conn, script, nil))
	require.NoError(t, conn.Close())
}

func TestAFileIsForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	path := file(t)
	open(t, path, options(first))
	for _, each := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(each)
		require.NoError(t, err)
		assert.Equal(t, fs.FileMode(0o600), info.Mode(), each)
	}
	require.NoError(t, os.Chmod(path, 0o640))
	open(t, path, options(first))
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0o640), info.Mode(), "unless he said otherwise")
}

// texts returns the first column of a query.
func texts(t *testing.T, conn *driver.Conn, query string) (got []string) {
	t.Helper()
	require.NoError(t, sqlitex.ExecuteTransient(conn, query, &sqlitex.ExecOptions{ResultFunc: func(stmt *driver.Stmt) error {
		got = append(got, stmt.ColumnText(0))
		return nil
	}}))
	return got
}

func names(t *testing.T, db *sqlite.DB) (got []string) {
	t.Helper()
	require.NoError(t, db.Read(t.Context(), func(conn *driver.Conn) error {
		got = texts(t, conn, `SELECT name FROM things ORDER BY id`)
		return nil
	}))
	return got
}

func TestOpen(t *testing.T) {
	t.Parallel()

	t.Run("makes a new file, marked, with its migrations done once", func(t *testing.T) {
		t.Parallel()
		path := file(t)
		require.NoError(t, open(t, path, options(first, second)).Close())
		db := open(t, path, options(first, second))
		assert.Equal(t, path, db.Path())
		assert.Equal(t, []string{"made by 1", "made by 2"}, names(t, db))
	})

	t.Run("gives every connection what was asked for", func(t *testing.T) {
		t.Parallel()
		o := options(first)
		o.PageSize, o.LogLimit = 16384, 1<<20
		db := open(t, file(t), o)
		check := func(conn *driver.Conn) error {
			for pragma, want := range map[string]string{
				"application_id": "1415934836", "user_version": "1", "journal_mode": "wal", "synchronous": "2",
				"page_size": "16384", "journal_size_limit": "1048576",
			} {
				assert.Equal(t, []string{want}, texts(t, conn, "PRAGMA "+pragma), pragma)
			}
			return nil
		}
		require.NoError(t, db.Write(check))
		require.NoError(t, db.Read(t.Context(), check))
		o.Synchronous = sqlite.Normal
		normal := open(t, file(t), o)
		require.NoError(t, normal.Write(func(conn *driver.Conn) error {
			assert.Equal(t, []string{"1"}, texts(t, conn, "PRAGMA synchronous"))
			return nil
		}))
	})

	t.Run("takes an older file to the newest version", func(t *testing.T) {
		t.Parallel()
		path := file(t)
		require.NoError(t, open(t, path, options(first)).Close())
		assert.Equal(t, []string{"made by 1", "made by 2"}, names(t, open(t, path, options(first, second))))
	})

	t.Run("a migration that fails leaves the version that was there", func(t *testing.T) {
		t.Parallel()
		path := file(t)
		require.NoError(t, open(t, path, options(first)).Close())
		_, err := sqlite.Open(path, options(first, second, "INSERT INTO absent VALUES (1)"))
		require.ErrorContains(t, err, "migrate to version 3")
		assert.Equal(t, []string{"made by 1"}, names(t, open(t, path, options(first))))
	})

	t.Run("refuses a file of a newer version", func(t *testing.T) {
		t.Parallel()
		path := file(t)
		require.NoError(t, open(t, path, options(first, second)).Close())
		_, err := sqlite.Open(path, options(first))
		require.ErrorIs(t, err, sqlite.ErrNewer)
		assert.ErrorContains(t, err, "version 2, at most 1 is known")
		o := options(first)
		o.ReadOnly = true
		_, err = sqlite.Open(path, o)
		require.ErrorIs(t, err, sqlite.ErrNewer)
	})

	t.Run("refuses another program's file and leaves it as it is", func(t *testing.T) {
		t.Parallel()
		for _, script := range []string{"CREATE TABLE theirs (id)", "PRAGMA application_id = 17; CREATE TABLE theirs (id)", "PRAGMA user_version = 1"} {
			path := file(t)
			execute(t, path, script)
			before, err := os.ReadFile(path)
			require.NoError(t, err)
			_, err = sqlite.Open(path, options(first))
			require.ErrorIs(t, err, sqlite.ErrForeign, script)
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, before, after, script)
		}
	})

	t.Run("says corrupt of what is no SQLite file", func(t *testing.T) {
		t.Parallel()
		path := file(t)
		require.NoError(t, os.WriteFile(path, []byte(strings.Repeat("no database\n", 1000)), 0o600))
		_, err := sqlite.Open(path, options(first))
		require.Error(t, err)
		assert.Equal(t, sqlite.Corrupt, sqlite.Classify(err))
	})

	t.Run("says unavailable of a folder that is not there", func(t *testing.T) {
		t.Parallel()
		_, err := sqlite.Open(filepath.Join(t.TempDir(), "absent", "x.db"), options(first))
		require.Error(t, err)
		assert.Equal(t, sqlite.Unavailable, sqlite.Classify(err))
	})
}

func TestReadOnly(t *testing.T) {
	t.Parallel()
	readOnly := options(first)
	readOnly.ReadOnly = true

	t.Run("reads what another writes, as it is written", func(t *testing.T) {
		t.Parallel()
		path := file(t)
		db := open(t, path, options(first))
		other := open(t, path, readOnly)
		require.NoError(t, db.Write(func(conn *driver.Conn) error {
			return sqlitex.ExecuteTransient(conn, `INSERT INTO things (name) VALUES ('new')`, nil)
		}))
		assert.Equal(t, []string{"made by 1", "new"}, names(t, other))
		assert.True(t, other.ReadOnly())
	})

	t.Run("reads a file that nobody has open", func(t *testing.T) {
		t.Parallel()
		path := file(t)
		require.NoError(t, open(t, path, options(first)).Close())
		assert.Equal(t, []string{"made by 1"}, names(t, open(t, path, readOnly)))
	})

	t.Run("writes nothing, not even a migration", func(t *testing.T) {
		t.Parallel()
		path := file(t)
		require.NoError(t, open(t, path, options(first)).Close())
		db := open(t, path, readOnly)
		err := db.Write(func(*driver.Conn) error { panic("called") })
		require.ErrorIs(t, err, sqlite.ErrReadOnly)
		assert.Equal(t, sqlite.Unavailable, sqlite.Classify(err))
		o := options(first, second)
		o.ReadOnly = true
		_, err = sqlite.Open(path, o)
		require.ErrorIs(t, err, sqlite.ErrReadOnly)
	})

	t.Run("makes no file", func(t *testing.T) {
		t.Parallel()
		path := file(t)
		_, err := sqlite.Open(path, readOnly)
		require.ErrorIs(t, err, fs.ErrNotExist)
		_, err = os.Stat(path)
		require.ErrorIs(t, err, fs.ErrNotExist)
	})
}
