package simulate

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheClassicFleet(t *testing.T) {
	t.Parallel()
	t.Run("registers where it is not known, and pings until it is told to stop", func(t *testing.T) {
		t.Parallel()
		var mu sync.Mutex
		asked := map[string]int{}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			if asked[r.URL.Path]++; strings.HasPrefix(r.URL.Path, "/api") {
				w.WriteHeader(http.StatusConflict) // it is known
				return
			}
			if len(asked) == 2+7 {
				cancel()
			}
			w.WriteHeader(http.StatusAccepted)
		}))
		t.Cleanup(server.Close)
		require.NoError(t, Classic(ctx, server.URL, "", time.Second, slog.New(slog.DiscardHandler)))
		assert.Equal(t, 3, asked["/api/v1/customers"])
		assert.Equal(t, 7, asked["/api/v1/vehicles"])
	})
	t.Run("says why it cannot be registered", func(t *testing.T) {
		t.Parallel()
		server := httptest.NewServer(http.NotFoundHandler())
		t.Cleanup(server.Close)
		err := Classic(t.Context(), server.URL, "", time.Second, slog.New(slog.DiscardHandler))
		require.ErrorContains(t, err, "register the classic fleet: /api/v1/customers answered 404")
		require.Error(t, Classic(t.Context(), "nowhere", "", time.Second, slog.New(slog.DiscardHandler)))
	})
}
