package sqlite_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
	driver "zombiezen.com/go/sqlite"

	"fleetbeat/internal/sqlite"
)

func TestCopy(t *testing.T) {
	t.Parallel()
	made := options(first)
	copying := sqlite.CopyOptions{ApplicationID: made.ApplicationID, Migrations: made.Migrations}

	t.Run("is one moment of a file that is written, without anything beside it", func(t *testing.T) {
		t.Parallel()
		db := open(t, file(t), made)
		require.NoError(t, db.Write(func(conn *driver.Conn) error { return insert(conn, "kept") }))
		o := copying
		o.Report = func(done, total int64) {
			assert.Equal(t, total, done, "so small a file is copied in one step")
			require.NoError(t, db.Write(func(conn *driver.Conn) error { return insert(conn, "later") }))
		}
		to := filepath.Join(t.TempDir(), "copy.db")
		require.NoError(t, sqlite.Copy(t.Context(), db.Path(), to, o))
		entries, err := os.ReadDir(filepath.Dir(to))
		require.NoError(t, err)
		assert.Len(t, entries, 1)
		copied := open(t, to, made)
		assert.Equal(t, []string{"made by 1", "kept"}, names(t, copied))
		require.NoError(t, copied.Check(t.Context()))
	})
	t.Run("never overwrites, and leaves nothing after an error", func(t *testing.T) {
		t.Parallel()
		db := open(t, file(t), made)
		to := file(t)
		require.NoError(t, os.WriteFile(to, []byte("mine"), 0o600))
		require.ErrorIs(t, sqlite.Copy(t.Context(), db.Path(), to, copying), os.ErrExist)
		require.FileExists(t, to)
		to = file(t)
		foreign := copying
		foreign.ApplicationID++
		require.ErrorIs(t, sqlite.Copy(t.Context(), db.Path(), to, foreign), sqlite.ErrForeign)
		assert.NoFileExists(t, to)
	})
}

func TestCheck(t *testing.T) {
	t.Parallel()
	db := open(t, file(t), options(first))
	require.NoError(t, db.Check(t.Context()))
	path := db.Path()
	require.NoError(t, db.Close())
	bytes, err := os.ReadFile(path)
	require.NoError(t, err)
	clear(bytes[4096+8:]) // what the pages after the first say of their cells
	require.NoError(t, os.WriteFile(path, bytes, 0o600))
	spoilt := open(t, path, options(first))
	err = spoilt.Check(t.Context())
	require.Error(t, err)
	assert.Equal(t, sqlite.Corrupt, sqlite.Classify(fmt.Errorf("check: %w", err)))
}

func TestIsFull(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]bool{
		unix.ENOSPC: true, unix.EDQUOT: true, fmt.Errorf("write: %w", unix.ENOSPC): true, driver.ResultFull.ToError(): true,
		unix.EIO: false, driver.ResultIOErr.ToError(): false, errors.New("full"): false,
	} {
		assert.Equal(t, want, sqlite.IsFull(err), err.Error())
	}
	assert.False(t, sqlite.IsFull(nil))
}
