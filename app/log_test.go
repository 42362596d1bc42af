package app

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/api"
	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/eventstore/eventstoredb/esdbtest"
)

// elsewhere starts an app whose log is in the server, with the views in a folder.
func elsewhere(t *testing.T, url string) *App {
	t.Helper()
	a, err := New(t.Context(), Options{
		Listen: "127.0.0.1:0", Data: t.TempDir(), Interval: time.Minute, HeartbeatsMaxAge: time.Hour, Logger: slog.New(slog.DiscardHandler),
		Engines: Engines{Events: EventsEngine{URL: url}},
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), StopTimeout)
		defer cancel()
		assert.NoError(t, a.Stop(ctx))
	})
	a.Start()
	return a
}

func TestAStartWaitsForALogThatIsElsewhere(t *testing.T) {
	t.Parallel()
	server := esdbtest.Start(t)
	url := server.URL()
	server.Stop()
	began := make(chan *App, 1)
	go func() { began <- elsewhere(t, url) }()
	select {
	case <-began:
		require.Fail(t, "it must not start without its log")
	case <-time.After(100 * time.Millisecond):
	}
	require.NoError(t, server.Resume())
	a := <-began
	require.NotNil(t, a)
	require.NoError(t, a.AwaitReady(t.Context()))
}

func TestANodeCutOffFromItsLogIsUnreadyWithinTwoSeconds(t *testing.T) {
	t.Parallel()
	server := esdbtest.Start(t)
	a := elsewhere(t, server.URL())
	require.NoError(t, a.AwaitReady(t.Context()))
	server.Stop()
	cut := time.Now()
	says := func() bool {
		return slices.Contains(a.unready(t.Context()), api.Unready{Part: "event log", Why: "does not answer; this ends by itself when it does"})
	}
	require.Eventually(t, says, 10*time.Second, 10*time.Millisecond)
	t.Logf("unready %v after the log was gone, promised are 2 s", time.Since(cut).Round(time.Millisecond))

	answer, err := http.Get("http://" + a.Addr() + "/readyz")
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	assert.Equal(t, http.StatusServiceUnavailable, answer.StatusCode)

	require.NoError(t, server.Resume())
	require.NoError(t, a.AwaitReady(t.Context()), "it comes back by itself")
}

// slowLog is a log that does not answer in time.
type slowLog struct{ eventstore.Store }

func (slowLog) Head(ctx context.Context) (domain.Position, error) {
	<-ctx.Done()
	return domain.Position{}, ctx.Err()
}

func TestALogThatStoresIsThereThoughAQuestionWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &logWatch{store: slowLog{}}
		silent := func() (is bool) {
			w.unready(func(string, string) { is = true })
			return is
		}
		w.look(t.Context())
		assert.True(t, silent())
		asked := make(chan struct{})
		go func() { w.look(t.Context()); close(asked) }()
		<-time.After(logAtMost / 2)
		w.noteStored()
		<-asked
		assert.False(t, silent(), "it stored something while the question waited")
		w.look(t.Context())
		assert.True(t, silent(), "and then nothing more")
	})
}
