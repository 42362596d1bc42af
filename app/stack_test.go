package app

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStack(t *testing.T) {
	t.Parallel()
	t.Run("stops the last first, once", func(t *testing.T) {
		t.Parallel()
		var s stack
		var order []string
		for _, name := range []string{"first", "second", "third"} {
			s.push(name, func(context.Context) error { order = append(order, name); return nil })
		}
		require.NoError(t, s.unwind(context.Background()))
		require.NoError(t, s.unwind(context.Background()))
		assert.Equal(t, []string{"third", "second", "first"}, order)
	})
	t.Run("goes on after a step that fails, and says which", func(t *testing.T) {
		t.Parallel()
		var s stack
		stopped := false
		s.push("below", func(context.Context) error { stopped = true; return nil })
		broken := errors.New("no")
		s.push("views", func(context.Context) error { return broken })
		err := s.unwind(context.Background())
		require.ErrorIs(t, err, broken)
		require.ErrorContains(t, err, "stop views")
		assert.True(t, stopped)
	})
	t.Run("names the step that hung, and stops those below it", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			var s stack
			stopped := false
			release := make(chan struct{})
			s.push("below", func(context.Context) error { stopped = true; return nil })
			s.push("ingest", func(context.Context) error { <-release; return nil })
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			began := time.Now()
			require.ErrorContains(t, s.unwind(ctx), "did not stop in time: ingest")
			assert.Equal(t, 10*time.Second+grace, time.Since(began))
			synctest.Wait()
			assert.True(t, stopped)
			close(release)
		})
	})
}

func TestLockFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir() + "/data"
	lock, err := lockFolder(dir)
	require.NoError(t, err, "the folder is made")
	_, err = lockFolder(dir)
	require.ErrorIs(t, err, ErrDataInUse)
	require.NoError(t, lock.Close())
	again, err := lockFolder(dir)
	require.NoError(t, err, "a lock ends with its holder")
	require.NoError(t, again.Close())
}

func TestOptionsCheck(t *testing.T) {
	t.Parallel()
	good := Options{Listen: "127.0.0.1:0", Interval: time.Minute, Grace: 30 * time.Second, HeartbeatsMaxAge: time.Hour}
	require.NoError(t, good.Check())
	for _, listen := range []string{"localhost:1", "[::1]:8080", "127.0.0.2:8080"} {
		o := good
		o.Listen = listen
		require.NoError(t, o.Check(), listen)
	}
	for name, spoil := range map[string]func(*Options){
		"--interval":            func(o *Options) { o.Interval = 0 },
		"--grace":               func(o *Options) { o.Grace = -time.Second },
		"--heartbeats-max-age":  func(o *Options) { o.HeartbeatsMaxAge = 2 * time.Minute },
		"--listen":              func(o *Options) { o.Listen = "8080" },
		"whole seconds":         func(o *Options) { o.Interval = 1500 * time.Millisecond },
		"without API keys":      func(o *Options) { o.Listen = ":8080" },
		"reached from outside,": func(o *Options) { o.Listen = "0.0.0.0:8080" },
	} {
		o := good
		spoil(&o)
		require.ErrorContains(t, o.Check(), name)
	}
}
