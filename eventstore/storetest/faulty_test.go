package storetest_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/storetest"
)

func faulty(t *testing.T) *storetest.Faulty {
	t.Helper()
	return storetest.NewFaulty(open(t))
}

func count(t *testing.T, s eventstore.Store, stream string) (n int) {
	t.Helper()
	for _, err := range s.ReadStream(t.Context(), stream, 0, eventstore.Forwards) {
		require.NoError(t, err)
		n++
	}
	return n
}

func TestFaulty(t *testing.T) {
	t.Parallel()
	events := storetest.Events(2, 10, "a")

	t.Run("without a fault is the store", func(t *testing.T) {
		t.Parallel()
		f := faulty(t)
		got, err := f.Append(t.Context(), "s", eventstore.NoStream, events...)
		require.NoError(t, err)
		assert.Equal(t, eventstore.Revision(1), got.Revision)
	})

	t.Run("an error before the append stores nothing", func(t *testing.T) {
		t.Parallel()
		f := faulty(t)
		f.BeforeAppend(func(stream string, got []eventstore.Event) error {
			assert.Equal(t, "s", stream)
			assert.Equal(t, events, got)
			return eventstore.ErrUnavailable
		})
		_, err := f.Append(t.Context(), "s", eventstore.NoStream, events...)
		require.ErrorIs(t, err, eventstore.ErrUnavailable)
		assert.Zero(t, count(t, f, "s"))
		f.BeforeAppend(nil)
		_, err = f.Append(t.Context(), "s", eventstore.NoStream, events...)
		require.NoError(t, err)
	})

	t.Run("an error after the append is an unknown outcome, and the events are stored", func(t *testing.T) {
		t.Parallel()
		f := faulty(t)
		lost := errors.New("answer lost")
		f.AfterAppend(func(string, []eventstore.Event) error { return lost })
		_, err := f.Append(t.Context(), "s", eventstore.NoStream, events...)
		require.ErrorIs(t, err, eventstore.ErrUnknownOutcome)
		require.ErrorIs(t, err, lost)
		assert.Equal(t, 2, count(t, f, "s"))
		_, err = f.Append(t.Context(), "s", 17, events...)
		assert.NotErrorIs(t, err, lost, "a conflict stays one")
		f.AfterAppend(nil)
		_, err = f.Append(t.Context(), "s", eventstore.NoStream, events...)
		require.NoError(t, err)
	})

	t.Run("a blocked append waits until it is released", func(t *testing.T) {
		t.Parallel()
		f := faulty(t)
		release := f.Block()
		again := f.Block()
		done := make(chan error, 1)
		go func() {
			_, err := f.Append(t.Context(), "s", eventstore.NoStream, events...)
			done <- err
		}()
		assert.Zero(t, count(t, f, "s"))
		release()
		require.NoError(t, <-done)
		again()
		release()
		assert.Equal(t, 2, count(t, f, "s"))
	})

	t.Run("a blocked append whose context ends stores nothing", func(t *testing.T) {
		t.Parallel()
		f := faulty(t)
		release := f.Block()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := f.Append(ctx, "s", eventstore.NoStream, events...)
		require.ErrorIs(t, err, context.Canceled)
		release()
		assert.Zero(t, count(t, f, "s"))
	})
}

func TestEvents(t *testing.T) {
	t.Parallel()
	events := storetest.Events(3, 50, "a")
	require.Len(t, events, 3)
	require.NoError(t, eventstore.Check("s", eventstore.NoStream, events))
	assert.Len(t, events[0].Data, 50)
	assert.NotEqual(t, events[0].ID, events[1].ID)
	assert.NotEqual(t, events[0].Data, events[1].Data)
	assert.Equal(t, events[1].Data, storetest.Bytes(1, 50))
}
