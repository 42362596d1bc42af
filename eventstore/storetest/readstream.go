package storetest

import (
	"fmt"
	"slices"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
)

func readingStreams() []promise {
	return []promise{
		{name: "an absent stream yields nothing, either way", test: absentStream},
		{name: "forwards and backwards from any revision", test: readsFromAnywhere},
		{name: "a stream of thousands of events, either way", test: readsLongStream},
		{name: "leaving early is harmless", test: leavesEarly},
		{name: "appending from within a loop over a stream is possible", test: appendsWhileReading},
		{name: "an event appended before reading began is there", test: readsOwnWrites},
	}
}

func absentStream(f *fixture) {
	f.one("s", eventstore.NoStream)
	assert.Empty(f, f.read("absent", 0, eventstore.Forwards))
	assert.Empty(f, f.read("absent", 7, eventstore.Forwards))
	assert.Empty(f, f.read("absent", 7, eventstore.Backwards))
	assert.Empty(f, f.read("absent", eventstore.End, eventstore.Backwards))
}

func readsFromAnywhere(f *fixture) {
	last := eventstore.NoStream
	var want []string
	for i, n := range []int{1, 3, 2, 4} {
		events := append(f.events(n, "a"), f.events(i%2, "b")...)
		last = f.append("s", last, events...).Revision
		f.one("between", eventstore.Revision(i-1))
		want = append(want, ids(events)...)
	}
	for from := range len(want) + 2 {
		got := f.read("s", eventstore.Revision(from), eventstore.Forwards)
		assert.Equal(f, want[min(from, len(want)):], append([]string{}, recordedIDs(got)...), "forwards from %d", from)
		for i, e := range got {
			assert.Equal(f, eventstore.Revision(from+i), e.Revision)
		}
		back := slices.Clone(want[:min(from+1, len(want))])
		slices.Reverse(back)
		assert.Equal(f, back, recordedIDs(f.read("s", eventstore.Revision(from), eventstore.Backwards)), "backwards from %d", from)
	}
	slices.Reverse(want)
	got := f.read("s", eventstore.End, eventstore.Backwards)
	assert.Equal(f, want, recordedIDs(got))
	assert.Equal(f, last, got[0].Revision)
	assert.Empty(f, f.read("s", eventstore.End, eventstore.Forwards))
}

func readsLongStream(f *fixture) {
	last := eventstore.NoStream
	var want []string
	for i := range 300 {
		events := f.events(1+i%20, fmt.Sprint("t", i%3))
		last = f.append("s", last, events...).Revision
		want = append(want, ids(events)...)
	}
	require.Equal(f, want, recordedIDs(f.read("s", 0, eventstore.Forwards)))
	require.Equal(f, want[1001:], recordedIDs(f.read("s", 1001, eventstore.Forwards)))
	slices.Reverse(want)
	require.Equal(f, want, recordedIDs(f.read("s", eventstore.End, eventstore.Backwards)))
	require.Equal(f, want[len(want)-1002:], recordedIDs(f.read("s", 1001, eventstore.Backwards)))
}

func leavesEarly(f *fixture) {
	f.append("s", eventstore.NoStream, f.events(50, "happened")...)
	for range 100 { // more often than any pool has connections
		for e, err := range f.store.ReadStream(f.ctx, f.name("s"), 3, eventstore.Forwards) {
			require.NoError(f, err)
			require.Equal(f, eventstore.Revision(3), e.Revision)
			break
		}
		for e, err := range f.store.ReadStream(f.ctx, f.name("s"), eventstore.End, eventstore.Backwards) {
			require.NoError(f, err)
			require.Equal(f, eventstore.Revision(49), e.Revision)
			break
		}
		for page, err := range f.store.ReadAll(f.ctx, f.origin) {
			require.NoError(f, err)
			require.Positive(f, page.Len())
			break
		}
	}
	f.one("s", 49)
}

func appendsWhileReading(f *fixture) {
	f.append("s", eventstore.NoStream, f.events(5, "happened")...)
	n := eventstore.Revision(-1)
	for e, err := range f.store.ReadStream(f.ctx, f.name("s"), 0, eventstore.Forwards) {
		require.NoError(f, err)
		if e.Revision < 5 {
			f.append("copy", n, eventstore.Event{ID: e.ID, Type: e.Type, Data: e.Data, Metadata: e.Metadata})
			n++
		}
	}
	assert.Len(f, f.read("copy", 0, eventstore.Forwards), 5)
}

func readsOwnWrites(f *fixture) {
	last := eventstore.NoStream
	for range 50 {
		e, got := f.one("s", last)
		last = got.Revision
		newest := f.read("s", last, eventstore.Forwards)
		require.Len(f, newest, 1)
		require.Equal(f, e.ID, newest[0].ID)
	}
}
