package storetest

import (
	"context"
	"errors"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
)

func cancelling() []promise {
	return []promise{
		{name: "an append whose context has ended stores nothing", test: endedContext},
		{name: "the same append again finds out what became of a cancelled one", test: repeatFindsOut},
		{name: "reads end with their context's error", test: cancelsReads},
	}
}

func endedContext(f *fixture) {
	ended, cancel := context.WithCancel(f.ctx)
	cancel()
	_, err := f.store.Append(ended, f.name("s"), eventstore.NoStream, f.events(1, "happened")...)
	require.ErrorIs(f, err, context.Canceled)
	assert.ErrorIs(f, f.store.SetMaxAge(ended, f.name("s"), Age), context.Canceled)
	_, err = f.store.Head(ended)
	assert.ErrorIs(f, err, context.Canceled)
	f.one("s", eventstore.NoStream)
	assert.Len(f, f.read("s", 0, eventstore.Forwards), 1)
}

func repeatFindsOut(f *fixture) {
	last := eventstore.NoStream
	var want []string
	cancelled := 0
	for i := range 60 {
		events := f.events(2, "happened")
		ctx, cancel := context.WithTimeout(f.ctx, time.Duration(i)*40*time.Microsecond)
		first, err := f.store.Append(ctx, f.name("s"), last, events...)
		cancel()
		if err != nil {
			require.True(f, errors.Is(err, context.DeadlineExceeded) || errors.Is(err, eventstore.ErrUnknownOutcome), "%v", err)
			cancelled++
		}
		got, again := f.store.Append(f.ctx, f.name("s"), last, events...)
		require.NoError(f, again)
		if err == nil {
			require.Equal(f, first, got)
		}
		last = got.Revision
		want = append(want, ids(events)...)
	}
	f.Logf("%d of 60 appends were cancelled", cancelled)
	require.Equal(f, want, recordedIDs(f.read("s", 0, eventstore.Forwards)))
	require.Equal(f, want, recordedIDs(f.all(f.origin)))
}

func cancelsReads(f *fixture) {
	f.mixed()
	ended, cancel := context.WithCancel(f.ctx)
	cancel()
	for _, err := range f.store.ReadStream(ended, f.name("s0"), 0, eventstore.Forwards) {
		require.ErrorIs(f, err, context.Canceled)
	}
	for _, err := range f.store.ReadAll(ended, f.origin) {
		require.ErrorIs(f, err, context.Canceled)
	}
	f.one("s", eventstore.NoStream)
}
