package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/healthz", "/startz":
			_, _ = io.WriteString(w, `{"status":"ok"}`)
		case "/readyz":
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, `{"detail":"elasticsearch cannot be reached"}`)
		}
	}))
	t.Cleanup(server.Close)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	require.NoError(t, err)
	elsewhere := httptest.NewServer(http.RedirectHandler(server.URL+"/healthz", http.StatusTemporaryRedirect))
	t.Cleanup(elsewhere.Close)
	hanging := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hanging }))
	t.Cleanup(func() { close(hanging); slow.Close() })
	for promise, c := range map[string]struct {
		args []string
		code int
		said string
	}{
		"a server that answers is well, and nothing is said":     {[]string{"--listen", "127.0.0.1:" + port}, 0, ""},
		"one that listens on every address is asked here":        {[]string{"--listen", "0.0.0.0:" + port}, 0, ""},
		"one that names no address is asked here":                {[]string{"--listen", ":" + port}, 0, ""},
		"one that is well and not ready is told from it":         {[]string{"--listen", ":" + port, "--ask", "ready"}, 1, "/readyz answered 503 Service Unavailable: {\"detail\":\"elasticsearch"},
		"one that has been ready is told from it":                {[]string{"--listen", ":" + port, "--ask", "started"}, 0, ""},
		"nobody there is not well":                               {[]string{"--listen", "127.0.0.1:1"}, 1, "ask the server"},
		"somebody who sends one elsewhere is not the server":     {[]string{"--listen", strings.TrimPrefix(elsewhere.URL, "http://")}, 1, "307"},
		"one that does not answer in time is not well":           {[]string{"--listen", strings.TrimPrefix(slow.URL, "http://"), "--timeout", "50ms"}, 1, "deadline"},
		"what is no address is asked wrongly":                    {[]string{"--listen", "8080"}, 2, "is not host:port"},
		"a port that the system chooses cannot be asked by name": {[]string{"--listen", ":0"}, 2, "is not host:port"},
	} {
		t.Run(promise, func(t *testing.T) {
			t.Parallel()
			code, out, said := command(t, append([]string{"health"}, c.args...)...)
			assert.Equal(t, c.code, code, said)
			assert.Empty(t, out)
			assert.Contains(t, said, c.said)
			assert.Equal(t, c.said == "", said == "")
		})
	}
}
