package storetest

import (
	"context"
	"errors"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"fleetbeat/eventstore"
)

func interrupting() []promise {
	return []promise{
		{name: "a Next ended by its context leaves the subscription whole", test: cancelsNext},
		{name: "a Next with an ended context returns at once and loses nothing", test: cancelledNext},
		{name: "contexts that end at any moment lose nothing", test: cancelsOften},
		{name: "Close ends a waiting Next with ErrClosed", test: closeUnblocks},
		{name: "Next after Close is ErrClosed although there are events", test: nextAfterClose},
		{name: "closing twice is harmless, and leaves others alone", test: closesTwice},
		{name: "closing the store ends subscriptions", test: storeClosesSubscriptions},
	}
}

func cancelsNext(f *fixture) {
	sub := f.subscribe(f.origin, "happened")
	f.untilLive(sub)
	ctx, cancel := context.WithCancel(f.ctx)
	waiting := make(chan error, 1)
	go func() {
		_, err := sub.Next(ctx)
		waiting <- err
	}()
	cancel()
	require.ErrorIs(f, f.ends(waiting), context.Canceled)
	e, _ := f.one("s", eventstore.NoStream)
	assert.Equal(f, e, f.take(sub, 1)[0].Event)
}

func cancelledNext(f *fixture) {
	all := f.mixed()
	sub := f.subscribe(f.origin)
	ended, cancel := context.WithCancel(f.ctx)
	cancel()
	for range 3 {
		_, err := sub.Next(ended)
		require.ErrorIs(f, err, context.Canceled)
	}
	f.requireSame(all, f.take(sub, len(all)))
}

func cancelsOften(f *fixture) {
	sub := f.subscribe(f.origin, "a", "b")
	var group errgroup.Group
	f.busy(&group, 2, 40)
	var got []eventstore.Recorded
	written := make(chan error, 1)
	go func() { written <- group.Wait() }()
	for i, done := 0, false; !done; i++ {
		select {
		case err := <-written:
			require.NoError(f, err)
			done = true
		default:
		}
		ctx, cancel := context.WithTimeout(f.ctx, time.Duration(i%40)*25*time.Microsecond)
		d, err := sub.Next(ctx)
		cancel()
		if err != nil {
			require.True(f, errors.Is(err, context.DeadlineExceeded), "%v", err)
			continue
		}
		got = append(got, f.own(d.Page)...)
	}
	all := f.all(f.origin)
	got = append(got, f.take(sub, len(all)-len(got))...)
	f.requireSame(all, got)
}

// waitInNext calls Next until it fails and returns with what.
func (f *fixture) waitInNext(sub eventstore.Subscription) <-chan error {
	ended := make(chan error, 1)
	go func() {
		for {
			if _, err := sub.Next(f.ctx); err != nil {
				ended <- err
				return
			}
		}
	}()
	return ended
}

func closeUnblocks(f *fixture) {
	for range 20 {
		sub := f.subscribe(f.origin)
		ended := f.waitInNext(sub)
		require.NoError(f, sub.Close())
		require.ErrorIs(f, f.ends(ended), eventstore.ErrClosed)
	}
	waiting := f.subscribe(f.origin, "happened")
	f.untilLive(waiting)
	ended := f.waitInNext(waiting)
	require.NoError(f, waiting.Close())
	require.ErrorIs(f, f.ends(ended), eventstore.ErrClosed)
}

func nextAfterClose(f *fixture) {
	f.mixed()
	sub := f.subscribe(f.origin)
	require.NoError(f, sub.Close())
	for range 2 {
		_, err := sub.Next(f.ctx)
		require.ErrorIs(f, err, eventstore.ErrClosed)
	}
}

func closesTwice(f *fixture) {
	one, other := f.subscribe(f.origin), f.subscribe(f.origin)
	require.NoError(f, one.Close())
	require.NoError(f, one.Close())
	e, _ := f.one("s", eventstore.NoStream)
	assert.Equal(f, e, f.take(other, 1)[0].Event)
}

func storeClosesSubscriptions(f *fixture) {
	waiting, unread := f.subscribe(f.origin), f.subscribe(f.origin)
	ended := f.waitInNext(waiting)
	require.NoError(f, f.store.Close())
	require.ErrorIs(f, f.ends(ended), eventstore.ErrClosed)
	_, err := unread.Next(f.ctx)
	require.ErrorIs(f, err, eventstore.ErrClosed)
	require.NoError(f, waiting.Close())
}
