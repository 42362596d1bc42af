package e2e

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore/eventstoredb/esdbtest"
	"fleetbeat/eventstore/sqlite"
	"fleetbeat/internal/testengines"
)

// clustered reports whether the journeys' servers are to run on engines by URL. Without it they run on SQLite, in one folder.
func clustered() bool { return os.Getenv("FLEETBEAT_E2E_SHAPE") == "clustered" }

// embeddedOnly skips a journey that has no meaning on engines by URL.
func embeddedOnly(t *testing.T, why string) {
	t.Helper()
	if clustered() {
		t.Skip("SKIPPED on the clustered shape: " + why)
	}
}

// sites are what belongs to the data folders of the journeys on engines by URL, by folder. Each journey has folders of its own.
var sites sync.Map

// site is a share of the engines.
type site struct {
	*testengines.Share
	ahead atomic.Int64 // how far the clock of the log is ahead
}

// siteOf returns what belongs to a data folder. It is made for the folder's first server and removed with the test; on SQLite it
// is nil.
func siteOf(t *testing.T, data string) *site {
	t.Helper()
	if !clustered() {
		return nil
	}
	if made, ok := sites.Load(data); ok {
		return made.(*site)
	}
	p := &site{}
	now := func() time.Time { return time.Now().Add(time.Duration(p.ahead.Load())) }
	var err error
	p.Share, err = testengines.NewShare(t.Context(), testengines.Postgres(t), testengines.Elasticsearch(t), esdbtest.Options{Now: now})
	require.NoError(t, err)
	sites.Store(data, p)
	t.Cleanup(func() {
		sites.Delete(data)
		require.NoError(t, p.Close(context.Background())) // the test's own has ended
	})
	return p
}

// engineFlags are the flags with which a server of a data folder finds its engines.
func engineFlags(t *testing.T, data string) []string {
	t.Helper()
	if p := siteOf(t, data); p != nil {
		return p.Flags()
	}
	return nil
}

// logFlags are the flags with which a subcommand finds the log of a data folder.
func logFlags(t *testing.T, data string) []string {
	t.Helper()
	if p := siteOf(t, data); p != nil {
		return []string{"--events", p.Log().URL()}
	}
	return []string{"--data", data}
}

// The names of what is folded from the log and may be lost.
const (
	viewsFile    = "views.db"
	snapshotFile = "liveness.snapshot"
)

// forget removes what is folded from a log that nobody serves: one of the two files, or all that the engines have of it.
func forget(t *testing.T, data, name string) {
	t.Helper()
	if p := siteOf(t, data); p != nil {
		require.NoError(t, p.Forget(t.Context()))
		return
	}
	removeFile(t, data, name)
}

// sweep deletes from a log that nobody serves what its engine would delete at a moment.
func sweep(t *testing.T, data string, at time.Time) {
	t.Helper()
	if p := siteOf(t, data); p != nil {
		p.ahead.Store(int64(time.Until(at)))
		require.NoError(t, p.Log().Scavenge())
		p.ahead.Store(0)
		return
	}
	log, err := sqlite.Open(filepath.Join(data, "events.db"), sqlite.Options{Sweep: -1, Now: func() time.Time { return at }})
	require.NoError(t, err)
	require.NoError(t, log.Sweep(t.Context()))
	require.NoError(t, log.Close())
}
