package storetest

import (
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
)

func aging() []promise {
	return []promise{
		{name: "may be set before the first event, which still expects NoStream", test: ageFirst},
		{name: "of what expired the newest part may be left, without a gap", test: leavesSuffix},
		{name: "revisions and positions go on after everything expired", test: goesOnAfterExpiry},
		{name: "streams without it, or with 0 again, keep everything", test: keepsOthers},
		{name: "readers of the log pass over what expired", test: readersPass},
		{name: "positions are not used again after expiry and reopening", needs: reopens, test: expiryAndReopen},
	}
}

// age sets the maximum age of a stream of the test's own.
func (f *fixture) age(stream string, age time.Duration) {
	f.Helper()
	require.NoError(f, f.store.SetMaxAge(f.ctx, f.name(stream), age))
}

// expire lets a stream's events expire, where the test can.
func (f *fixture) expire(stream string) {
	f.Helper()
	if f.can.Expire != nil {
		f.can.Expire(f.T, f.store, f.name(stream))
	}
}

func ageFirst(f *fixture) {
	f.age("s", Age)
	assert.Empty(f, f.read("s", 0, eventstore.Forwards))
	f.conflict("s", 0, eventstore.NoStream, f.events(1, "happened")...)
	e, got := f.one("s", eventstore.NoStream)
	assert.Equal(f, eventstore.Revision(0), got.Revision)
	assert.Equal(f, e, f.read("s", 0, eventstore.Forwards)[0].Event)
	f.age("s", 2*Age)
	f.age("s", 0)
	f.one("s", 0)
}

// fill appends n times some events to a stream and returns all of it.
func (f *fixture) fill(stream string, n int) []eventstore.Recorded {
	f.Helper()
	last := eventstore.NoStream
	for i := range n {
		last = f.append(stream, last, append(f.events(1+i%4, "a"), f.events(1, "b")...)...).Revision
	}
	return f.read(stream, 0, eventstore.Forwards)
}

func leavesSuffix(f *fixture) {
	all := f.fill("s", 40)
	f.age("s", Age)
	f.expire("s")
	left := f.read("s", 0, eventstore.Forwards)
	f.requireSame(all[len(all)-len(left):], left)
	logged := f.all(f.origin) // what one way of reading still shows the other may not
	f.requireSame(all[len(all)-len(logged):], logged)
	f.Logf("%d of %d events are left", len(left), len(all))
	for from := range eventstore.Revision(len(all)) { // revisions that are gone are no error
		got := f.read("s", from, eventstore.Forwards)
		require.LessOrEqual(f, len(got), len(all)-int(from))
		f.read("s", from, eventstore.Backwards)
	}
}

func goesOnAfterExpiry(f *fixture) {
	f.age("s", Age)
	all := f.fill("s", 10)
	last := all[len(all)-1]
	f.expire("s")
	f.conflict("s", eventstore.NoStream, last.Revision, f.events(1, "a")...)
	f.conflict("s", last.Revision+1, last.Revision, f.events(1, "a")...)
	events := f.events(2, "a")
	got := f.append("s", last.Revision, events...)
	assert.True(f, last.Position.Before(got.Position))
	f.again("s", last.Revision, got, events)
	read := f.read("s", last.Revision+1, eventstore.Forwards)
	require.Equal(f, ids(events), recordedIDs(read))
	f.expire("s")
	f.one("s", got.Revision)
}

func keepsOthers(f *fixture) {
	aged, kept, again := f.fill("aged", 3), f.fill("kept", 3), f.fill("again", 3)
	f.age("aged", Age)
	f.age("again", Age)
	f.age("again", 0)
	f.expire("aged")
	f.requireSame(kept, f.read("kept", 0, eventstore.Forwards))
	f.requireSame(again, f.read("again", 0, eventstore.Forwards))
	f.one("aged", aged[len(aged)-1].Revision)
}

func readersPass(f *fixture) {
	first, _ := f.one("kept", eventstore.NoStream)
	all := f.fill("s", 10)
	last, _ := f.one("kept", 0)
	f.age("s", Age)
	f.expire("s")
	for _, after := range []eventstore.Position{f.origin, all[0].Position, all[7].Position} {
		sub := f.subscribe(after)
		got := recordedIDs(f.untilLive(sub))
		require.Equal(f, last.ID.String(), got[len(got)-1])
		assert.Equal(f, got, recordedIDs(f.all(after)))
		next, _ := f.one("next", eventstore.Revision(len(f.read("next", 0, eventstore.Forwards))-1))
		assert.Equal(f, next.ID, f.take(sub, 1)[0].ID)
		last = next
	}
	assert.Equal(f, first.ID, f.all(f.origin)[0].ID)
}

func expiryAndReopen(f *fixture) {
	f.age("s", Age)
	all := f.fill("s", 10)
	last := all[len(all)-1]
	f.expire("s")
	f.store = f.can.Reopen(f.T, f.store)
	head, err := f.store.Head(f.ctx)
	require.NoError(f, err)
	assert.False(f, head.Before(last.Position))
	f.conflict("s", eventstore.NoStream, last.Revision, f.events(1, "a")...)
	_, got := f.one("s", last.Revision)
	assert.True(f, last.Position.Before(got.Position))
	_, other := f.one("other", eventstore.NoStream)
	assert.True(f, got.Position.Before(other.Position))
}
