package ingest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

// batches returns how many heartbeats each batch in the log holds, without the empty ones.
func (w *world) batches() (sizes []int) {
	for _, e := range w.store.log(w.t) {
		if b, ok := e.(*domain.HeartbeatsRecorded); ok && len(b.Heartbeats) > 0 {
			sizes = append(sizes, len(b.Heartbeats))
		}
	}
	return sizes
}

// answered reports whether a Record has answered that all is durable.
func answered(done <-chan answer) bool {
	select {
	case got := <-done:
		return got.err == nil
	default:
		return false
	}
}

func TestGathering(t *testing.T) {
	t.Parallel()
	t.Run("a lone heartbeat never waits for company", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			for range 3 {
				require.True(t, answered(w.record(t.Context(), pings(1)...)), "no time has passed")
			}
			require.True(t, answered(w.record(t.Context(), pings(busyHeartbeats-1)...)))
			require.True(t, answered(w.record(t.Context(), pings(1)...)), "a small batch is no load")
			assert.Equal(t, []int{1, 1, 1, busyHeartbeats - 1, 1}, w.batches())
		})
	})
	t.Run("after a large batch the first to come waits for the others, two milliseconds at most", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			require.True(t, answered(w.record(t.Context(), pings(busyHeartbeats)...)))
			first := w.record(t.Context(), pings(1)...)
			pass(gatherFor - time.Microsecond)
			second := w.record(t.Context(), pings(2)...)
			assert.Equal(t, []int{busyHeartbeats}, w.batches())
			pass(time.Microsecond)
			assert.True(t, answered(first))
			assert.True(t, answered(second))
			assert.Equal(t, []int{busyHeartbeats, 3}, w.batches())
			require.True(t, answered(w.record(t.Context(), pings(1)...)), "that batch was small")
		})
	})
	t.Run("after a large batch and a quiet time nothing waits", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			require.True(t, answered(w.record(t.Context(), pings(busyHeartbeats)...)))
			pass(gatherFor)
			require.True(t, answered(w.record(t.Context(), pings(1)...)))
		})
	})
	t.Run("what is worth an append of its own does not wait", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			for range 3 {
				require.True(t, answered(w.record(t.Context(), pings(enoughHeartbeats)...)))
			}
			almost := w.record(t.Context(), pings(enoughHeartbeats-1)...)
			require.False(t, answered(almost))
			require.True(t, answered(w.record(t.Context(), pings(1)...)))
			assert.True(t, answered(almost))
			assert.Equal(t, []int{enoughHeartbeats, enoughHeartbeats, enoughHeartbeats, enoughHeartbeats}, w.batches())
		})
	})
	t.Run("what came while a large batch was on its way waits like the rest", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			hold, release := blocked()
			w.store.setFault(hold)
			large, one := w.record(t.Context(), pings(busyHeartbeats)...), w.record(t.Context(), pings(1)...)
			w.store.setFault(nil)
			release()
			pass(0)
			assert.True(t, answered(large), "its answer waits for nothing")
			assert.False(t, answered(one))
			pass(gatherFor)
			assert.True(t, answered(one))
		})
	})
	t.Run("a stop waits for nobody", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			require.True(t, answered(w.record(t.Context(), pings(busyHeartbeats)...)))
			one, began := w.record(t.Context(), pings(1)...), w.clock.Now()
			require.NoError(t, w.node.Close(t.Context()))
			assert.Equal(t, began, w.clock.Now())
			assert.NoError(t, (<-one).err)
		})
	})
}
