package storetest

import (
	"fmt"
	"slices"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"fleetbeat/eventstore"
)

func readingAll() []promise {
	return []promise{
		{name: "an empty log yields nothing", needs: ownLog, test: emptyLog},
		{name: "after any position, in the middle of an append too, of all types or some", test: readsAfterAnything},
		{name: "types that no event has yield nothing", test: unknownTypes},
		{name: "a type named twice yields its events once", test: repeatedTypes},
		{name: "pages keep their limits in a log of many small events", test: manySmall},
		{name: "pages keep their limits in a log of large events", test: fewLarge},
		{name: "reading ends although others go on writing", test: endsWhileWriting},
		{name: "a page stays what it was while the next is read", test: pagesAreKept},
	}
}

func emptyLog(f *fixture) {
	assert.Empty(f, f.all(eventstore.Position{}))
	assert.Empty(f, f.all(eventstore.Position{}, "a", "b"))
	assert.Empty(f, f.all(eventstore.Position{Commit: 99, Prepare: 99}))
}

// mixed appends a few events of several types in several streams, in appends of several kinds, and returns them all.
func (f *fixture) mixed() []eventstore.Recorded {
	f.Helper()
	var last [2]eventstore.Revision
	last[0], last[1] = eventstore.NoStream, eventstore.NoStream
	for i, types := range [][]string{{"a", "a", "a"}, {"b"}, {"a", "b", "b", "a", "c"}, {"c", "c"}, {"b", "b", "b", "b"}, {"a"}} {
		var events []eventstore.Event
		for _, eventType := range types {
			events = append(events, f.events(1, eventType)...)
		}
		last[i%2] = f.append(fmt.Sprint("s", i%2), last[i%2], events...).Revision
	}
	all := f.all(f.origin)
	require.Len(f, all, 16)
	return all
}

// ofTypes returns the events of the test's own types of these names; of all where there are none.
func (f *fixture) ofTypes(events []eventstore.Recorded, types ...string) (of []eventstore.Recorded) {
	names := f.names(types)
	for _, e := range events {
		if len(names) == 0 || slices.Contains(names, e.Type) {
			of = append(of, e)
		}
	}
	return of
}

// filters are the ways of naming types that tests go through.
func filters() [][]string {
	return [][]string{nil, {"a"}, {"b"}, {"c"}, {"a", "c"}, {"c", "b"}, {"a", "b", "c"}, {"b", "none"}}
}

func readsAfterAnything(f *fixture) {
	all := f.mixed()
	for _, types := range filters() {
		f.requireSame(f.ofTypes(all, types...), f.all(f.origin, types...))
		for i, e := range all {
			f.requireSame(f.ofTypes(all[i+1:], types...), f.all(e.Position, types...))
		}
	}
}

func unknownTypes(f *fixture) {
	f.mixed()
	assert.Empty(f, f.all(f.origin, "none"))
	assert.Empty(f, f.all(f.origin, "none", "neither"))
}

func repeatedTypes(f *fixture) {
	all := f.mixed()
	f.requireSame(f.ofTypes(all, "a", "b"), f.all(f.origin, "a", "b", "a", "a"))
}

func manySmall(f *fixture) {
	const appends, each = 5, 5000
	var want []string
	for i := range appends {
		events := Events(each, 8, f.name(fmt.Sprint("t", i%2)))
		f.append("s", eventstore.Revision(i*each-1), events...)
		want = append(want, ids(events)...)
	}
	require.Equal(f, want, recordedIDs(f.all(f.origin)))
	require.Equal(f, want, recordedIDs(f.all(f.origin, "t0", "t1")))
	require.Len(f, f.all(f.origin, "t0"), 3*each)
	sub := f.subscribe(f.origin)
	require.Equal(f, want, recordedIDs(f.untilLive(sub)))
}

func fewLarge(f *fixture) {
	var want []string
	last := eventstore.NoStream
	for i, n := range []int{1, 1, 3, 1, 2, 1, 1, 300, 1, 1, 1} {
		events := f.sized(n, eventstore.MaxAppendSize)
		if i == 6 {
			events = f.sized(n, 1000)
		}
		last = f.append("s", last, events...).Revision
		want = append(want, ids(events)...)
	}
	require.Equal(f, want, recordedIDs(f.all(f.origin)))
	require.Equal(f, want, recordedIDs(f.all(f.origin, "sized", "none")))
	sub := f.subscribe(f.origin, "sized")
	require.Equal(f, want, recordedIDs(f.untilLive(sub)))
	require.Equal(f, want, recordedIDs(f.read("s", 0, eventstore.Forwards)))
}

func endsWhileWriting(f *fixture) {
	var group errgroup.Group
	f.busy(&group, 2, 50)
	for range 20 {
		f.all(f.origin)
	}
	require.NoError(f, group.Wait())
}

func pagesAreKept(f *fixture) {
	last := eventstore.NoStream
	for range 6 {
		last = f.append("s", last, f.sized(1, eventstore.MaxAppendSize)...).Revision
	}
	var pages []eventstore.Page
	var copies [][]byte
	for page, err := range f.store.ReadAll(f.ctx, f.origin) {
		require.NoError(f, err)
		pages = append(pages, page)
		copies = append(copies, slices.Clone(page.Bytes()))
	}
	require.Greater(f, len(pages), 1)
	f.all(f.origin)
	for i, page := range pages {
		require.Equal(f, copies[i], page.Bytes(), "page %d", i)
	}
}
