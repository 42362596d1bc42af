package storetest

import (
	"bytes"
	"context"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
)

func subscribing() []promise {
	return []promise{
		{name: "on an empty log it is live at once, and says so once", needs: ownLog, test: liveOnEmpty},
		{name: "catches up, says that it is live, then delivers what comes", test: catchesUp},
		{name: "a page that reaches the end says that it is live", test: liveWithPages},
		{name: "delivers the types asked for and no others", test: filtersTypes},
		{name: "a type that no event has yet is delivered when one comes", test: filtersFutureType},
		{name: "resumed after any position delivers every later event once", test: resumesAnywhere},
		{name: "resumed after each page, in a log of many pages, delivers every event once", test: resumesBetweenPages},
		{name: "several subscriptions go at their own pace", test: ownPace},
		{name: "a position beyond the end is no error and waits", test: beyondEnd},
		{name: "the context of Subscribe is for subscribing only", test: subscribeContext},
		{name: "a page is the caller's to keep", test: keepsPages},
	}
}

func liveOnEmpty(f *fixture) {
	sub, filtered := f.subscribe(eventstore.Position{}), f.subscribe(eventstore.Position{}, "happened")
	for _, s := range []eventstore.Subscription{sub, filtered} {
		d, err := s.Next(f.ctx)
		require.NoError(f, err)
		assert.True(f, d.Live)
		assert.Zero(f, d.Page.Len())
	}
	e, _ := f.one("s", eventstore.NoStream)
	for _, s := range []eventstore.Subscription{sub, filtered} {
		d, err := s.Next(f.ctx)
		require.NoError(f, err)
		got := f.own(d.Page)
		require.Len(f, got, 1, "the news is told once")
		assert.Equal(f, e, got[0].Event)
	}
}

func catchesUp(f *fixture) {
	all := f.mixed()
	sub := f.subscribe(f.origin)
	f.requireSame(all, f.untilLive(sub))
	for i := range 20 {
		e, got := f.one("live", eventstore.Revision(i-1))
		delivered := f.take(sub, 1)
		require.Equal(f, e, delivered[0].Event)
		require.Equal(f, got.Position, delivered[0].Position)
		require.Equal(f, got.Revision, delivered[0].Revision)
	}
}

func liveWithPages(f *fixture) {
	sub := f.subscribe(f.origin, "happened")
	f.untilLive(sub)
	for i := range 5 {
		_, want := f.one("s", eventstore.Revision(i-1))
		d, err := sub.Next(f.ctx)
		require.NoError(f, err)
		require.Equal(f, want.Position, d.Page.Last())
		require.True(f, d.Live)
	}
}

func filtersTypes(f *fixture) {
	all := f.mixed()
	for _, types := range filters() {
		sub := f.subscribe(f.origin, types...)
		f.requireSame(f.ofTypes(all, types...), f.untilLive(sub))
	}
	sub := f.subscribe(f.origin, "c")
	f.untilLive(sub)
	f.append("more", eventstore.NoStream, f.events(100, "a")...)
	f.append("more", 99, append(f.events(2, "b"), f.events(1, "c")...)...)
	got := f.take(sub, 1)
	assert.Equal(f, f.name("c"), got[0].Type)
	assert.Equal(f, eventstore.Revision(102), got[0].Revision)
}

func filtersFutureType(f *fixture) {
	f.mixed()
	sub := f.subscribe(f.origin, "future")
	assert.Empty(f, f.untilLive(sub))
	f.append("s", eventstore.NoStream, f.events(2, "a")...)
	events := f.events(3, "future")
	f.append("s", 1, events...)
	assert.Equal(f, ids(events), recordedIDs(f.take(sub, 3)))
}

func resumesAnywhere(f *fixture) {
	all := f.mixed()
	for _, types := range filters() {
		for i, e := range all {
			sub := f.subscribe(e.Position, types...)
			f.requireSame(f.ofTypes(all[i+1:], types...), f.untilLive(sub))
			require.NoError(f, sub.Close())
		}
	}
}

func resumesBetweenPages(f *fixture) {
	for i := range 3 {
		f.append("s", eventstore.Revision(7000*i-1), Events(7000, 1, f.name("happened"))...)
	}
	all := f.all(f.origin)
	require.Len(f, all, 21_000)
	f.requireSame(all, f.untilLive(f.subscribe(f.origin)))
	var got []eventstore.Recorded
	after := f.origin
	for len(got) < len(all) {
		sub := f.subscribe(after, "happened")
		d, err := sub.Next(f.ctx)
		require.NoError(f, err)
		require.NoError(f, sub.Close())
		if d.Page.Len() > 0 {
			got = append(got, f.own(d.Page)...)
			after = d.Page.Last()
		}
	}
	f.requireSame(all, got)
}

func ownPace(f *fixture) {
	idle, early := f.subscribe(f.origin), f.subscribe(f.origin)
	all := f.mixed()
	f.requireSame(all, f.take(early, len(all)))
	late := f.subscribe(f.origin)
	f.one("s", eventstore.NoStream)
	all = f.all(f.origin)
	f.requireSame(all[len(all)-1:], f.take(early, 1))
	f.requireSame(all, f.take(idle, len(all)))
	f.requireSame(all, f.take(late, len(all)))
}

func beyondEnd(f *fixture) {
	_, last := f.one("s", eventstore.NoStream)
	beyond := eventstore.Position{Commit: last.Position.Commit + 1<<40, Prepare: last.Position.Prepare + 1<<40}
	far, near := f.subscribe(beyond), f.subscribe(last.Position)
	f.append("s", 0, f.events(3, "happened")...)
	require.Len(f, f.take(near, 3), 3)
	// What was delivered to the one was there to be delivered to the other, which must not have it.
	ctx, cancel := context.WithCancel(f.ctx)
	waiting := make(chan error, 1)
	go func() {
		for {
			d, err := far.Next(ctx)
			if err != nil {
				waiting <- err
				return
			}
			assert.Zero(f, d.Page.Len(), "an event before the position asked for")
		}
	}()
	f.append("s", 3, f.events(3, "happened")...)
	require.Len(f, f.take(near, 3), 3)
	cancel()
	require.ErrorIs(f, f.ends(waiting), context.Canceled)
}

func subscribeContext(f *fixture) {
	ctx, cancel := context.WithCancel(f.ctx)
	sub, err := f.store.Subscribe(ctx, f.origin)
	require.NoError(f, err)
	f.Cleanup(func() { assert.NoError(f, sub.Close()) })
	cancel()
	e, _ := f.one("s", eventstore.NoStream)
	assert.Equal(f, e, f.take(sub, 1)[0].Event)
	_, err = f.store.Subscribe(ctx, f.origin)
	assert.ErrorIs(f, err, context.Canceled)
}

func keepsPages(f *fixture) {
	sub := f.subscribe(f.origin, "happened")
	f.untilLive(sub)
	var pages []eventstore.Page
	var copies [][]byte
	for i := range 5 {
		f.one("s", eventstore.Revision(i-1))
		d, err := sub.Next(f.ctx)
		require.NoError(f, err)
		pages = append(pages, d.Page)
		copies = append(copies, bytes.Clone(d.Page.Bytes()))
	}
	for i, page := range pages {
		assert.Equal(f, copies[i], page.Bytes())
	}
}
