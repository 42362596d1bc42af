package storetest

import (
	"context"
	"fmt"
	"sync"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"fleetbeat/eventstore"
)

func order() []promise {
	return []promise{
		{name: "an append acknowledged before another begins lies before it", test: acknowledgedFirst},
		{name: "an append's answer is where its last event is read", test: answersPosition},
		{name: "the events of an append lie together in the log", test: staysTogether},
		{name: "once a reader has seen a position nothing ever appears at or below it", test: stablePrefix},
		{name: "a subscription under concurrent appends misses nothing and repeats nothing", test: stableSubscription},
	}
}

func acknowledgedFirst(f *fixture) {
	const writers, each = 4, 15
	var mu sync.Mutex
	var acknowledged eventstore.Position // the greatest so far
	var group errgroup.Group
	for w := range writers {
		group.Go(func() error {
			for i := range each {
				mu.Lock()
				before := acknowledged
				mu.Unlock()
				got, err := f.store.Append(f.ctx, f.name(fmt.Sprint("s", w)), eventstore.Revision(i-1), f.events(1, "happened")...)
				if err != nil {
					return err
				}
				if !before.Before(got.Position) {
					return fmt.Errorf("position %v was answered after %v had been", got.Position, before)
				}
				mu.Lock()
				if acknowledged.Before(got.Position) {
					acknowledged = got.Position
				}
				mu.Unlock()
			}
			return nil
		})
	}
	require.NoError(f, group.Wait())
}

func answersPosition(f *fixture) {
	last := map[eventstore.Position]eventstore.Appended{}
	for i, n := range []int{1, 4, 2} {
		got := f.append(fmt.Sprint("s", i), eventstore.NoStream, f.events(n, "happened")...)
		last[got.Position] = got
	}
	for _, e := range f.all(f.origin) {
		if want, ok := last[e.Position]; ok {
			assert.Equal(f, want.Revision, e.Revision)
			delete(last, e.Position)
		}
	}
	assert.Empty(f, last, "positions answered at which no event is")
}

func staysTogether(f *fixture) {
	var group errgroup.Group
	for w := range 6 {
		group.Go(func() error {
			for i := range 8 {
				events := append(f.events(2, "a"), f.events(3, "b")...)
				if _, err := f.store.Append(f.ctx, f.name(fmt.Sprint("s", w)), eventstore.Revision(5*i-1), events...); err != nil {
					return err
				}
			}
			return nil
		})
	}
	require.NoError(f, group.Wait())
	got := f.all(f.origin)
	require.Len(f, got, 6*8*5)
	for i, e := range got {
		require.Equal(f, got[i-i%5].Stream, e.Stream)
		require.EqualValues(f, i%5, e.Revision%5)
	}
}

// busy appends from several goroutines, in appends of one to five events of two types, until it is done or one fails.
func (f *fixture) busy(group *errgroup.Group, writers, appends int) {
	for w := range writers {
		group.Go(func() error {
			last := eventstore.NoStream
			for i := range appends {
				events := append(f.events(1+i%3, "a"), f.events(i%2, "b")...)
				got, err := f.store.Append(f.ctx, f.name(fmt.Sprint("s", w)), last, events...)
				if err != nil {
					return err
				}
				last = got.Revision
			}
			return nil
		})
	}
}

const busyWriters, busyAppends = 4, 60

func stablePrefix(f *fixture) {
	var writing errgroup.Group
	f.busy(&writing, busyWriters, busyAppends)
	done, finish := context.WithCancel(f.ctx)
	var reading errgroup.Group
	seen := make([][]eventstore.Recorded, 3)
	for r := range seen {
		reading.Go(func() error {
			after := f.origin
			for last := false; !last; {
				last = done.Err() != nil // then one more time, to the end
				for page, err := range f.store.ReadAll(f.ctx, after) {
					if err != nil {
						return err
					}
					seen[r] = append(seen[r], f.own(page)...)
					after = page.Last()
				}
			}
			return nil
		})
	}
	err := writing.Wait()
	finish()
	require.NoError(f, err)
	require.NoError(f, reading.Wait())
	want := f.all(f.origin)
	for r := range seen {
		f.requireSame(want, seen[r])
	}
}

func stableSubscription(f *fixture) {
	var group errgroup.Group
	subs := []eventstore.Subscription{f.subscribe(f.origin), f.subscribe(f.origin, "a"), f.subscribe(f.origin, "b", "c")}
	f.busy(&group, busyWriters, busyAppends)
	late := f.subscribe(f.origin)
	require.NoError(f, group.Wait())
	f.requireSame(f.all(f.origin), f.take(late, len(f.all(f.origin))))
	for i, types := range [][]string{nil, {"a"}, {"b", "c"}} {
		want := f.all(f.origin, types...)
		f.requireSame(want, f.take(subs[i], len(want)))
	}
	f.follows()
}

// follows requires that a subscription read while others write sees what is there in the end.
func (f *fixture) follows() {
	f.Helper()
	before := len(f.all(f.origin, "late"))
	sub := f.subscribe(f.origin, "late")
	var got []eventstore.Recorded
	var group errgroup.Group
	group.Go(func() error {
		for i := range 100 {
			if _, err := f.store.Append(f.ctx, f.name("late"), eventstore.Revision(before+i-1), f.events(1, "late")...); err != nil {
				return err
			}
		}
		return nil
	})
	group.Go(func() error {
		for len(got) < before+100 {
			d, err := sub.Next(f.ctx)
			if err != nil {
				return err
			}
			got = append(got, f.own(d.Page)...)
		}
		return nil
	})
	require.NoError(f, group.Wait())
	f.requireSame(f.all(f.origin, "late"), got)
}
