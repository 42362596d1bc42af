package app

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// serveRequests serves a handler and returns what stops it and its address.
func serveRequests(t *testing.T, handler http.HandlerFunc) (r *requests, address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &http.Server{Handler: handler}
	r = newRequests(server)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		_ = server.Close()
		assert.ErrorIs(t, <-served, http.ErrServerClosed)
	})
	return r, listener.Addr().String()
}

func (r *requests) silents() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.silent)
}

func TestStopOfRequests(t *testing.T) {
	t.Parallel()
	t.Run("does not wait for connections on which nothing is asked", func(t *testing.T) {
		t.Parallel()
		r, address := serveRequests(t, func(http.ResponseWriter, *http.Request) {})
		conn, err := net.Dial("tcp", address)
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close() })
		require.Eventually(t, func() bool { return r.silents() == 1 }, time.Minute, time.Millisecond)
		require.NoError(t, r.stop(t.Context()), "it is in time, so it is no failure")
		_, err = conn.Read(make([]byte, 1))
		require.Error(t, err)
		assert.Zero(t, r.silents())
	})
	t.Run("finishes a request that is under way", func(t *testing.T) {
		t.Parallel()
		began, finish := make(chan struct{}), make(chan struct{})
		r, address := serveRequests(t, func(w http.ResponseWriter, _ *http.Request) {
			close(began)
			<-finish
			w.WriteHeader(http.StatusAccepted)
		})
		answered := make(chan int, 1)
		go func() {
			answer, err := http.Post("http://"+address, "", nil)
			if err != nil {
				answered <- 0
				return
			}
			defer answer.Body.Close()
			_, _ = io.Copy(io.Discard, answer.Body)
			answered <- answer.StatusCode
		}()
		<-began
		assert.Zero(t, r.silents())
		stopped := make(chan error, 1)
		go func() { stopped <- r.stop(context.Background()) }()
		close(finish)
		require.NoError(t, <-stopped)
		assert.Equal(t, http.StatusAccepted, <-answered)
	})
	t.Run("keeps no answer from who waits with his body for it", func(t *testing.T) {
		t.Parallel()
		_, address := serveRequests(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
		conn, err := net.Dial("tcp", address)
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close() })
		_, err = conn.Write([]byte("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 100\r\n\r\n"))
		require.NoError(t, err)
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(soon)))
		status, err := bufio.NewReader(conn).ReadString('\n')
		require.NoError(t, err)
		assert.Contains(t, status, "401")
	})
	t.Run("cuts off a request that never came to its end, which is no failure", func(t *testing.T) {
		t.Parallel()
		reading := make(chan struct{})
		r, address := serveRequests(t, func(_ http.ResponseWriter, request *http.Request) {
			close(reading)
			_, _ = io.Copy(io.Discard, request.Body)
		})
		conn, err := net.Dial("tcp", address)
		require.NoError(t, err)
		t.Cleanup(func() { _ = conn.Close() })
		_, err = conn.Write([]byte("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"))
		require.NoError(t, err)
		<-reading
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		require.NoError(t, r.stop(ctx))
	})
	t.Run("cuts off a request that does not end, and says so", func(t *testing.T) {
		t.Parallel()
		began, release := make(chan struct{}), make(chan struct{})
		defer close(release)
		r, address := serveRequests(t, func(http.ResponseWriter, *http.Request) { close(began); <-release })
		go func() {
			if answer, err := http.Post("http://"+address, "", nil); err == nil {
				answer.Body.Close()
			}
		}()
		<-began
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, r.stop(ctx), context.Canceled)
	})
}
