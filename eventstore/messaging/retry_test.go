package messaging_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/messaging"
)

func TestRouterRetries(t *testing.T) {
	t.Parallel()

	for name, fail := range map[string]func() error{
		"a handler that returns an error": func() error { return errBroken },
		"a handler that panics":           func() error { panic("boom") },
	} {
		bubble(t, name+" gets the same page again and skips nothing", func(t *testing.T, log *cuttable) {
			r := newRig(t, log)
			tries, done := 0, make(chan []int)
			var first eventstore.Delivery
			fill(t, log, "a", 0, 3)
			r.add("fleet", func(_ context.Context, d eventstore.Delivery) error {
				if tries++; tries == 1 {
					first = d
				}
				assert.Equal(t, first, d)
				if tries <= 5 {
					return fail()
				}
				done <- numbers(t, d)
				return nil
			})
			r.run()
			assert.Equal(t, upTo(3), <-done)
			synctest.Wait()
			r.shut()
			assert.Len(t, r.saw.errors("fleet"), 5)
			assert.Equal(t, 3, r.saw.events["fleet"])
		})
	}

	bubble(t, "for ever, at least once in the longest backoff, while other handlers get on", func(t *testing.T, log *cuttable) {
		r := newRig(t, log)
		fn, got := collect(t)
		r.add("stuck", func(context.Context, eventstore.Delivery) error { return errBroken })
		r.add("fleet", fn)
		r.run()
		<-time.After(time.Hour)
		fill(t, log, "a", 0, 1)
		assert.Equal(t, 0, <-got)
		synctest.Wait()
		r.shut()
		assert.Greater(t, len(r.saw.errors("stuck")), int(time.Hour/messaging.DefaultMaxBackoff))
		assert.Empty(t, r.saw.errors("fleet"))
	})

	bubble(t, "and logs each failure once, a panic with its stack beside it", func(t *testing.T, log *cuttable) {
		var out bytes.Buffer
		saw := newWitness()
		router, err := messaging.NewRouter(slog.New(slog.NewJSONHandler(&out, nil)), messaging.RouterConfig{Observers: []messaging.Observer{saw}})
		require.NoError(t, err)
		r := &rig{Router: router, t: t, log: log, saw: saw, end: make(chan error, 1)}
		tries, done := 0, make(chan struct{})
		r.add("fleet", func(context.Context, eventstore.Delivery) error {
			switch tries++; tries {
			case 1:
				return errBroken
			case 2:
				panic("boom")
			case 3:
				return messaging.ErrRestart
			}
			close(done)
			return nil
		})
		r.run()
		<-done
		synctest.Wait()
		r.shut()
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		require.Len(t, lines, 3, out.String())
		assert.Contains(t, lines[0], `"handler":"fleet","error":"line cut"`)
		assert.Contains(t, lines[1], `"error":"panic: boom","stack":"goroutine`)
		assert.Contains(t, lines[0], `"level":"ERROR"`)
		assert.Contains(t, lines[2], `"error":"restart from the checkpoint"`)
		assert.Contains(t, lines[2], `"level":"WARN"`, "it asked for that itself: as a takeover looks like")
		assert.Equal(t, "panic: boom", saw.errors("fleet")[1].Error(), "what health shows is one line")
	})
}

func TestRouterRestarts(t *testing.T) {
	t.Parallel()

	bubble(t, "from the checkpoint when the handler asks for it", func(t *testing.T, log *cuttable) {
		r := newRig(t, log)
		at := fill(t, log, "a", 0, 4)
		var checkpoint atomic.Pointer[eventstore.Position]
		checkpoint.Store(&eventstore.Position{})
		sub, err := messaging.NewSubscriber(messaging.SubscriberConfig{Store: log, From: func(context.Context) (eventstore.Position, error) {
			return *checkpoint.Load(), nil
		}})
		require.NoError(t, err)
		got := make(chan []int)
		require.NoError(t, r.Handle("fleet", sub, func(_ context.Context, d eventstore.Delivery) error {
			if checkpoint.CompareAndSwap(checkpoint.Load(), &at[1]) && d.Page.Len() == 4 {
				return messaging.ErrRestart // somebody else folded the first two
			}
			got <- numbers(t, d)
			return nil
		}))
		r.run()
		assert.Equal(t, []int{2, 3}, <-got)
		synctest.Wait()
		r.shut()
		require.Len(t, r.saw.errors("fleet"), 1)
		require.ErrorIs(t, r.saw.errors("fleet")[0], messaging.ErrRestart)
	})

	bubble(t, "a handler that is stuck, once it lets go of its page", func(t *testing.T, log *cuttable) {
		r := newRig(t, log)
		fill(t, log, "a", 0, 1)
		var mended atomic.Bool
		done := make(chan struct{})
		sub := r.add("fleet", func(context.Context, eventstore.Delivery) error {
			if !mended.Load() {
				return errBroken
			}
			close(done)
			return nil
		})
		r.run()
		<-time.After(time.Hour) // by now it waits for seconds between tries
		mended.Store(true)
		began := time.Now()
		sub.Restart()
		<-done
		assert.LessOrEqual(t, time.Since(began), messaging.DefaultMinBackoff)
		synctest.Wait()
		r.shut()
		assert.Len(t, log.subscribedAfter(), 2)
	})
}
