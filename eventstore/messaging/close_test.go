package messaging_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/messaging"
)

func TestRouterClose(t *testing.T) {
	t.Parallel()

	bubble(t, "lets the page in hand be finished", func(t *testing.T, log *cuttable) {
		r := newRig(t, log)
		started, finished := make(chan struct{}), false
		r.add("fleet", func(ctx context.Context, _ eventstore.Delivery) error {
			close(started)
			select {
			case <-time.After(messaging.DefaultCloseTimeout - time.Second):
				finished = true
			case <-ctx.Done():
			}
			return ctx.Err()
		})
		r.run()
		<-started
		r.shut()
		assert.True(t, finished)
		assert.Empty(t, r.saw.errs)
	})

	bubble(t, "ends the context of a handler that takes too long", func(t *testing.T, log *cuttable) {
		r := newRig(t, log)
		started := make(chan struct{})
		r.add("fleet", func(ctx context.Context, _ eventstore.Delivery) error {
			close(started)
			<-ctx.Done()
			return ctx.Err()
		})
		r.run()
		<-started
		began := time.Now()
		r.shut()
		assert.Equal(t, messaging.DefaultCloseTimeout, time.Since(began))
	})

	bubble(t, "waits for a subscription that is looking for its checkpoint", func(t *testing.T, log *cuttable) {
		r := newRig(t, log)
		looking := make(chan struct{})
		slow := func(context.Context) (eventstore.Position, error) { // a view's engine in the middle of a commit
			close(looking)
			<-time.After(messaging.DefaultCloseTimeout - time.Second)
			return eventstore.Position{}, nil
		}
		sub, err := messaging.NewSubscriber(messaging.SubscriberConfig{Store: log, From: slow})
		require.NoError(t, err)
		require.NoError(t, r.Handle("fleet", sub, func(context.Context, eventstore.Delivery) error { return nil }))
		r.run()
		<-looking
		r.shut()
	})

	bubble(t, "names the handler that hangs, and does not wait for it", func(t *testing.T, log *cuttable) {
		r := newRig(t, log)
		started, release := make(chan struct{}), make(chan struct{})
		fn, _ := collect(t)
		r.add("fleet", func(context.Context, eventstore.Delivery) error {
			close(started)
			<-release
			return nil
		})
		r.add("latest", fn)
		r.run()
		<-started
		began := time.Now()
		err := r.Close()
		require.ErrorContains(t, err, `handlers ["fleet"] still busy after 10s`)
		assert.Equal(t, messaging.DefaultCloseTimeout+time.Second, time.Since(began))
		require.Equal(t, err, r.Close(), "closing twice answers the same")
		close(release)
		require.ErrorIs(t, <-r.end, err)
	})

	bubble(t, "does not wait for a handler that waits to try again", func(t *testing.T, log *cuttable) {
		r := newRig(t, log)
		r.add("fleet", func(context.Context, eventstore.Delivery) error { return errBroken })
		r.run()
		<-time.After(time.Minute)
		began := time.Now()
		r.shut()
		assert.Zero(t, time.Since(began))
	})

	bubble(t, "does not wait where all are idle", func(t *testing.T, log *cuttable) {
		r := newRig(t, log)
		fn, _ := collect(t)
		r.add("fleet", fn)
		r.run()
		synctest.Wait()
		began := time.Now()
		r.shut()
		assert.Zero(t, time.Since(began))
		require.NoError(t, r.Close(), "closing twice is harmless")
	})

	bubble(t, "happens when the ctx of Run ends, handlers or none", func(t *testing.T, log *cuttable) {
		for _, handlers := range []int{0, 1} {
			r := newRig(t, log)
			if handlers > 0 {
				fn, _ := collect(t)
				r.add("fleet", fn)
			}
			ctx, cancel := context.WithCancel(t.Context())
			go func() { r.end <- r.Run(ctx) }()
			<-r.Running()
			synctest.Wait()
			cancel()
			require.NoError(t, <-r.end)
			assert.Zero(t, log.openCount())
		}
	})

	bubble(t, "before Run is at once, and Run then refuses", func(t *testing.T, log *cuttable) {
		r := newRig(t, log)
		fn, _ := collect(t)
		sub := r.add("fleet", fn)
		began := time.Now()
		require.NoError(t, r.Close())
		assert.Zero(t, time.Since(began))
		require.ErrorIs(t, r.Run(t.Context()), eventstore.ErrClosed)
		_, err := sub.Subscribe(t.Context(), "fleet")
		require.ErrorIs(t, err, eventstore.ErrClosed)
	})

	bubble(t, "leaves the page in hand unacked, so that it comes again after the next start", func(t *testing.T, log *cuttable) {
		fill(t, log, "a", 0, 1)
		for range 2 {
			r := newRig(t, log)
			got := make(chan []int, 1)
			r.add("fleet", func(_ context.Context, d eventstore.Delivery) error {
				select {
				case got <- numbers(t, d):
				default:
				}
				return errBroken
			})
			r.run()
			assert.Equal(t, []int{0}, <-got)
			r.shut()
		}
	})
}
