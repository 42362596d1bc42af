package target

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const within = 20 * time.Second

// serve runs a handler, and counts the connections that are made to it.
func serve(t *testing.T, handler http.HandlerFunc) (url string, made *atomic.Int64) {
	t.Helper()
	made = &atomic.Int64{}
	s := httptest.NewUnstartedServer(handler)
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			made.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	return s.URL, made
}

func connect(t *testing.T, url, key string) *Connection {
	t.Helper()
	address, err := ParseAddress(url, key)
	require.NoError(t, err)
	c := NewConnection(address)
	t.Cleanup(c.Close)
	return c
}

func TestConnectionsAreKept(t *testing.T) {
	t.Parallel()
	url, made := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		assert.Equal(t, "POST /prefix/heartbeat/X", r.Method+" "+r.URL.Path)
		assert.Equal(t, "Bearer fb_key", r.Header.Get("Authorization"))
		assert.Equal(t, "text/x", r.Header.Get("Content-Type"))
		assert.Equal(t, "gzip", r.Header.Get("Content-Encoding"))
		assert.Equal(t, r.Context().Value(http.LocalAddrContextKey).(net.Addr).String(), r.Host)
		w.WriteHeader(202)
		_, _ = w.Write(append([]byte("got "), body...))
	})
	c := connect(t, url+"/prefix/", "fb_key")
	for range 50 {
		answer, err := c.Post(t.Context(), Request{"/heartbeat/X", "text/x", "gzip", []byte("this")}, within)
		require.NoError(t, err)
		require.Equal(t, 202, answer.Status)
		require.Equal(t, "got this", string(answer.Body))
	}
	assert.EqualValues(t, 1, made.Load())
}

func TestAnswersOfEveryForm(t *testing.T) {
	t.Parallel()
	for name, form := range map[string]struct {
		handler http.HandlerFunc
		answer  Answer
		made    int64 // connections for two requests
	}{
		"without a body":                  {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, Answer{204, 0, []byte{}}, 1},
		"in pieces of unknown number":     {chunked, Answer{200, 0, []byte("one two")}, 1},
		"after which the connection ends": {closing, Answer{200, 0, []byte("bye")}, 2},
		"that say when to come again":     {overloaded("7"), Answer{503, 7 * time.Second, []byte("no\n")}, 1},
		"that say to come again in years": {overloaded("999999999999"), Answer{503, retryLimit, []byte("no\n")}, 1},
		"that say so with a date":         {overloaded("Sat, 21 Nov 2026 12:00:00 GMT"), Answer{503, 0, []byte("no\n")}, 1},
		"that are far too long":           {long, Answer{200, 0, []byte(strings.Repeat("x", bodyLimit))}, 1},
	} {
		t.Run(name+" are read", func(t *testing.T) {
			t.Parallel()
			url, made := serve(t, form.handler)
			c := connect(t, url, "")
			for range 2 {
				answer, err := c.Post(t.Context(), Request{Path: "/x"}, within)
				require.NoError(t, err)
				require.Equal(t, form.answer, answer)
			}
			assert.Equal(t, form.made, made.Load())
		})
	}
}

func chunked(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, "one ")
	w.(http.Flusher).Flush()
	_, _ = io.WriteString(w, "two")
}

func closing(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Connection", "close")
	_, _ = io.WriteString(w, "bye")
}

func overloaded(after string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", after)
		http.Error(w, "no", http.StatusServiceUnavailable)
	}
}

func long(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, strings.Repeat("x", 3*bodyLimit+17))
}

func TestUnknownOutcomes(t *testing.T) {
	t.Parallel()
	t.Run("an answer that does not come in time is a timeout, and the next request has a connection of its own", func(t *testing.T) {
		t.Parallel()
		var asked atomic.Int64
		url, made := serve(t, func(_ http.ResponseWriter, r *http.Request) {
			if asked.Add(1) == 1 {
				<-r.Context().Done()
			}
		})
		c := connect(t, url, "")
		_, err := c.Post(t.Context(), Request{Path: "/x"}, 20*time.Millisecond)
		var network net.Error
		require.ErrorAs(t, err, &network)
		require.True(t, network.Timeout())
		require.False(t, NotSent(err), "it may have been received")
		_, err = c.Post(t.Context(), Request{Path: "/x"}, within)
		require.NoError(t, err)
		require.EqualValues(t, 2, made.Load())
	})
	t.Run("so is a connection that breaks off", func(t *testing.T) {
		t.Parallel()
		url, _ := serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
		_, err := connect(t, url, "").Post(t.Context(), Request{Path: "/x"}, within)
		require.Error(t, err)
		require.False(t, NotSent(err))
	})
	t.Run("so is one whose context ends, at once", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		url, _ := serve(t, func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() })
		_, err := connect(t, url, "").Post(ctx, Request{Path: "/x"}, time.Hour)
		require.ErrorIs(t, err, context.Canceled)
		require.False(t, NotSent(err))
	})
	t.Run("what finds nobody was not sent", func(t *testing.T) {
		t.Parallel()
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		url := "http://" + listener.Addr().String()
		require.NoError(t, listener.Close())
		_, err = connect(t, url, "").Post(t.Context(), Request{Path: "/x"}, within)
		require.True(t, NotSent(err))
		require.False(t, NotSent(errors.New("else")))
	})
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		"http://localhost:8080":     {"localhost:8080", "http://localhost:8080"},
		"http://host":               {"host:80", "http://host"},
		"https://host/a/b/":         {"host:443", "https://host/a/b"},
		"http://[::1]:9090/":        {"[::1]:9090", "http://[::1]:9090"},
		"https://fleet.example:444": {"fleet.example:444", "https://fleet.example:444"},
	} {
		a, err := ParseAddress(text, "key")
		require.NoError(t, err, text)
		assert.Equal(t, want, [2]string{a.host, a.String()})
	}
	for _, text := range []string{"", "localhost:8080", "ftp://host", "http://", "http://user:secret@host", "http://host?x=1", "http://host/#x", "http://ho st"} {
		_, err := ParseAddress(text, "")
		assert.ErrorContains(t, err, "is not a URL like http://localhost:8080", text)
	}
	_, err := ParseAddress("http://host", "two\r\nlines")
	assert.ErrorContains(t, err, "API key")
	assert.NotContains(t, err.Error(), "lines", "a key is never repeated")
}

func TestTLS(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	s.StartTLS()
	t.Cleanup(s.Close)
	_, err := connect(t, s.URL, "").Post(t.Context(), Request{Path: "/x"}, within)
	require.True(t, NotSent(err), "a certificate that nobody vouches for is refused before anything is sent")
	assert.ErrorContains(t, err, "certificate")
}
