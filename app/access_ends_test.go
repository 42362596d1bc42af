package app

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/api"
)

// soon is how long what a key let in may go on after the key is revoked. It is much more than it needs.
const soon = 10 * time.Second

// ended returns a channel that is closed when a stream has ended.
func ended(stream io.ReadCloser) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(io.Discard, stream) // how it ends does not matter
		_ = stream.Close()
	}()
	return done
}

func requireEnds(t *testing.T, done <-chan struct{}, why string) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(soon):
		require.Fail(t, why)
	}
}

// revoke revokes a key.
func (g *gated) revoke(kind string) {
	g.t.Helper()
	status, answer := g.ask("admin", http.MethodDelete, "/api/v1/keys/"+g.keys[kind].ID, "")
	require.Equal(g.t, http.StatusOK, status, answer)
}

// login begins a session with a key and returns its cookie.
func (g *gated) login(kind string) string {
	g.t.Helper()
	response := g.open("", http.MethodPost, "/api/v1/session", strings.NewReader(fmt.Sprintf(`{"key":%q}`, g.keys[kind].Text)))
	require.Equal(g.t, http.StatusOK, response.StatusCode)
	require.NoError(g.t, response.Body.Close())
	require.Len(g.t, response.Cookies(), 1)
	return "fleetbeat_session=" + response.Cookies()[0].Value
}

// follow opens the stream of changes and waits until it is there.
func (g *gated) follow(key string, header ...string) io.ReadCloser {
	g.t.Helper()
	response := g.open(key, http.MethodGet, "/api/v1/changes", http.NoBody, append(header, "Accept", "text/event-stream")...)
	require.Equal(g.t, http.StatusOK, response.StatusCode)
	_, err := bufio.NewReader(response.Body).ReadString('\n')
	require.NoError(g.t, err)
	return response.Body
}

func TestARevokedKeyEndsWhatItLetIn(t *testing.T) {
	t.Parallel()
	g := startGated(t)
	cookie := g.login("read")
	byKey, bySession, stays := ended(g.follow("read")), ended(g.follow("", "Cookie", cookie)), ended(g.follow("admin"))
	status, _ := g.ask("", http.MethodGet, "/api/v1/settings", "", "Cookie", cookie)
	require.Equal(t, http.StatusOK, status)

	g.revoke("read")
	for _, header := range [][]string{{"Authorization", "Bearer " + g.keys["read"].Text}, {"Cookie", cookie}} {
		status, answer := g.ask("", http.MethodGet, "/api/v1/settings", "", header...)
		assert.Equal(t, http.StatusUnauthorized, status, answer)
	}
	requireEnds(t, byKey, "a stream goes on with a revoked key")
	requireEnds(t, bySession, "a stream goes on with a session of a revoked key")
	select {
	case <-stays:
		assert.Fail(t, "the stream of another key ended")
	default:
	}
}

func TestARevokedKeyEndsAnUpload(t *testing.T) {
	t.Parallel()
	g := startGated(t)
	body, client := io.Pipe()
	type answer struct {
		status int
		text   []byte
	}
	answered := make(chan answer, 1)
	go func() {
		response := g.open("ingest", http.MethodPost, "/heartbeats", body, "Content-Type", "application/x-ndjson")
		defer func() { _ = response.Body.Close() }()
		text, _ := io.ReadAll(response.Body) // what is missing is missed below
		answered <- answer{response.StatusCode, text}
	}()
	_, err := fmt.Fprintf(client, `{"vin":%q,"id":"first"}`+"\n", ours)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return heartbeatsInLog(t, g.App) == 3 }, soon, 10*time.Millisecond, "the first line is stored")
	g.revoke("ingest")
	select {
	case a := <-answered:
		assert.Equal(t, http.StatusServiceUnavailable, a.status)
		var recorded api.HeartbeatsRecorded
		require.NoError(t, json.Unmarshal(a.text, &recorded))
		assert.Equal(t, int64(1), recorded.Accepted, "it says what was stored")
		assert.Contains(t, string(a.text), "the API key was revoked")
	case <-time.After(soon):
		require.Fail(t, "an upload goes on with a revoked key")
	}
	require.NoError(t, client.Close())
}

func TestTheFirstKeyEndsWhatNeededNone(t *testing.T) {
	t.Parallel()
	g := &gated{App: startForUploads(t, t.TempDir()), t: t}
	stream := ended(g.follow(""))
	status, answer := g.ask("", http.MethodPost, "/api/v1/keys", `{"name":"Anna","scopes":["admin"]}`)
	require.Equal(t, http.StatusCreated, status, answer)
	status, _ = g.ask("", http.MethodGet, "/api/v1/settings", "")
	assert.Equal(t, http.StatusUnauthorized, status)
	requireEnds(t, stream, "a stream goes on without a key")
}

func TestKeysAndSessionsLastOverARestart(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	g := &gated{App: startForUploads(t, data), t: t, keys: map[string]api.KeyMade{}}
	status, answer := g.ask("", http.MethodPost, "/api/v1/keys", `{"name":"Anna","scopes":["admin"]}`)
	require.Equal(t, http.StatusCreated, status, answer)
	var made api.KeyMade
	require.NoError(t, json.Unmarshal([]byte(answer), &made))
	g.keys["admin"] = made
	cookie := g.login("admin")
	stopping, cancel := context.WithTimeout(t.Context(), StopTimeout)
	defer cancel()
	require.NoError(t, g.Stop(stopping))

	again, err := New(t.Context(), g.options)
	require.NoError(t, err)
	assert.True(t, again.keyring.Ready(), "before it listens")
	assert.Nil(t, again.keyring.Open())
	again.Start()
	defer func() { require.NoError(t, again.Stop(stopping)) }()
	g.App = again
	for _, header := range [][]string{{"Authorization", "Bearer " + made.Text}, {"Cookie", cookie}} {
		status, answer := g.ask("", http.MethodGet, "/api/v1/keys", "", header...)
		assert.Equal(t, http.StatusOK, status, answer)
	}
	status, _ = g.ask("", http.MethodGet, "/api/v1/keys", "")
	assert.Equal(t, http.StatusUnauthorized, status)
}
