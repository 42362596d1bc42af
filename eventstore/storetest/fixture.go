package storetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
)

// fixture is one fresh store and the ways in which the tests look at it.
type fixture struct {
	*testing.T

	store  eventstore.Store
	can    Abilities
	ctx    context.Context
	prefix string              // of every stream and type of this test: others may write to the same log
	origin eventstore.Position // where the log ended before the test
}

func newFixture(t *testing.T, open Open, can Abilities) *fixture {
	t.Helper()
	if can.Patience <= 0 {
		can.Patience = time.Minute
	}
	ctx, cancel := context.WithTimeout(t.Context(), can.Patience)
	t.Cleanup(cancel)
	f := &fixture{T: t, store: open(t), can: can, ctx: ctx, prefix: "test-" + uuid.NewString()[:8] + "-"}
	t.Cleanup(func() { assert.NoError(t, f.store.Close()) })
	if can.Shared {
		var err error
		f.origin, err = f.store.Head(ctx)
		require.NoError(t, err)
	}
	return f
}

// name returns the test's own stream or type of a name.
func (f *fixture) name(name string) string { return f.prefix + name }

// events returns n events of the test's own type of a name.
func (f *fixture) events(n int, eventType string) []eventstore.Event {
	return Events(n, 20, f.name(eventType))
}

// append appends to the test's own stream of a name and requires success.
func (f *fixture) append(stream string, expected eventstore.Revision, events ...eventstore.Event) eventstore.Appended {
	f.Helper()
	got, err := f.store.Append(f.ctx, f.name(stream), expected, events...)
	require.NoError(f, err)
	require.Equal(f, expected+eventstore.Revision(len(events)), got.Revision)
	return got
}

// one appends one event to a stream and returns it with what was answered.
func (f *fixture) one(stream string, expected eventstore.Revision) (eventstore.Event, eventstore.Appended) {
	f.Helper()
	e := f.events(1, "happened")[0]
	return e, f.append(stream, expected, e)
}

// conflict appends and requires a conflict with a certain actual revision.
func (f *fixture) conflict(stream string, expected, actual eventstore.Revision, events ...eventstore.Event) {
	f.Helper()
	_, err := f.store.Append(f.ctx, f.name(stream), expected, events...)
	var conflict *eventstore.ConflictError
	require.ErrorAs(f, err, &conflict)
	require.Equal(f, eventstore.ConflictError{Stream: f.name(stream), Expected: expected, Actual: actual}, *conflict)
}

// read returns the events of the test's own stream of a name.
func (f *fixture) read(stream string, from eventstore.Revision, d eventstore.Direction) (got []eventstore.Recorded) {
	f.Helper()
	for e, err := range f.store.ReadStream(f.ctx, f.name(stream), from, d) {
		require.NoError(f, err)
		require.Equal(f, f.name(stream), e.Stream)
		got = append(got, e)
	}
	return got
}

// all returns the test's own events in the log after a position.
func (f *fixture) all(after eventstore.Position, types ...string) (got []eventstore.Recorded) {
	f.Helper()
	for page, err := range f.store.ReadAll(f.ctx, after, f.names(types)...) {
		require.NoError(f, err)
		require.Positive(f, page.Len(), "an empty page")
		got = append(got, f.own(page)...)
	}
	return got
}

func (f *fixture) names(types []string) (own []string) {
	for _, name := range types {
		own = append(own, f.name(name))
	}
	return own
}

// own returns the events of a page that are the test's, having checked that the page is sound.
func (f *fixture) own(page eventstore.Page) (own []eventstore.Recorded) {
	f.Helper()
	require.LessOrEqual(f, page.Len(), eventstore.MaxPageEvents)
	if page.Len() > 1 {
		require.LessOrEqual(f, len(page.Bytes()), eventstore.MaxPageBytes+1024, "a header may come on top, not an event")
	}
	n := 0
	var last eventstore.Position
	for e, err := range page.Events() {
		require.NoError(f, err)
		require.True(f, last.Before(e.Position), "positions rise")
		if n++; n == 1 {
			require.Equal(f, page.First(), e.Position)
		}
		last = e.Position
		if strings.HasPrefix(e.Stream, f.prefix) {
			own = append(own, e)
		}
	}
	require.Equal(f, page.Len(), n)
	require.Equal(f, page.Last(), last)
	return own
}

// subscribe follows the log and closes the subscription at the end of the test.
func (f *fixture) subscribe(after eventstore.Position, types ...string) eventstore.Subscription {
	f.Helper()
	sub, err := f.store.Subscribe(f.ctx, after, f.names(types)...)
	require.NoError(f, err)
	f.Cleanup(func() { assert.NoError(f, sub.Close()) })
	return sub
}

// untilLive returns the test's events that a subscription delivers up to the news of being live.
func (f *fixture) untilLive(sub eventstore.Subscription) (got []eventstore.Recorded) {
	f.Helper()
	for {
		d, err := sub.Next(f.ctx)
		require.NoError(f, err)
		require.True(f, d.Page.Len() > 0 || d.Live, "neither events nor news")
		got = append(got, f.own(d.Page)...)
		if d.Live {
			return got
		}
	}
}

// take returns the next n of the test's events that a subscription delivers, and no more.
func (f *fixture) take(sub eventstore.Subscription, n int) (got []eventstore.Recorded) {
	f.Helper()
	for len(got) < n {
		d, err := sub.Next(f.ctx)
		require.NoError(f, err)
		require.True(f, d.Page.Len() > 0 || d.Live, "neither events nor news")
		got = append(got, f.own(d.Page)...)
	}
	require.Len(f, got, n)
	return got
}

// ends waits for the error of something that is to end, nil included.
func (f *fixture) ends(ended <-chan error) error {
	f.Helper()
	select {
	case err := <-ended:
		return err
	case <-f.ctx.Done():
		require.FailNow(f, "it does not end")
		return nil
	}
}

// ids returns the ids of events as text, which a failed comparison shows well.
func ids(events []eventstore.Event) (ids []string) {
	for _, e := range events {
		ids = append(ids, e.ID.String())
	}
	return ids
}

// recordedIDs returns the ids of recorded events as text.
func recordedIDs(events []eventstore.Recorded) (ids []string) {
	for _, e := range events {
		ids = append(ids, e.ID.String())
	}
	return ids
}

// requireSame requires that two readings saw the same events at the same places.
func (f *fixture) requireSame(want, got []eventstore.Recorded) {
	f.Helper()
	require.Len(f, got, len(want))
	for i := range want {
		require.Equal(f, want[i].Position, got[i].Position, "event %d", i)
		require.Equal(f, want[i].ID, got[i].ID, "event %d", i)
	}
}
