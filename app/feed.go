package app

import (
	"context"

	"golang.org/x/sys/unix"

	"fleetbeat/api"
	"fleetbeat/queries"
)

// startFeed reads the feed of changes, once for all who follow it.
func (a *App) startFeed(context.Context) error {
	if !a.options.Roles.Has(RoleAPI) {
		return nil
	}
	files := openFiles()
	room := feedRoom(files)
	if room < api.MaxReaders {
		a.log.Warn("the limit of open files leaves room for fewer readers of the feed of changes than usual",
			"readers", room, "usual", api.MaxReaders, "openFiles", files)
	}
	a.feed = api.NewFeed(a.views.follow(), api.FeedOptions{LogID: a.logID, Log: a.log, MaxReaders: room})
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

// openFiles returns how many files this process may have open, connections included: the hard limit, to which Go raises
// the soft one at the start. Zero where that cannot be found out.
func openFiles() uint64 {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	return limit.Cur
}

// feedRoom returns how many readers may follow the feed of changes: no more than half of the open files, or vehicles would
// find no connection left, and neither would the log its files.
func feedRoom(files uint64) int {
	if files == 0 || files/2 > api.MaxReaders {
		return api.MaxReaders
	}
	return max(1, int(files/2))
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
