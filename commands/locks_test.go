package commands

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLocks(t *testing.T) {
	t.Parallel()

	t.Run("makes the second wait for the first", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			var l locks
			giveBack, err := l.take(t.Context(), "a", "b")
			require.NoError(t, err)
			order := make(chan string, 2)
			go func() {
				giveBack, err := l.take(t.Context(), "b", "c")
				assert.NoError(t, err)
				order <- "second"
				giveBack()
			}()
			synctest.Wait()
			order <- "first"
			giveBack()
			synctest.Wait()
			assert.Equal(t, "first", <-order)
			assert.Equal(t, "second", <-order)
			assert.Empty(t, l.held)
		})
	})

	t.Run("does not hold up who wants something else, or one key twice", func(t *testing.T) {
		t.Parallel()
		var l locks
		first, err := l.take(t.Context(), "a", "a")
		require.NoError(t, err)
		second, err := l.take(t.Context(), "b")
		require.NoError(t, err)
		second()
		first()
		assert.Empty(t, l.held)
	})

	t.Run("gives back what it has when the caller stops waiting", func(t *testing.T) {
		t.Parallel()
		var l locks
		giveBack, err := l.take(t.Context(), "b")
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = l.take(ctx, "a", "b", "c")
		require.ErrorIs(t, err, context.Canceled)
		giveBack()
		assert.Empty(t, l.held)
	})

	t.Run("never lets two wait for each other, nor two have one key", func(t *testing.T) {
		t.Parallel()
		var l locks
		var all sync.WaitGroup
		counts := map[string]int{} // guarded by the keys; two at once are a data race
		counts["a"], counts["b"] = 0, 0
		for i := range 50 {
			all.Go(func() {
				keys := []string{"a", "b"}
				if i%2 == 0 {
					keys = []string{"b", "a"}
				}
				giveBack, err := l.take(t.Context(), keys...)
				if !assert.NoError(t, err) {
					return
				}
				counts["a"]++
				counts["b"]++
				giveBack()
			})
		}
		all.Wait()
		assert.Equal(t, map[string]int{"a": 50, "b": 50}, counts)
	})
}
