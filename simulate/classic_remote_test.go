package simulate

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheClassicFleetAtATargetThatStarts(t *testing.T) {
	t.Parallel()
	quiet := slog.New(slog.DiscardHandler)

	t.Run("waits until it is ready, takes its timeout, and pings", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var tries atomic.Int32
		var keyless atomic.Bool
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer fb_x" {
				keyless.Store(true)
			}
			switch {
			case r.URL.Path == "/readyz" && tries.Add(1) == 1:
				w.WriteHeader(http.StatusServiceUnavailable)
			case r.URL.Path == "/readyz" && tries.Load() == 2:
			case r.URL.Path == "/api/v1/settings":
				_, _ = io.WriteString(w, `{"intervalSeconds":10,"graceSeconds":5}`)
			case strings.HasPrefix(r.URL.Path, "/heartbeat/"):
				cancel()
			}
		}))
		t.Cleanup(server.Close)
		var said bytes.Buffer
		require.NoError(t, ClassicAt(ctx, server.URL, "fb_x", slog.New(slog.NewTextHandler(&said, nil))))
		assert.EqualValues(t, 2, tries.Load())
		assert.False(t, keyless.Load())
		assert.Equal(t, 1, strings.Count(said.String(), "waits until its target is ready"))
	})

	t.Run("does not wait for what waiting does not help", func(t *testing.T) {
		t.Parallel()
		server := httptest.NewServer(http.NotFoundHandler())
		t.Cleanup(server.Close)
		require.ErrorContains(t, ClassicAt(t.Context(), server.URL, "", quiet), "ask whether it is ready: /readyz answered 404")
		require.ErrorContains(t, ClassicAt(t.Context(), "nowhere", "", quiet), "is not a URL")
	})

	t.Run("says that its key is none", func(t *testing.T) {
		t.Parallel()
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/readyz" {
				w.WriteHeader(http.StatusUnauthorized)
			}
		}))
		t.Cleanup(server.Close)
		require.ErrorContains(t, ClassicAt(t.Context(), server.URL, "", quiet), "ask for the timeout: /api/v1/settings answered 401")
	})

	t.Run("stops waiting when it is told to", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
			cancel()
		}))
		t.Cleanup(server.Close)
		require.ErrorIs(t, ClassicAt(ctx, server.URL, "", quiet), context.Canceled)
	})
}
