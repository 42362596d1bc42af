package storetest

import (
	"errors"
	"fmt"
	"sync"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
)

func closing() []promise {
	return []promise{
		{name: "every call after Close is ErrClosed, and closing twice is harmless", test: callsAfterClose},
		{name: "appends during Close are answered, one way or the other", test: closesUnderLoad},
	}
}

func reopening() []promise {
	return []promise{
		{name: "everything is there again, byte for byte and place by place", needs: reopens, test: reopensSame},
		{name: "revisions, positions, retries and maximum ages go on", needs: reopens, test: reopensAndGoesOn},
		{name: "what was acknowledged while closing is there, what was refused is not", needs: reopens, test: reopensAfterLoad},
	}
}

func callsAfterClose(f *fixture) {
	f.mixed()
	require.NoError(f, f.store.Close())
	require.NoError(f, f.store.Close())
	_, err := f.store.Append(f.ctx, f.name("s"), eventstore.NoStream, f.events(1, "happened")...)
	assert.ErrorIs(f, err, eventstore.ErrClosed)
	_, err = f.store.Subscribe(f.ctx, f.origin)
	assert.ErrorIs(f, err, eventstore.ErrClosed)
	_, err = f.store.Head(f.ctx)
	assert.ErrorIs(f, err, eventstore.ErrClosed)
	assert.ErrorIs(f, f.store.SetMaxAge(f.ctx, f.name("s"), Age), eventstore.ErrClosed)
	n := 0
	for _, err := range f.store.ReadStream(f.ctx, f.name("s0"), 0, eventstore.Forwards) {
		assert.ErrorIs(f, err, eventstore.ErrClosed)
		n++
	}
	for _, err := range f.store.ReadAll(f.ctx, f.origin) {
		assert.ErrorIs(f, err, eventstore.ErrClosed)
		n++
	}
	assert.Equal(f, 2, n, "each read yields its error and nothing else")
}

// closeUnderLoad closes the store while several goroutines append, each to its own stream, and returns how many appends
// of each were acknowledged.
func closeUnderLoad(f *fixture) []int {
	f.Helper()
	acknowledged := make([]int, 4)
	var started, ended sync.WaitGroup
	for w := range acknowledged {
		started.Add(1)
		ended.Go(func() {
			for i := 0; ; i++ {
				_, err := f.store.Append(f.ctx, f.name(fmt.Sprint("s", w)), eventstore.Revision(i-1), f.events(1, "happened")...)
				if i == 2 || (err != nil && i < 2) {
					started.Done()
				}
				if err != nil {
					assert.True(f, errors.Is(err, eventstore.ErrClosed), "%v", err)
					return
				}
				acknowledged[w]++
			}
		})
	}
	started.Wait()
	assert.NoError(f, f.store.Close())
	ended.Wait()
	return acknowledged
}

func closesUnderLoad(f *fixture) {
	for w, n := range closeUnderLoad(f) {
		assert.GreaterOrEqual(f, n, 3, "writer %d", w)
	}
}

func reopensSame(f *fixture) {
	f.mixed()
	f.append("large", eventstore.NoStream, f.sized(3, eventstore.MaxAppendSize)...)
	want := f.all(f.origin)
	f.store = f.can.Reopen(f.T, f.store)
	assert.Equal(f, want, f.all(f.origin))
	sub := f.subscribe(want[4].Position)
	f.requireSame(want[5:], f.untilLive(sub))
}

func reopensAndGoesOn(f *fixture) {
	events := f.events(3, "happened")
	first := f.append("s", eventstore.NoStream, events...)
	f.age("aged", Age)
	f.store = f.can.Reopen(f.T, f.store)
	head, err := f.store.Head(f.ctx)
	require.NoError(f, err)
	assert.False(f, head.Before(first.Position))
	f.again("s", eventstore.NoStream, first, events)
	f.conflict("s", 1, 2, f.events(1, "happened")...)
	_, got := f.one("s", 2)
	assert.True(f, first.Position.Before(got.Position))
	f.one("aged", eventstore.NoStream)
}

func reopensAfterLoad(f *fixture) {
	acknowledged := closeUnderLoad(f)
	f.store = f.can.Reopen(f.T, f.store)
	for w, n := range acknowledged {
		assert.Len(f, f.read(fmt.Sprint("s", w), 0, eventstore.Forwards), n, "writer %d", w)
	}
}
