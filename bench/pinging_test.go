package bench

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// roll remembers who pinged.
type roll struct {
	mu     sync.Mutex
	pings  []string
	behind int    // questions that it does not know the answer of yet
	status string // that a vehicle is said to have
	enough int    // pings after which done is closed
	done   chan struct{}
}

func (r *roll) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if vin, found := strings.CutPrefix(q.URL.Path, "/heartbeat/"); found {
		r.pings = append(r.pings, vin)
		if len(r.pings) == r.enough {
			close(r.done)
		}
		w.WriteHeader(http.StatusAccepted)
		_, _ = w.Write([]byte(`{"position":"log.7"}`))
		return
	}
	if r.behind > 0 {
		r.behind--
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte(`{"status":"` + r.status + `"}`))
}

func (r *roll) start(t *testing.T) *target {
	t.Helper()
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	return &target{Server: &fakeServer{Server: server, of: newFake(t)}, client: server.Client()}
}

func TestPingingFleet(t *testing.T) {
	t.Parallel()
	t.Run("pings in turn, each vehicle at its own time, and leaves the last tenth to probes", func(t *testing.T) {
		t.Parallel()
		r := &roll{status: "connected", enough: 300, done: make(chan struct{})}
		const vehicles = 60_000 // a thousand a second
		p, err := startPinging(t.Context(), r.start(t), vehicles, 4, time.Second)
		require.NoError(t, err)
		<-r.done
		require.NoError(t, p.stop())
		assert.Positive(t, p.rate())
		r.mu.Lock()
		defer r.mu.Unlock()
		seen := map[string]int{}
		for _, vin := range r.pings {
			seen[vin]++
		}
		for _, times := range seen {
			assert.Equal(t, 1, times, "nobody's turn comes twice in a minute")
		}
		assert.Contains(t, seen, string(vinOf(0)))
		assert.Contains(t, seen, string(vinOf(200)))
		assert.NotContains(t, seen, string(vinOf(vehicles-vehicles/briefEvery-1)), "whose turn is at the end of the minute")
	})
	t.Run("probes ask for what they pinged, and take as long as that takes", func(t *testing.T) {
		t.Parallel()
		r := &roll{status: "connected"}
		took, err := probeOnce(t.Context(), r.start(t), 40, time.Hour)
		require.NoError(t, err)
		assert.Positive(t, took)
		assert.Equal(t, []string{string(vinOf(40))}, r.pings)
	})
	t.Run("a vehicle that is not connected after its ping ends it with an error", func(t *testing.T) {
		t.Parallel()
		_, err := probeOnce(t.Context(), (&roll{status: "disconnected"}).start(t), 40, time.Hour)
		require.ErrorContains(t, err, `after its ping vehicle "YS2R4X00000000040" is "disconnected"`)
	})
	t.Run("one that is disconnected again when its time is over is as it should be", func(t *testing.T) {
		t.Parallel()
		took, err := probeOnce(t.Context(), (&roll{status: "disconnected"}).start(t), 40, 0)
		require.NoError(t, err)
		assert.Positive(t, took)
	})
	t.Run("a server that is behind is asked again, and that counts as time", func(t *testing.T) {
		t.Parallel()
		r := &roll{status: "connected", behind: 2}
		took, err := probeOnce(t.Context(), r.start(t), 40, time.Hour)
		require.NoError(t, err)
		assert.Zero(t, r.behind)
		assert.Greater(t, took, 30*time.Millisecond)
	})
	t.Run("nobody to ping is an error at once", func(t *testing.T) {
		t.Parallel()
		server := (&roll{}).start(t)
		require.NoError(t, server.Stop())
		_, err := startPinging(t.Context(), server, 100, 2, time.Second)
		require.ErrorContains(t, err, "connect to the server")
	})
	t.Run("ends with its context, which is no error of the fleet", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		r := &roll{status: "connected", enough: 3, done: make(chan struct{})}
		p, err := startPinging(ctx, r.start(t), 60_000, 4, time.Second)
		require.NoError(t, err)
		<-r.done
		cancel()
		require.NoError(t, p.stop())
	})
}

func TestUploadingFleet(t *testing.T) {
	t.Parallel()
	t.Run("uploads a sixtieth at once, and again each second", func(t *testing.T) {
		t.Parallel()
		f := newFake(t)
		uploaded := make(chan struct{}, 10)
		f.onAsked = func(string) { uploaded <- struct{}{} }
		server, err := f.start(http.HandlerFunc(f.answer))
		require.NoError(t, err)
		defer func() { _ = server.Stop() }()
		u := startUploads(t.Context(), &target{Server: server, client: http.DefaultClient}, 600)
		<-uploaded
		<-uploaded
		require.NoError(t, u.stop())
		assert.GreaterOrEqual(t, time.Since(u.began), 900*time.Millisecond)
		assert.GreaterOrEqual(t, u.sent, 10)
		assert.Positive(t, u.rate())
	})
	t.Run("says what went wrong when it is stopped", func(t *testing.T) {
		t.Parallel()
		f := newFake(t)
		f.broken = "/heartbeats"
		server, err := f.start(http.HandlerFunc(f.answer))
		require.NoError(t, err)
		defer func() { _ = server.Stop() }()
		u := startUploads(t.Context(), &target{Server: server, client: http.DefaultClient}, 600)
		<-u.ended
		require.ErrorIs(t, u.stop(), errAnswer)
	})
}
