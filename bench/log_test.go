package bench

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/sqlite"
)

func newLogBench(t *testing.T) *logBench {
	t.Helper()
	dir := t.TempDir()
	store, err := sqlite.Open(filepath.Join(dir, "events.db"), sqlite.Options{})
	require.NoError(t, err)
	raw, err := os.Create(filepath.Join(dir, "raw"))
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = raw.Close()
		_ = store.Close()
	})
	return &logBench{store: store, raw: raw, revisions: map[string]eventstore.Revision{}}
}

func TestRowsOfTheLog(t *testing.T) {
	t.Parallel()
	t.Run("appends by many callers and their floor hold the same events", func(t *testing.T) {
		t.Parallel()
		l := newLogBench(t)
		rate, floor, err := l.many(t.Context(), 16)
		require.NoError(t, err)
		assert.Positive(t, rate)
		assert.Positive(t, floor)
		n, err := scan(t.Context(), l.store)
		require.NoError(t, err)
		assert.Equal(t, 16*logEvents, n)
		info, err := l.raw.Stat()
		require.NoError(t, err)
		assert.Equal(t, int64(16*len(eventstore.AppendBody(nil, l.events(logEvents)...))), info.Size())
	})
	t.Run("a round goes on where the last one ended", func(t *testing.T) {
		t.Parallel()
		l := newLogBench(t)
		for range 3 {
			_, _, err := l.single(t.Context(), 5)
			require.NoError(t, err)
		}
		_, _, err := l.many(t.Context(), 8)
		require.NoError(t, err)
		assert.Equal(t, eventstore.Revision(14+logEvents), l.revisions[stream(0)])
		assert.Equal(t, eventstore.Revision(logEvents-1), l.revisions[stream(7)])
	})
	t.Run("a scan reads all there is", func(t *testing.T) {
		t.Parallel()
		l := newLogBench(t)
		_, _, err := l.many(t.Context(), 8)
		require.NoError(t, err)
		rate, floor, err := l.scan(t.Context(), 0)
		require.NoError(t, err)
		assert.Positive(t, rate)
		assert.Positive(t, floor)
		assert.Equal(t, 8*logEvents, l.scanned)
	})
	t.Run("what cannot be written is an error, of the log and of the file", func(t *testing.T) {
		t.Parallel()
		l := newLogBench(t)
		require.NoError(t, l.raw.Close())
		_, _, err := l.single(t.Context(), 1)
		require.ErrorIs(t, err, os.ErrClosed)
		require.NoError(t, l.store.Close())
		_, _, err = l.single(t.Context(), 1)
		require.ErrorIs(t, err, eventstore.ErrClosed)
		_, _, err = l.many(t.Context(), 8)
		require.ErrorIs(t, err, eventstore.ErrClosed)
		_, _, err = l.scan(t.Context(), 0)
		require.ErrorIs(t, err, eventstore.ErrClosed)
	})
	t.Run("it ends with its context", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, _, err := newLogBench(t).many(ctx, 8)
		require.ErrorIs(t, err, context.Canceled)
	})
}
