package app

import (
	"context"

	"fleetbeat/api"
	"fleetbeat/queries"
)

// startFeed reads the feed of changes, once for all who follow it.
func (a *App) startFeed(context.Context) error {
	a.feed = api.NewFeed(a.views.follow(), api.FeedOptions{LogID: a.logID, Log: a.log})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		a.feed.Run()
	}()
	a.running.push("feed of changes", func(context.Context) error {
		a.feed.Close()
		<-ended
		return nil
	})
	return nil
}

// follow is how the feed of changes is read.
func (v *views) follow() queries.FollowChanges {
	return queries.FollowChanges{Feed: v.reading.changes, Relations: v.reading.relations}
}

// feedStats are zeros before there is a feed.
func (a *App) feedStats() api.FeedStats {
	if a.feed == nil {
		return api.FeedStats{}
	}
	return a.feed.Stats()
}
