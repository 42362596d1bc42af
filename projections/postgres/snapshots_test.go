package postgres_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/liveness"
	"fleetbeat/projections/postgres"
)

var _ liveness.Snapshots = (*postgres.Snapshots)(nil)

// blobOf returns bytes that no compression makes smaller.
func blobOf(size int) []byte {
	blob := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{byte(size)}).Read(blob)
	return blob
}

func at(n uint64) domain.Position { return domain.Position{Commit: n, Prepare: n} }

func TestSnapshots(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	schema := named(t.Name())
	owner, standby := s.open(t, schema).Snapshots(), s.open(t, schema).Snapshots()
	save := func(t *testing.T, by *postgres.Snapshots, n uint64, blob []byte) {
		t.Helper()
		require.NoError(t, by.Save(t.Context(), t.Name(), at(n), blob))
	}
	stored := func(t *testing.T, by *postgres.Snapshots, want []byte) {
		t.Helper()
		got, err := by.Load(t.Context(), t.Name())
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, got), "%d bytes, not %d", len(got), len(want))
		assert.Equal(t, want == nil, got == nil)
	}
	t.Run("is none at first", func(t *testing.T) { stored(t, owner, nil) })
	t.Run("comes back byte by byte, of whatever size, in the place of the one before", func(t *testing.T) {
		for n, size := range []int{0, 1, 1 << 20, 5<<19 + 7, 3 << 20, 12} {
			save(t, owner, uint64(n), blobOf(size))
			stored(t, standby, blobOf(size))
		}
		assert.EqualValues(t, 1, s.number(t, `SELECT count(*) FROM `+schema+`.snapshot_pieces`), "of the former ones nothing is left")
	})
	t.Run("of an owner that was paused does not take the place of a newer one", func(t *testing.T) {
		save(t, owner, 5, blobOf(5))
		stored(t, standby, blobOf(5))
		save(t, standby, 9, blobOf(9)) // it took over
		save(t, owner, 7, blobOf(7))   // wakes up
		stored(t, standby, blobOf(9))
	})
	t.Run("of a log that was put back to an earlier moment takes the place of what its owner has seen", func(t *testing.T) {
		save(t, owner, 50, blobOf(50))
		stored(t, standby, blobOf(50)) // and is found to be of another log
		save(t, standby, 3, blobOf(3))
		stored(t, owner, blobOf(3))
	})
	t.Run("that is not stored to its end leaves the one before", func(t *testing.T) {
		save(t, owner, 1, blobOf(1))
		cut, cancel := context.WithCancel(t.Context())
		cancel()
		require.Error(t, owner.Save(cut, t.Name(), at(2), blobOf(4<<20)))
		stored(t, owner, blobOf(1))
	})
	t.Run("of several saved at once is one of them, whole", func(t *testing.T) {
		done := make(chan error)
		for n := range 6 {
			go func() { done <- owner.Save(t.Context(), t.Name(), at(uint64(n)), bytes.Repeat([]byte{byte(n)}, 3<<20)) }()
		}
		for range 6 {
			require.NoError(t, <-done)
		}
		got, err := standby.Load(t.Context(), t.Name())
		require.NoError(t, err)
		require.Len(t, got, 3<<20)
		assert.Equal(t, bytes.Repeat(got[:1], 3<<20), got)
		assert.EqualValues(t, s.number(t, `SELECT sum((size + 1048575) / 1048576) FROM `+schema+`.snapshots`),
			s.number(t, `SELECT count(*) FROM `+schema+`.snapshot_pieces`), "no piece is anybody's no more")
	})
}

// BenchmarkSnapshot stores the state of liveness for a million vehicles.
func BenchmarkSnapshot(b *testing.B) {
	snapshots := newServer(b).open(b, named(b.Name())).Snapshots()
	blob := blobOf(70 << 20)
	b.SetBytes(int64(len(blob)))
	b.Run("save", func(b *testing.B) {
		for n := uint64(0); b.Loop(); n++ {
			require.NoError(b, snapshots.Save(b.Context(), "liveness", at(n), blob))
		}
		b.SetBytes(int64(len(blob)))
	})
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			_, err := snapshots.Load(b.Context(), "liveness")
			require.NoError(b, err)
		}
		b.SetBytes(int64(len(blob)))
	})
}
