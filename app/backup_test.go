package app

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/sqlite"
)

// newLog makes a data folder with a log in it and returns the folder and the log's id.
func newLog(t *testing.T) (data, id string) {
	t.Helper()
	data = t.TempDir()
	a, err := New(t.Context(), Options{
		Listen: "127.0.0.1:0", Data: data, Interval: time.Minute, HeartbeatsMaxAge: time.Hour, Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	require.NoError(t, a.Stop(t.Context()))
	return data, a.logID
}

func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	data, id := newLog(t)
	backup := filepath.Join(t.TempDir(), "backup.db")
	made, err := Backup(t.Context(), data, backup, CopyOptions{})
	require.NoError(t, err)
	assert.Equal(t, id, made.LogID)
	assert.NotZero(t, made.Events)

	t.Run("a backup never overwrites", func(t *testing.T) {
		t.Parallel()
		_, err := Backup(t.Context(), data, backup, CopyOptions{})
		require.ErrorIs(t, err, ErrExists)
	})
	t.Run("a backup of a folder without a log is refused", func(t *testing.T) {
		t.Parallel()
		_, err := Backup(t.Context(), t.TempDir(), filepath.Join(t.TempDir(), "b.db"), CopyOptions{})
		require.ErrorIs(t, err, os.ErrNotExist)
	})
	t.Run("a log is restored into a folder that is not there, or is empty", func(t *testing.T) {
		t.Parallel()
		for _, to := range []string{filepath.Join(t.TempDir(), "new", "folder"), t.TempDir()} {
			got, err := Restore(t.Context(), backup, to, CopyOptions{})
			require.NoError(t, err)
			assert.Equal(t, made, got)
			log, err := sqlite.Open(filepath.Join(to, eventsFile), sqlite.Options{})
			require.NoError(t, err)
			require.NoError(t, log.Close())
		}
	})
	t.Run("never into a folder with something in it", func(t *testing.T) {
		t.Parallel()
		_, err := Restore(t.Context(), backup, data, CopyOptions{})
		require.ErrorIs(t, err, ErrNotEmpty)
		other := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(other, "notes.txt"), nil, 0o600))
		_, err = Restore(t.Context(), backup, other, CopyOptions{})
		require.ErrorIs(t, err, ErrNotEmpty)
		require.ErrorContains(t, err, "notes.txt")
		assert.NoFileExists(t, filepath.Join(other, eventsFile))
	})
	t.Run("never beside a server that is just beginning there", func(t *testing.T) {
		t.Parallel()
		to := t.TempDir()
		lock, err := lockFolder(to)
		require.NoError(t, err)
		_, err = Restore(t.Context(), backup, to, CopyOptions{})
		require.ErrorIs(t, err, ErrDataInUse)
		require.NoError(t, lock.Close())
	})
	t.Run("what a killed restore left behind is in nobody's way", func(t *testing.T) {
		t.Parallel()
		to := t.TempDir()
		half := filepath.Join(to, eventsFile+".123.partial")
		require.NoError(t, os.WriteFile(half, []byte("half"), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(to, lockFile), nil, 0o600))
		_, err := Restore(t.Context(), backup, to, CopyOptions{})
		require.NoError(t, err)
		assert.NoFileExists(t, half)
	})
	t.Run("a restore that fails leaves nothing behind", func(t *testing.T) {
		t.Parallel()
		whole, err := os.ReadFile(backup)
		require.NoError(t, err)
		torn := filepath.Join(t.TempDir(), "torn.db")
		require.NoError(t, os.WriteFile(torn, whole[:len(whole)/2], 0o600))
		to := filepath.Join(t.TempDir(), "new")
		_, err = Restore(t.Context(), torn, to, CopyOptions{})
		require.ErrorIs(t, err, eventstore.ErrCorrupt)
		assert.NoDirExists(t, to)
		_, err = Restore(t.Context(), filepath.Join(t.TempDir(), "none.db"), to, CopyOptions{})
		require.ErrorIs(t, err, os.ErrNotExist)
		assert.NoDirExists(t, to)
	})
	t.Run("a file of events without a log's id is refused", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "events.db")
		log, err := sqlite.Open(path, sqlite.Options{})
		require.NoError(t, err)
		require.NoError(t, log.Close())
		to := filepath.Join(t.TempDir(), "new")
		_, err = Restore(t.Context(), path, to, CopyOptions{})
		require.ErrorIs(t, err, ErrNotALog)
		assert.NoDirExists(t, to)
	})
}

func TestRoom(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	huge := filepath.Join(dir, "huge")
	require.NoError(t, os.WriteFile(huge, nil, 0o600))
	require.NoError(t, room(huge, dir))
	free, err := freeBytes(dir)
	require.NoError(t, err)
	if err := os.Truncate(huge, free+1<<40); err != nil { // a hole takes no room; some file systems have a lower limit
		t.Skipf("this file system has no such large files: %v", err)
	}
	err = room(huge, dir)
	require.ErrorIs(t, err, eventstore.ErrFull)
	require.ErrorContains(t, err, "are needed")
}

func TestSize(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0 bytes", 1023: "1023 bytes", 1 << 10: "1.0 KiB", 3 << 19: "1.5 MiB", 5 << 30: "5.0 GiB"} {
		assert.Equal(t, want, size(n))
	}
}
