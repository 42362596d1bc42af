package app

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// diskOf returns the watch of a folder whose disk has as much room as a test says, and what it logs.
func diskOf(t *testing.T, minFree int64, free *int64) (d *disk, said *bytes.Buffer) {
	t.Helper()
	data := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(data, eventsFile), make([]byte, 100), 0o600))
	said = &bytes.Buffer{}
	d = newDisk(data, []string{eventsFile, viewsFile}, minFree, slog.New(slog.NewTextHandler(said, nil)))
	d.free = func(string) (int64, error) { return *free, nil }
	return d, said
}

func warnings(d *disk) map[string]string {
	parts := map[string]string{}
	d.warn(func(part, why string) { parts[part] = why })
	return parts
}

func TestDisk(t *testing.T) {
	t.Parallel()
	t.Run("warns of too little room, once in the log, and says when there is room again", func(t *testing.T) {
		t.Parallel()
		free := int64(5 << 30)
		d, said := diskOf(t, 1<<30, &free)
		d.look()
		assert.Empty(t, warnings(d))
		free = 1<<30 - 1
		d.look()
		free = 300 << 20
		d.look()
		require.Equal(t, map[string]string{
			eventsFile: "has 300.0 MiB left on its disk, less than the 1.0 GiB of --min-free; when it is full, writes are refused",
		}, warnings(d), "a file that is not there has no disk")
		assert.Equal(t, 1, strings.Count(said.String(), "the disk has little room left"))
		free = 1 << 30
		d.look()
		assert.Empty(t, warnings(d))
		assert.Equal(t, 1, strings.Count(said.String(), "the disk has room again"))
	})
	t.Run("never warns where nobody wants it", func(t *testing.T) {
		t.Parallel()
		free := int64(0)
		d, said := diskOf(t, 0, &free)
		d.look()
		assert.Empty(t, warnings(d))
		assert.Empty(t, said.String())
	})
	t.Run("keeps what it knows while the disk does not answer", func(t *testing.T) {
		t.Parallel()
		free := int64(0)
		d, _ := diskOf(t, 1, &free)
		d.look()
		d.free = func(string) (int64, error) { return 0, errors.New("stale handle") }
		d.look()
		assert.Len(t, warnings(d), 1)
	})
	t.Run("asks the disk that a link leads to", func(t *testing.T) {
		t.Parallel()
		free := int64(0)
		d, _ := diskOf(t, 1, &free)
		elsewhere := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(elsewhere, "v"), make([]byte, 7), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(elsewhere, "v-wal"), make([]byte, 5), 0o600))
		link := d.files[1].path
		require.NoError(t, os.Symlink(filepath.Join(elsewhere, "v"), link))
		asked := ""
		d.free = func(dir string) (int64, error) { asked = dir; return 0, nil }
		_, err := d.freeOf(d.files[1])
		require.NoError(t, err)
		want, err := filepath.EvalSymlinks(elsewhere)
		require.NoError(t, err)
		assert.Equal(t, want, asked)
		assert.EqualValues(t, 12, fileBytes(link))
		assert.Zero(t, fileBytes(filepath.Join(elsewhere, "none")))
	})
	t.Run("looks at once and then every few seconds, until it is told to stop", func(t *testing.T) {
		t.Parallel()
		free := int64(0)
		d, _ := diskOf(t, 1, &free)
		synctest.Test(t, func(t *testing.T) {
			var looks atomic.Int64
			d.free = func(string) (int64, error) { looks.Add(1); return 0, nil }
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() { defer close(ended); d.watch(ctx) }()
			synctest.Wait()
			assert.EqualValues(t, 1, looks.Load())
			<-time.After(3*diskEvery + time.Second)
			assert.EqualValues(t, 4, looks.Load())
			cancel()
			<-ended
		})
	})
}
