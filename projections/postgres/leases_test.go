package postgres_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLeases(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	schema := named(t.Name())
	views, other := s.open(t, schema), s.open(t, schema)
	a, b := views.Leases(), other.Leases()
	take := func(t *testing.T, holder string, want bool) {
		t.Helper()
		leases := a
		if holder == "b" {
			leases = b
		}
		ours, err := leases.Take(t.Context(), t.Name(), holder, time.Minute)
		require.NoError(t, err)
		require.Equal(t, want, ours, holder)
	}
	left := func(t *testing.T) int64 {
		t.Helper()
		return s.number(t, `SELECT extract(epoch FROM until - clock_timestamp())::bigint FROM `+schema+`.leases WHERE name = '`+t.Name()+`'`)
	}
	t.Run("has one holder", func(t *testing.T) {
		take(t, "a", true)
		take(t, "b", false)
		take(t, "a", true)
	})
	t.Run("is kept longer by taking it again", func(t *testing.T) {
		take(t, "a", true)
		s.exec(t, `UPDATE `+schema+`.leases SET until = until - interval '50 seconds'`)
		take(t, "a", true)
		assert.Greater(t, left(t), int64(50))
	})
	t.Run("goes to another when it has run out by the server's clock, and the former finds out", func(t *testing.T) {
		take(t, "a", true)
		s.exec(t, `UPDATE `+schema+`.leases SET until = clock_timestamp()`)
		take(t, "b", true)
		take(t, "a", false)
	})
	t.Run("is another's at once when it is given back", func(t *testing.T) {
		take(t, "a", true)
		require.NoError(t, a.Give(t.Context(), t.Name(), "a"))
		take(t, "b", true)
	})
	t.Run("is not given back by who has none", func(t *testing.T) {
		take(t, "a", true)
		require.NoError(t, b.Give(t.Context(), t.Name(), "b"))
		take(t, "b", false)
	})
	t.Run("is had by one of many that want it at once", func(t *testing.T) {
		var won atomic.Int64
		var taking sync.WaitGroup
		for holder := range 12 {
			taking.Go(func() {
				ours, err := a.Take(t.Context(), t.Name(), string(rune('a'+holder)), time.Minute)
				assert.NoError(t, err)
				if ours {
					won.Add(1)
				}
			})
		}
		taking.Wait()
		assert.EqualValues(t, 1, won.Load())
	})
	t.Run("is nobody's business where nobody knows", func(t *testing.T) {
		require.NoError(t, views.Close())
		_, err := a.Take(t.Context(), t.Name(), "a", time.Minute)
		require.Error(t, err)
	})
}
