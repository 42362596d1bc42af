package storetest

import (
	"strings"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
)

func limits() []promise {
	return []promise{
		{name: "an append of exactly MaxAppendSize is stored", test: storesExactly},
		{name: "one byte more is ErrTooLarge and stores nothing", test: refusesMore},
		{name: "what can never succeed is ErrInvalid and stores nothing", test: refusesInvalid},
		{name: "reads that can never succeed are ErrInvalid", test: refusesInvalidReads},
	}
}

// sized returns n events that count size in all.
func (f *fixture) sized(n, size int) []eventstore.Event {
	eventType := f.name("sized")
	events := make([]eventstore.Event, n)
	for i := range events {
		share := size/n - 2*len(eventType)
		if i == 0 {
			share += size % n
		}
		events[i] = eventstore.Event{ID: uuid.New(), Type: eventType, Data: Bytes(uint64(i), share-3), Metadata: []byte("abc")}
	}
	return events
}

func storesExactly(f *fixture) {
	last := eventstore.NoStream
	for _, n := range []int{1, 2, 7, 1000} {
		events := f.sized(n, eventstore.MaxAppendSize)
		last = f.append("s", last, events...).Revision
	}
	assert.Len(f, f.read("s", 0, eventstore.Forwards), 1010)
}

func refusesMore(f *fixture) {
	for _, n := range []int{1, 2, 1000} {
		_, err := f.store.Append(f.ctx, f.name("s"), eventstore.NoStream, f.sized(n, eventstore.MaxAppendSize+1)...)
		require.ErrorIs(f, err, eventstore.ErrTooLarge)
	}
	assert.Empty(f, f.read("s", 0, eventstore.Forwards))
	f.one("s", eventstore.NoStream)
}

func refusesInvalid(f *fixture) {
	good := f.events(1, "happened")[0]
	with := func(change func(*eventstore.Event)) []eventstore.Event {
		e := good
		change(&e)
		return []eventstore.Event{good, e}
	}
	head, err := f.store.Head(f.ctx)
	require.NoError(f, err)
	for name, c := range map[string]struct {
		stream   string
		expected eventstore.Revision
		events   []eventstore.Event
	}{
		"no stream name":     {"", eventstore.NoStream, []eventstore.Event{good}},
		"a long stream name": {strings.Repeat("x", 256), eventstore.NoStream, []eventstore.Event{good}},
		"no events":          {f.name("s"), eventstore.NoStream, nil},
		"no event id":        {f.name("s"), eventstore.NoStream, with(func(e *eventstore.Event) { e.ID = uuid.Nil })},
		"no event type":      {f.name("s"), eventstore.NoStream, with(func(e *eventstore.Event) { e.Type = "" })},
		"a long event type":  {f.name("s"), eventstore.NoStream, with(func(e *eventstore.Event) { e.Type = strings.Repeat("x", 256) })},
		"revision -2":        {f.name("s"), -2, []eventstore.Event{good}},
		"revision End":       {f.name("s"), eventstore.End, []eventstore.Event{good}},
	} {
		_, err := f.store.Append(f.ctx, c.stream, c.expected, c.events...)
		assert.ErrorIs(f, err, eventstore.ErrInvalid, name)
	}
	assert.Empty(f, f.all(head))
	f.append("s", eventstore.NoStream, good)
}

func refusesInvalidReads(f *fixture) {
	for _, d := range []eventstore.Direction{eventstore.Forwards, eventstore.Backwards} {
		for stream, from := range map[string]eventstore.Revision{"": 0, f.name("s"): -1} {
			n := 0
			for _, err := range f.store.ReadStream(f.ctx, stream, from, d) {
				n++
				assert.ErrorIs(f, err, eventstore.ErrInvalid)
			}
			assert.Equal(f, 1, n, "the error and nothing after it")
		}
	}
	assert.ErrorIs(f, f.store.SetMaxAge(f.ctx, "", Age), eventstore.ErrInvalid)
	assert.ErrorIs(f, f.store.SetMaxAge(f.ctx, f.name("s"), -1), eventstore.ErrInvalid)
}
