package liveness

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

// played returns a log with a bit of everything, and what liveness made of it.
func played(t *testing.T) (*memLog, *Liveness) {
	w := newWorld(7)
	w.play()
	log := newMemLog()
	for _, e := range w.log {
		log.put(t, e.stream, e.event)
	}
	l := newLiveness(log, &memSnapshots{})
	require.NoError(t, (&reader{log: log, l: l, size: 100}).read(context.Background()))
	return log, l
}

func TestSnapshot(t *testing.T) {
	t.Parallel()
	ctx := context.Background()

	t.Run("gives back the state exactly", func(t *testing.T) {
		t.Parallel()
		_, l := played(t)
		blob, err := l.encode()
		require.NoError(t, err)
		state, h, err := decodeState(blob)
		require.NoError(t, err)
		assert.True(t, state.equal(l.state))
		assert.Equal(t, l.position, h.Position)
		assert.Equal(t, l.state.Counts(), state.Counts())
		state.at(state.find(keyOf(vin(1)))).last++
		assert.False(t, state.equal(l.state), "equal sees a difference of a millisecond")
	})

	t.Run("any damage is found out", func(t *testing.T) {
		t.Parallel()
		_, l := played(t)
		blob, err := l.encode()
		require.NoError(t, err)
		for i := range blob {
			blob[i] ^= 1
			_, _, err := decodeState(blob)
			require.ErrorIs(t, err, errNoSnapshot)
			blob[i] ^= 1
		}
		for i := range len(blob) {
			_, _, err := decodeState(blob[:i])
			require.ErrorIs(t, err, errNoSnapshot)
		}
	})

	t.Run("a start goes on from it and decides the same", func(t *testing.T) {
		t.Parallel()
		log, l := played(t)
		snapshots := &memSnapshots{}
		l.options.Snapshots = snapshots
		require.NoError(t, l.Close(ctx))
		again := newLiveness(log, snapshots)
		position, err := again.From(ctx)
		require.NoError(t, err)
		assert.Equal(t, l.position, position)
		assert.True(t, again.state.equal(l.state))
	})

	t.Run("it is used also where the last batch in it has expired", func(t *testing.T) {
		t.Parallel()
		log, l := played(t)
		l.options.Snapshots = &memSnapshots{}
		l.seen = mark{Stream: "ingest-gone", Revision: 7}
		require.NoError(t, l.Close(ctx))
		again := newLiveness(log, l.options.Snapshots)
		position, err := again.From(ctx)
		require.NoError(t, err)
		assert.Equal(t, l.position, position)
	})

	for name, spoil := range map[string]func(l *Liveness, log *memLog){
		"of another log":                                        func(l *Liveness, _ *memLog) { l.options.LogID = "other" },
		"beyond the end of the log":                             func(l *Liveness, _ *memLog) { l.position.Commit += 1000 },
		"whose last event is another in the log":                func(l *Liveness, _ *memLog) { l.seen.ID[0]++ },
		"whose last lasting event is another in the log":        func(l *Liveness, _ *memLog) { l.kept.ID[0]++ },
		"whose last lasting event is not in the log (a backup)": func(l *Liveness, _ *memLog) { l.kept.Revision += 1000 },
	} {
		t.Run("a snapshot "+name+" is not used", func(t *testing.T) {
			t.Parallel()
			log, l := played(t)
			snapshots := &memSnapshots{}
			l.options.Snapshots = snapshots
			spoil(l, log)
			require.NoError(t, l.Close(ctx))
			again := newLiveness(log, snapshots)
			position, err := again.From(ctx)
			require.NoError(t, err)
			assert.True(t, position.IsZero())
		})
	}
}

func TestFileSnapshots(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	dir := t.TempDir()
	snapshots := FileSnapshots{Dir: dir}

	blob, err := snapshots.Load(ctx, "liveness")
	require.NoError(t, err)
	assert.Nil(t, blob, "no snapshot is no error")

	require.NoError(t, snapshots.Save(ctx, "liveness", domain.Position{}, []byte("one")))
	require.NoError(t, snapshots.Save(ctx, "liveness", domain.Position{}, []byte("two")))
	blob, err = snapshots.Load(ctx, "liveness")
	require.NoError(t, err)
	assert.Equal(t, "two", string(blob))
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	assert.Len(t, files, 1, "nothing half written stays behind")

	err = FileSnapshots{Dir: filepath.Join(dir, "absent")}.Save(ctx, "liveness", domain.Position{}, nil)
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "x.snapshot"), 0o700))
	_, err = snapshots.Load(ctx, "x")
	require.Error(t, err)
	var pathError *fs.PathError
	assert.True(t, errors.As(err, &pathError))
}
