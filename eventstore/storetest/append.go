package storetest

import (
	"bytes"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
)

func appending() []promise {
	return []promise{
		{name: "a new stream expects NoStream and begins at revision 0", test: beginsStream},
		{name: "each append goes on where the last one ended", test: goesOn},
		{name: "bytes come back exactly", test: keepsBytes},
		{name: "one event of 1 MiB comes back exactly", test: keepsLargeEvent},
		{name: "thousands of events in one append keep their order", test: appendsThousands},
		{name: "several types in one append keep their order", test: mixesTypes},
		{name: "streams are kept apart by every byte of their names", test: separatesStreams},
		{name: "the caller may use its memory again", test: copiesEvents},
		{name: "events are stamped with the time they were stored", test: stampsTime},
	}
}

func beginsStream(f *fixture) {
	e, got := f.one("s", eventstore.NoStream)
	assert.Equal(f, eventstore.Revision(0), got.Revision)
	assert.True(f, f.origin.Before(got.Position))
	events := f.read("s", 0, eventstore.Forwards)
	require.Len(f, events, 1)
	assert.Equal(f, e, events[0].Event)
	assert.Equal(f, eventstore.Revision(0), events[0].Revision)
	assert.Equal(f, got.Position, events[0].Position)
}

func goesOn(f *fixture) {
	last := eventstore.NoStream
	var want []eventstore.Event
	for _, n := range []int{1, 3, 1, 2} {
		events := f.events(n, "happened")
		got := f.append("s", last, events...)
		assert.Equal(f, last+eventstore.Revision(n), got.Revision)
		last = got.Revision
		want = append(want, events...)
	}
	for i, e := range f.read("s", 0, eventstore.Forwards) {
		assert.Equal(f, eventstore.Revision(i), e.Revision)
		assert.Equal(f, want[i], e.Event)
	}
}

func keepsBytes(f *fixture) {
	var events []eventstore.Event
	for i, size := range []int{0, 1, 2, 127, 128, 255, 4096, 16_383, 16_384, 100_000} {
		events = append(events, eventstore.Event{ID: uuid.New(), Type: f.name("sized"), Data: Bytes(uint64(i), size), Metadata: Bytes(uint64(i)+100, 9)})
	}
	for _, data := range []string{"\x00", "\x00\xff\xfe'\"\\\n\r", "åäö €", "{}", "null"} {
		events = append(events, eventstore.Event{ID: uuid.New(), Type: f.name("text"), Data: []byte(data), Metadata: []byte(data)})
	}
	f.append("s", eventstore.NoStream, events...)
	got := f.read("s", 0, eventstore.Forwards)
	require.Len(f, got, len(events))
	whole := f.all(f.origin)
	require.Len(f, whole, len(events))
	for i, e := range events {
		for _, r := range []eventstore.Recorded{got[i], whole[i]} {
			assert.Equal(f, e.ID, r.ID)
			assert.Equal(f, e.Type, r.Type)
			assert.True(f, bytes.Equal(e.Data, r.Data), "data of event %d", i)
			assert.True(f, bytes.Equal(e.Metadata, r.Metadata), "metadata of event %d", i)
		}
	}
}

func keepsLargeEvent(f *fixture) {
	eventType := f.name("large")
	e := eventstore.Event{ID: uuid.New(), Type: eventType, Data: Bytes(1, eventstore.MaxAppendSize-2*len(eventType))}
	require.Equal(f, eventstore.MaxAppendSize, e.Size())
	f.append("s", eventstore.NoStream, e)
	got := f.read("s", 0, eventstore.Forwards)
	require.Len(f, got, 1)
	assert.True(f, bytes.Equal(e.Data, got[0].Data))
	assert.Empty(f, got[0].Metadata)
}

func appendsThousands(f *fixture) {
	events := Events(5000, 50, f.name("happened"))
	f.append("s", eventstore.NoStream, events...)
	got := f.read("s", 0, eventstore.Forwards)
	require.Equal(f, ids(events), recordedIDs(got))
	assert.Equal(f, eventstore.Revision(4999), got[4999].Revision)
	require.Equal(f, ids(events), recordedIDs(f.all(f.origin)))
}

func mixesTypes(f *fixture) {
	var events []eventstore.Event
	for _, eventType := range []string{"a", "b", "b", "a", "c", "a", "a"} {
		events = append(events, f.events(1, eventType)...)
	}
	f.append("s", eventstore.NoStream, events...)
	f.append("s", 6, f.events(1, "b")...)
	for _, got := range [][]eventstore.Recorded{f.read("s", 0, eventstore.Forwards), f.all(f.origin)} {
		require.Len(f, got, 8)
		for i, e := range events {
			assert.Equal(f, e, got[i].Event)
			assert.Equal(f, eventstore.Revision(i), got[i].Revision)
		}
	}
}

func separatesStreams(f *fixture) {
	names := []string{"a", "A", "a ", "a-", "ä", "a'b", `a"b`, "a%", "a_", "a/b", strings.Repeat("x", 255-len(f.prefix))}
	for i, name := range names {
		f.append(name, eventstore.NoStream, f.events(i+1, "happened")...)
	}
	for i, name := range names {
		assert.Len(f, f.read(name, 0, eventstore.Forwards), i+1, "stream %q", name)
	}
}

func copiesEvents(f *fixture) {
	e := f.events(1, "happened")[0]
	want := bytes.Clone(e.Data)
	f.append("s", eventstore.NoStream, e)
	clear(e.Data)
	assert.Equal(f, want, f.read("s", 0, eventstore.Forwards)[0].Data)
	assert.Equal(f, want, f.all(f.origin)[0].Data)
}

func stampsTime(f *fixture) {
	f.one("s", eventstore.NoStream)
	f.one("s", 0)
	got := f.all(f.origin)
	require.Len(f, got, 2)
	for i, e := range f.read("s", 0, eventstore.Forwards) {
		assert.Equal(f, got[i].Time, e.Time, "both ways of reading say the same")
		assert.Equal(f, time.UTC, e.Time.Location())
		assert.Zero(f, e.Time.Nanosecond()%1_000_000, "in milliseconds")
		assert.WithinDuration(f, time.Now(), e.Time, 24*time.Hour)
	}
}
