package storetest

import (
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"fleetbeat/eventstore"
)

func retries() []promise {
	return []promise{
		{name: "the same append again adds nothing and is answered as the first was", test: retryAnswers},
		{name: "the same append again succeeds after more was appended on top", test: retryLater},
		{name: "a retry of several types is known again", test: retryTypes},
		{name: "racing retries store the events once and all get one answer", test: retriesRace},
		{name: "some of the ids again, or in another order, is a conflict", test: retryPartly},
		{name: "the same ids at another place are no retry", test: retryElsewhere},
	}
}

// again repeats an append and requires the answer of the first time.
func (f *fixture) again(stream string, expected eventstore.Revision, first eventstore.Appended, events []eventstore.Event) {
	f.Helper()
	got, err := f.store.Append(f.ctx, f.name(stream), expected, events...)
	require.NoError(f, err)
	require.Equal(f, first, got)
}

func retryAnswers(f *fixture) {
	events := f.events(3, "happened")
	first := f.append("s", eventstore.NoStream, events...)
	f.again("s", eventstore.NoStream, first, events)
	f.again("s", eventstore.NoStream, first, events)
	more := f.events(1, "happened")
	second := f.append("s", 2, more...)
	f.again("s", 2, second, more)
	assert.Equal(f, append(ids(events), ids(more)...), recordedIDs(f.read("s", 0, eventstore.Forwards)))
	assert.Len(f, f.all(f.origin), 4)
}

func retryLater(f *fixture) {
	f.one("s", eventstore.NoStream)
	events := f.events(3, "happened")
	first := f.append("s", 0, events...)
	last := first.Revision
	for range 20 {
		f.one("other", last-3-eventstore.Revision(1))
		_, got := f.one("s", last)
		last = got.Revision
		f.again("s", 0, first, events)
	}
	assert.Len(f, f.read("s", 0, eventstore.Forwards), 24)
}

func retryTypes(f *fixture) {
	var events []eventstore.Event
	for _, eventType := range []string{"a", "b", "a", "c", "c"} {
		events = append(events, f.events(1, eventType)...)
	}
	f.one("s", eventstore.NoStream)
	first := f.append("s", 0, events...)
	f.one("s", 5)
	f.again("s", 0, first, events)
	assert.Len(f, f.read("s", 0, eventstore.Forwards), 7)
}

func retriesRace(f *fixture) {
	for round := range 10 {
		expected := eventstore.Revision(2*round - 1)
		events := f.events(2, "happened")
		answers := make([]eventstore.Appended, 8)
		var group errgroup.Group
		for i := range answers {
			group.Go(func() (err error) {
				answers[i], err = f.store.Append(f.ctx, f.name("s"), expected, events...)
				return err
			})
		}
		require.NoError(f, group.Wait())
		for _, got := range answers {
			require.Equal(f, answers[0], got)
		}
	}
	require.Len(f, f.read("s", 0, eventstore.Forwards), 20)
}

func retryPartly(f *fixture) {
	events := f.events(4, "happened")
	a, b, c, d := events[0], events[1], events[2], events[3]
	f.append("s", eventstore.NoStream, a, b)
	f.conflict("s", eventstore.NoStream, 1, a, c)
	f.conflict("s", eventstore.NoStream, 1, c, b)
	f.conflict("s", eventstore.NoStream, 1, b, a)
	f.conflict("s", eventstore.NoStream, 1, a, b, c)
	f.append("s", 1, c)
	f.conflict("s", eventstore.NoStream, 2, a, b, d)
	f.conflict("s", 0, 2, b, d)
	assert.Len(f, f.read("s", 0, eventstore.Forwards), 3)
}

func retryElsewhere(f *fixture) {
	events := f.events(2, "happened")
	f.append("s", eventstore.NoStream, events...)
	f.one("s", 1)
	f.conflict("s", 0, 2, events...)
	f.conflict("s", 5, 2, events...)
	assert.Len(f, f.read("s", 0, eventstore.Forwards), 3)
}
