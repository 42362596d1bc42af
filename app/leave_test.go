package app

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnAppThatIsAboutToStopSaysSoAndGoesOnAnswering(t *testing.T) {
	t.Parallel()
	a, err := New(t.Context(), Options{
		Listen: "127.0.0.1:0", Data: t.TempDir(), Interval: time.Minute, HeartbeatsMaxAge: time.Hour, Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, a.Stop(context.WithoutCancel(t.Context()))) })
	a.Start()
	require.NoError(t, a.AwaitReady(t.Context()))
	status := func(path string) int {
		answer, err := http.Get("http://" + a.Addr() + path)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		return answer.StatusCode
	}
	require.Equal(t, http.StatusOK, status("/readyz"))
	a.Leave()
	assert.Equal(t, http.StatusServiceUnavailable, status("/readyz"))
	assert.Equal(t, http.StatusOK, status("/api/v1/vehicles"))
}
