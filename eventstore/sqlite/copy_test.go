package sqlite_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/sqlite"
	"fleetbeat/eventstore/storetest"
)

// onlyFile requires that a folder holds one file of a name, or nothing for "".
func onlyFile(t *testing.T, dir, name string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if name == "" {
		assert.Empty(t, names)
		return
	}
	assert.Equal(t, []string{name}, names)
}

func TestCopy(t *testing.T) {
	t.Parallel()

	t.Run("is the log as it was when copying began, while it grows", func(t *testing.T) {
		t.Parallel()
		s := fresh(t)
		last := fill(t, s, 30, 10, 10_000) // more pages than are copied at a time
		before := all(t, s)
		to := filepath.Join(t.TempDir(), "backup.db")
		var steps []int64
		got, err := sqlite.Copy(t.Context(), s.path, to, sqlite.CopyOptions{Copied: func(done, total int64) {
			steps = append(steps, done)
			assert.LessOrEqual(t, done, total)
			last = appendTo(t, s, "s", last, storetest.Events(10, 10_000, "a")...).Revision // nobody waits for the copy
		}})
		require.NoError(t, err)
		require.Greater(t, len(steps), 1)
		assert.True(t, slices.IsSorted(steps))
		info, err := os.Stat(to)
		require.NoError(t, err)
		assert.Equal(t, sqlite.Contents{Events: 300, Head: before[299].Position, Bytes: info.Size()}, got)
		assert.Len(t, all(t, s), 300+10*len(steps), "what was appended meanwhile is in the original alone")
		onlyFile(t, filepath.Dir(to), "backup.db")
		copied := open(t, to, s.clock)
		assert.Equal(t, before, all(t, copied))
		appendTo(t, copied, "s", 299, storetest.Events(1, 1, "a")...)
	})

	t.Run("can be read where nothing can be written", func(t *testing.T) {
		t.Parallel()
		s := fresh(t)
		fill(t, s, 3, 1, 10)
		dir := t.TempDir()
		to := filepath.Join(dir, "backup.db")
		_, err := sqlite.Copy(t.Context(), s.path, to, sqlite.CopyOptions{})
		require.NoError(t, err)
		require.NoError(t, os.Chmod(to, 0o400))
		copied, err := sqlite.Open(to, sqlite.Options{ReadOnly: true})
		require.NoError(t, err)
		assert.Len(t, all(t, copied), 3)
		onlyFile(t, dir, "backup.db")
		require.NoError(t, copied.Close())
	})

	t.Run("takes with it what lies in the write-ahead log of a process that was killed", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "events.db")
		acknowledged := runAndKill(t, path, 50)
		to := filepath.Join(t.TempDir(), "backup.db")
		got, err := sqlite.Copy(t.Context(), path, to, sqlite.CopyOptions{})
		require.NoError(t, err)
		for _, a := range acknowledged {
			assert.LessOrEqual(t, a.position, got.Head.Commit)
		}
	})

	t.Run("compact leaves out what expired events have left", func(t *testing.T) {
		t.Parallel()
		s := fresh(t)
		fill(t, s, 30, 10, 10_000)
		require.NoError(t, s.SetMaxAge(t.Context(), "s", 10*time.Minute))
		require.NoError(t, s.Sweep(t.Context()))
		dir := t.TempDir()
		whole, err := sqlite.Copy(t.Context(), s.path, filepath.Join(dir, "whole.db"), sqlite.CopyOptions{})
		require.NoError(t, err)
		to := filepath.Join(t.TempDir(), "compact.db")
		compact, err := sqlite.Copy(t.Context(), s.path, to, sqlite.CopyOptions{Compact: true})
		require.NoError(t, err)
		assert.Equal(t, []any{whole.Events, whole.Head}, []any{compact.Events, compact.Head})
		assert.Less(t, compact.Bytes, whole.Bytes/2)
		onlyFile(t, filepath.Dir(to), "compact.db")
		copied := open(t, to, s.clock)
		assert.Equal(t, all(t, s), all(t, copied))
		age, err := copied.MaxAge(t.Context(), "s")
		require.NoError(t, err)
		assert.Equal(t, 10*time.Minute, age)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = sqlite.Copy(ctx, s.path, filepath.Join(dir, "given-up.db"), sqlite.CopyOptions{Compact: true})
		require.ErrorIs(t, err, context.Canceled)
		onlyFile(t, dir, "whole.db")
	})

	t.Run("never overwrites", func(t *testing.T) {
		t.Parallel()
		s := fresh(t)
		to := filepath.Join(t.TempDir(), "backup.db")
		require.NoError(t, os.WriteFile(to, []byte("mine"), 0o600))
		_, err := sqlite.Copy(t.Context(), s.path, to, sqlite.CopyOptions{})
		require.ErrorIs(t, err, fs.ErrExist)
		kept, err := os.ReadFile(to)
		require.NoError(t, err)
		assert.Equal(t, "mine", string(kept))
	})

	t.Run("never overwrites what comes while it copies", func(t *testing.T) {
		t.Parallel()
		s := fresh(t)
		fill(t, s, 1, 1, 10)
		dir := t.TempDir()
		to := filepath.Join(dir, "backup.db")
		_, err := sqlite.Copy(t.Context(), s.path, to, sqlite.CopyOptions{Checked: func(int64) {
			require.NoError(t, os.WriteFile(to, []byte("mine"), 0o600))
		}})
		require.ErrorIs(t, err, fs.ErrExist)
		onlyFile(t, dir, "backup.db")
	})

	t.Run("leaves nothing behind when it is given up", func(t *testing.T) {
		t.Parallel()
		s := fresh(t)
		fill(t, s, 30, 10, 10_000)
		for name, during := range map[string]func(cancel func()) sqlite.CopyOptions{
			"while it copies": func(cancel func()) sqlite.CopyOptions {
				return sqlite.CopyOptions{Copied: func(int64, int64) { cancel() }}
			},
			"while it waits for its turn": func(cancel func()) sqlite.CopyOptions {
				return sqlite.CopyOptions{Rate: 1, Copied: func(int64, int64) { go cancel() }}
			},
		} {
			dir := t.TempDir()
			ctx, cancel := context.WithCancel(t.Context())
			_, err := sqlite.Copy(ctx, s.path, filepath.Join(dir, "backup.db"), during(cancel))
			require.ErrorIs(t, err, context.Canceled, name)
			onlyFile(t, dir, "")
		}
	})

	t.Run("refuses a file that is no event log, and one that is not there", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		theirs := filepath.Join(t.TempDir(), "theirs.db")
		execute(t, theirs, "CREATE TABLE theirs (id)")
		_, err := sqlite.Copy(t.Context(), theirs, filepath.Join(dir, "backup.db"), sqlite.CopyOptions{})
		require.ErrorContains(t, err, "not an event log of this version")
		_, err = sqlite.Copy(t.Context(), filepath.Join(dir, "none.db"), filepath.Join(dir, "backup.db"), sqlite.CopyOptions{})
		require.ErrorIs(t, err, fs.ErrNotExist)
		onlyFile(t, dir, "")
	})

	t.Run("refuses a log that is damaged anywhere, and gives it no name", func(t *testing.T) {
		t.Parallel()
		s := fresh(t)
		fill(t, s, 30, 10, 10_000)
		good := filepath.Join(t.TempDir(), "good.db")
		_, err := sqlite.Copy(t.Context(), s.path, good, sqlite.CopyOptions{})
		require.NoError(t, err)
		whole, err := os.ReadFile(good)
		require.NoError(t, err)
		for name, spoil := range map[string]func(b []byte) []byte{
			"cut off":          func(b []byte) []byte { return b[:len(b)*2/3] },
			"pages of zeros":   func(b []byte) []byte { clear(b[8192 : 8192*40]); return b },
			"text, not a file": func([]byte) []byte { return []byte(strings.Repeat("no log ", 1000)) },
		} {
			dir := t.TempDir()
			bad := filepath.Join(t.TempDir(), "bad.db")
			require.NoError(t, os.WriteFile(bad, spoil(slices.Clone(whole)), 0o600))
			_, err := sqlite.Copy(t.Context(), bad, filepath.Join(dir, "backup.db"), sqlite.CopyOptions{})
			require.ErrorIs(t, err, eventstore.ErrCorrupt, name)
			onlyFile(t, dir, "")
		}
	})
}

func TestCopyKeepsToItsRate(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	fill(t, s, 30, 10, 10_000)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	steps := 0
	_, err := sqlite.Copy(ctx, s.path, filepath.Join(t.TempDir(), "backup.db"), sqlite.CopyOptions{Rate: 1, Copied: func(int64, int64) {
		if steps++; steps == 1 {
			cancel() // it would wait for weeks before the next step
		}
	}})
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, 1, steps)
}
