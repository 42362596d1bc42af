package eventstoredb_test

import (
	"io"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/eventstoredb/esdbtest"
	"fleetbeat/eventstore/storetest"
)

func subscribe(t *testing.T, s eventstore.Store, after eventstore.Position, types ...string) eventstore.Subscription {
	t.Helper()
	sub, err := s.Subscribe(t.Context(), after, types...)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sub.Close()) })
	return sub
}

func next(t *testing.T, s eventstore.Subscription) eventstore.Delivery {
	t.Helper()
	d, err := s.Next(t.Context())
	require.NoError(t, err)
	return d
}

// take returns the next n events.
func take(t *testing.T, s eventstore.Subscription, n int) (got []eventstore.Recorded) {
	t.Helper()
	for len(got) < n {
		for e, err := range next(t, s).Page.Events() {
			require.NoError(t, err)
			got = append(got, e)
		}
	}
	require.Len(t, got, n)
	return got
}

func TestSubscription(t *testing.T) {
	t.Parallel()
	const happened = "thing.happened.v1"

	for name, dropped := range map[string]error{
		"by an error":  status.Error(codes.Unavailable, "shutting down"),
		"without one":  nil,
		"by a timeout": status.Error(codes.DeadlineExceeded, "late"),
	} {
		t.Run("dropped "+name+" it hands over what came, then fails, and another goes on from there", func(t *testing.T) {
			t.Parallel()
			server := esdbtest.Start(t)
			store := open(t, server.URL())
			sub := subscribe(t, store, eventstore.Position{})
			require.True(t, next(t, sub).Live)
			mustAppend(t, store, "s", eventstore.NoStream, one(), one())
			got := take(t, sub, 2)
			server.DropSubscriptions(dropped)
			for range 2 {
				_, err := sub.Next(t.Context())
				require.ErrorIs(t, err, eventstore.ErrUnavailable)
				require.NotErrorIs(t, err, io.EOF)
			}
			e := one()
			mustAppend(t, store, "s", 1, e)
			again := subscribe(t, store, got[1].Position)
			assert.Equal(t, e, take(t, again, 1)[0].Event)
		})
	}

	t.Run("events that came before the drop are delivered before the error", func(t *testing.T) {
		t.Parallel()
		server := esdbtest.Start(t)
		store := open(t, server.URL())
		witness, sub := subscribe(t, store, eventstore.Position{}), subscribe(t, store, eventstore.Position{})
		mustAppend(t, store, "s", eventstore.NoStream, one())
		take(t, witness, 1)
		take(t, sub, 1)
		server.Stop()
		_, err := sub.Next(t.Context())
		require.ErrorIs(t, err, eventstore.ErrUnavailable)
	})

	t.Run("checkpoints of 2^64-1 change nothing", func(t *testing.T) {
		t.Parallel()
		server := esdbtest.Start(t)
		store := open(t, server.URL())
		told := make(chan struct{}, 1000)
		server.SetHooks(esdbtest.Hooks{Checkpoint: func(esdbtest.Position) esdbtest.Position {
			told <- struct{}{}
			return esdbtest.Position{Commit: math.MaxUint64, Prepare: math.MaxUint64}
		}})
		mustAppend(t, store, "noise", eventstore.NoStream, storetest.Events(2000, 1, "noise.v1")...)
		sub := subscribe(t, store, eventstore.Position{}, happened)
		require.True(t, next(t, sub).Live)
		for i := range eventstore.Revision(5) {
			mustAppend(t, store, "noise", 2000*(i+1)-1, storetest.Events(2000, 1, "noise.v1")...)
			at := mustAppend(t, store, "s", i-1, one()).Position
			assert.Equal(t, at, take(t, sub, 1)[0].Position)
		}
		assert.Len(t, readAll(t, store, happened), 5)
		assert.NotEmpty(t, told, "no checkpoint was sent, nothing was tested")
	})

	t.Run("one that fell behind is not live until it has caught up again", func(t *testing.T) {
		t.Parallel()
		server := esdbtest.Start(t)
		store := open(t, server.URL())
		sub := subscribe(t, store, eventstore.Position{})
		require.Equal(t, eventstore.Delivery{Live: true}, next(t, sub))
		server.FallBehind()
		require.Equal(t, eventstore.Delivery{Live: true}, next(t, sub))
		mustAppend(t, store, "s", eventstore.NoStream, one())
		require.True(t, next(t, sub).Live)
	})

	t.Run("made at the head it is live at once", func(t *testing.T) {
		t.Parallel()
		store := open(t, esdbtest.Start(t).URL())
		at := mustAppend(t, store, "s", eventstore.NoStream, one()).Position
		assert.Equal(t, eventstore.Delivery{Live: true}, next(t, subscribe(t, store, at)))
		assert.Equal(t, eventstore.Delivery{Live: true}, next(t, subscribe(t, store, at, happened)))
	})

	t.Run("types are whole names, not beginnings, and no patterns", func(t *testing.T) {
		t.Parallel()
		store := open(t, esdbtest.Start(t).URL())
		var events []eventstore.Event
		for _, eventType := range []string{"a.v1", "a.v10", "a.v1.more", "aXv1", "b", "a.v1"} {
			events = append(events, storetest.Events(1, 1, eventType)...)
		}
		mustAppend(t, store, "s", eventstore.NoStream, events...)
		for _, got := range [][]eventstore.Recorded{readAll(t, store, "a.v1"), take(t, subscribe(t, store, eventstore.Position{}, "a.v1"), 2)} {
			require.Len(t, got, 2)
			assert.Equal(t, events[0], got[0].Event)
			assert.Equal(t, events[5], got[1].Event)
		}
		assert.Empty(t, readAll(t, store, "a"))
		assert.Empty(t, readAll(t, store, ".*"))
	})

	t.Run("the server's own events reach no reader", func(t *testing.T) {
		t.Parallel()
		store := open(t, esdbtest.Start(t).URL())
		sub := subscribe(t, store, eventstore.Position{})
		require.NoError(t, store.SetMaxAge(t.Context(), "s", time.Minute))
		e := one()
		mustAppend(t, store, "s", eventstore.NoStream, e)
		require.NoError(t, store.SetMaxAge(t.Context(), "s", time.Hour))
		head, err := store.Head(t.Context())
		require.NoError(t, err)
		assert.Equal(t, e, take(t, sub, 1)[0].Event)
		got := readAll(t, store)
		require.Len(t, got, 1)
		assert.Equal(t, e, got[0].Event)
		assert.True(t, got[0].Position.Before(head), "and yet they have places")
	})
}
