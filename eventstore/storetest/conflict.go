package storetest

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"fleetbeat/eventstore"
)

func conflicts() []promise {
	return []promise{
		{name: "a revision of a stream that was never written is a conflict that says so", test: conflictsWithNothing},
		{name: "NoStream, an older and a later revision are conflicts with both numbers", test: conflictsWithBoth},
		{name: "a conflict stores nothing, of no event", test: conflictStoresNothing},
		{name: "of many racing writers of one stream exactly one wins each round", test: oneWins},
		{name: "racing writers of many streams do not disturb each other", test: streamsRace},
		{name: "writers that look again after a conflict all get everything in, once", test: losersRepeat},
	}
}

func conflictsWithNothing(f *fixture) {
	f.conflict("s", 0, eventstore.NoStream, f.events(1, "happened")...)
	f.conflict("s", 17, eventstore.NoStream, f.events(2, "happened")...)
	f.one("s", eventstore.NoStream)
}

func conflictsWithBoth(f *fixture) {
	f.append("s", eventstore.NoStream, f.events(3, "happened")...)
	for _, expected := range []eventstore.Revision{eventstore.NoStream, 0, 1, 3, 4, 1 << 40} {
		f.conflict("s", expected, 2, f.events(1, "happened")...)
		f.conflict("s", expected, 2, f.events(9, "happened")...)
	}
	f.one("s", 2)
}

func conflictStoresNothing(f *fixture) {
	f.one("s", eventstore.NoStream)
	head, err := f.store.Head(f.ctx)
	require.NoError(f, err)
	f.conflict("s", eventstore.NoStream, 0, append(f.events(3, "a"), f.events(3, "b")...)...)
	f.conflict("other", 5, eventstore.NoStream, f.events(3, "b")...)
	assert.Len(f, f.read("s", 0, eventstore.Forwards), 1)
	assert.Empty(f, f.read("other", 0, eventstore.Forwards))
	assert.Empty(f, f.all(head))
	f.one("other", eventstore.NoStream)
}

func oneWins(f *fixture) {
	const writers, rounds = 12, 10
	for round := range rounds {
		var won atomic.Int64
		var group errgroup.Group
		expected := eventstore.Revision(2*round - 1)
		for range writers {
			events := f.events(2, "happened")
			group.Go(func() error {
				_, err := f.store.Append(f.ctx, f.name("s"), expected, events...)
				if err == nil {
					won.Add(1)
					return nil
				}
				var conflict *eventstore.ConflictError
				if !errors.As(err, &conflict) || conflict.Expected != expected || conflict.Actual != expected+2 {
					return fmt.Errorf("not the conflict expected: %w", err)
				}
				return nil
			})
		}
		require.NoError(f, group.Wait())
		require.EqualValues(f, 1, won.Load())
	}
	require.Len(f, f.read("s", 0, eventstore.Forwards), 2*rounds)
}

func streamsRace(f *fixture) {
	const writers, appends = 16, 10
	var group errgroup.Group
	for w := range writers {
		group.Go(func() error {
			for i := range appends {
				if _, err := f.store.Append(f.ctx, f.name(fmt.Sprint("s", w)), eventstore.Revision(i-1), f.events(1, "happened")...); err != nil {
					return err
				}
			}
			return nil
		})
	}
	require.NoError(f, group.Wait())
	for w := range writers {
		assert.Len(f, f.read(fmt.Sprint("s", w), 0, eventstore.Forwards), appends)
	}
	assert.Len(f, f.all(f.origin), writers*appends)
}

func losersRepeat(f *fixture) {
	const writers, each = 6, 10
	var group errgroup.Group
	var lost atomic.Int64
	for range writers {
		events := f.events(each, "happened")
		group.Go(func() error {
			expected := eventstore.NoStream
			for i := 0; i < each; {
				got, err := f.store.Append(f.ctx, f.name("s"), expected, events[i])
				var conflict *eventstore.ConflictError
				switch {
				case err == nil:
					expected = got.Revision
					i++
				case errors.As(err, &conflict):
					expected = conflict.Actual
					lost.Add(1)
				default:
					return err
				}
			}
			return nil
		})
	}
	require.NoError(f, group.Wait())
	f.Logf("%d conflicts", lost.Load())
	seen := map[string]bool{}
	for i, e := range f.read("s", 0, eventstore.Forwards) {
		require.Equal(f, eventstore.Revision(i), e.Revision)
		seen[e.ID.String()] = true
	}
	require.Len(f, seen, writers*each)
}
