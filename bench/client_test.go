package bench

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// dial connects one client to a handler.
func dial(t *testing.T, h http.HandlerFunc) *client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	clients, closeAll, err := connect(t.Context(), server.Listener.Addr().String(), 1)
	require.NoError(t, err)
	t.Cleanup(closeAll)
	return clients[0]
}

func TestClient(t *testing.T) {
	t.Parallel()
	get := []byte("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
	t.Run("each ping of a connection has an id that none before had", func(t *testing.T) {
		t.Parallel()
		var bodies []string
		c := dial(t, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			bodies = append(bodies, r.URL.Path+string(body[:len(idField)+idLength]))
			w.WriteHeader(http.StatusAccepted)
		})
		c.requests = [][]byte{pingRequest(0, fullBody), pingRequest(1, fullBody)}
		for range 12 {
			require.NoError(t, c.ping())
		}
		assert.Equal(t, `/heartbeat/YS2R4X00000000001{"id":"000000000001`, bodies[0])
		assert.Equal(t, `/heartbeat/YS2R4X00000000000{"id":"000000000012`, bodies[11])
	})
	t.Run("a ping without a body is sent as it is", func(t *testing.T) {
		t.Parallel()
		c := dial(t, func(w http.ResponseWriter, r *http.Request) {
			assert.Zero(t, r.ContentLength)
			w.WriteHeader(http.StatusNoContent)
		})
		c.requests = [][]byte{pingRequest(0, "")}
		require.NoError(t, c.ping())
		require.NoError(t, c.ping(), "the connection stays")
	})
	t.Run("an answer is its body", func(t *testing.T) {
		t.Parallel()
		c := dial(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
		body, err := c.do(get)
		require.NoError(t, err)
		assert.Equal(t, "hello", string(body))
	})
	t.Run("an answer that is not a good one is an error that shows it", func(t *testing.T) {
		t.Parallel()
		c := dial(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "too busy", http.StatusServiceUnavailable) })
		_, err := c.do(get)
		require.ErrorIs(t, err, errAnswer)
		assert.Contains(t, err.Error(), "too busy")
	})
	t.Run("an answer too long for it is an error, never half an answer", func(t *testing.T) {
		t.Parallel()
		c := dial(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "8000")
			_, _ = io.WriteString(w, strings.Repeat("x", 8000))
		})
		_, err := c.do(get)
		require.ErrorIs(t, err, errAnswer)
	})
	t.Run("what is not HTTP is an error", func(t *testing.T) {
		t.Parallel()
		ours, theirs := net.Pipe()
		go func() {
			_, _ = theirs.Read(make([]byte, 100))
			_, _ = io.WriteString(theirs, "hm\r\n\r\n")
		}()
		_, err := (&client{conn: ours}).do(get)
		require.ErrorIs(t, err, errAnswer)
		require.NoError(t, theirs.Close())
		_, err = (&client{conn: ours}).do(get)
		require.ErrorIs(t, err, io.ErrClosedPipe, "nor is there an answer of who is gone")
	})
	t.Run("the end of its context breaks its connections", func(t *testing.T) {
		t.Parallel()
		listener, err := net.Listen("tcp", "127.0.0.1:0") // accepts and says nothing
		require.NoError(t, err)
		defer func() { _ = listener.Close() }()
		ctx, cancel := context.WithCancel(t.Context())
		clients, closeAll, err := connect(ctx, listener.Addr().String(), 2)
		require.NoError(t, err)
		defer closeAll()
		cancel()
		_, err = clients[1].do(get)
		require.ErrorIs(t, err, net.ErrClosed)
	})
	t.Run("nobody there is an error", func(t *testing.T) {
		t.Parallel()
		_, _, err := connect(t.Context(), "127.0.0.1:1", 1)
		require.ErrorContains(t, err, "connect to the server")
	})
}

func TestContentLength(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]int{
		"HTTP/1.1 200 OK\r\nContent-Length: 120":              120,
		"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nVary: *":     7,
		"HTTP/1.1 204 No Content\r\nX-Content-Length: 5\r\nA": 0,
		"HTTP/1.1 200 OK\r\nContent-Length: ":                 0,
	} {
		assert.Equal(t, want, contentLength([]byte(head)), head)
	}
}

func TestLinesOfAStream(t *testing.T) {
	t.Parallel()
	t.Run("are good ones, each with an id of its own", func(t *testing.T) {
		t.Parallel()
		text := lines(3, 5, "u001")
		require.NoError(t, decodeOnly(text))
		all := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
		require.Len(t, all, 5)
		assert.Contains(t, string(all[4]), `{"vin":"YS2R4X00000000001","id":"u00100000004","sentAt":`)
	})
	t.Run("bare ones say that the vehicle is there and no more", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, "{\"vin\":\"YS2R4X00000000000\"}\n", string(lines(3, 1, "")))
		assert.Equal(t, "{\"vin\":\"YS2R4X00000000008\"}\n{\"vin\":\"YS2R4X00000000009\"}\n", string(bareLines(8, 2)))
	})
	t.Run("a line that cannot be decoded is an error, or the floor would be of nothing", func(t *testing.T) {
		t.Parallel()
		require.ErrorContains(t, decodeOnly([]byte("{\"nonsense\":1}\n")), "decode a line")
	})
}

func TestServeNothing(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- ServeNothing(ctx, in) }()
	address := make([]byte, 100)
	n, err := out.Read(address)
	require.NoError(t, err)
	response, err := http.Post("http://"+strings.TrimSpace(string(address[:n]))+"/heartbeat/x", "application/json", strings.NewReader(fullBody))
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Equal(t, http.StatusNoContent, response.StatusCode)
	cancel()
	require.NoError(t, <-ended, "it ends with its context, in order")
	require.ErrorIs(t, ServeNothing(t.Context(), full{}), errFull, "an address that nobody learns is of no use")
}
