package api_test

import (
	"bytes"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"fleetbeat/api"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// serve runs the server on a port of its own and returns its address.
func serve(t *testing.T, d api.Deps) string {
	t.Helper()
	server := api.NewServer(api.New(d, api.Options{}), d.Log)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		assert.NoError(t, server.Close())
		assert.ErrorIs(t, <-done, http.ErrServerClosed)
	})
	return "http://" + listener.Addr().String()
}

func TestTheServerRefusesEndlessHeaders(t *testing.T) {
	t.Parallel()
	base := serve(t, deps())
	status := func(length int) int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/healthz", nil)
		require.NoError(t, err)
		r.Header.Set("X-Long", strings.Repeat("x", length))
		response, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		return response.StatusCode
	}
	assert.Equal(t, http.StatusOK, status(32<<10))
	assert.Equal(t, http.StatusRequestHeaderFieldsTooLarge, status(128<<10))
}

func TestTheServerHasATimeoutForEverything(t *testing.T) {
	t.Parallel()
	log := &bytes.Buffer{}
	server := api.NewServer(http.NotFoundHandler(), slog.New(slog.NewTextHandler(log, nil)))
	assert.Positive(t, server.ReadHeaderTimeout)
	assert.Positive(t, server.ReadTimeout)
	assert.Positive(t, server.WriteTimeout)
	assert.Positive(t, server.IdleTimeout)
	server.ErrorLog.Print("http: a complaint")
	assert.Contains(t, log.String(), "a complaint")
}

func TestABrokenAnswerEndsTheConnection(t *testing.T) {
	t.Parallel()
	d := deps()
	d.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte("half"))
		panic("the other half")
	})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, serve(t, d)+"/metrics", nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(r)
	if err == nil {
		body := &bytes.Buffer{}
		_, err = body.ReadFrom(response.Body)
		require.NoError(t, response.Body.Close())
	}
	require.Error(t, err, "a client sees that something is missing")
}
