package target

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func event(n int, kind string) string {
	return fmt.Sprintf("id: a.%d\nevent: %s\ndata: {\"vin\":\"V%d\",\"at\":\"2026-11-21T12:00:%02d.000Z\",\"more\":[1]}\n\n", n, kind, n, n)
}

func TestTheFeedIsResumed(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	c := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "text/event-stream", r.Header.Get("Accept"))
		switch asked.Add(1) {
		case 1:
			assert.Equal(t, "a.0", r.Header.Get("Last-Event-ID"))
			fmt.Fprint(w, ": hello\n\n", event(1, "connected"), event(2, "registry"), event(3, "disconnected"), "id: a.5\n\n", "id: a.6\nevent: conn")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler) // in the middle of an event
		case 2:
			http.Error(w, "not now", http.StatusServiceUnavailable)
		default:
			assert.Equal(t, "a.5", r.Header.Get("Last-Event-ID"), "after the last that came whole, if only as an id")
			fmt.Fprint(w, "id: a.6\r\nevent: connected\r\ndata: {\"vin\":\"V6\"}\r\n\r\n", event(7, "connected"))
		}
	})
	var told []Transition
	require.NoError(t, c.Follow(t.Context(), "a.0", func(tr Transition) bool {
		told = append(told, tr)
		return len(told) < 3
	}))
	at := func(n int) time.Time { return time.Date(2026, 11, 21, 12, 0, n, 0, time.UTC) }
	assert.Equal(t, []Transition{
		{Position: "a.1", Status: "connected", VIN: "V1", At: at(1)}, {Position: "a.3", Status: "disconnected", VIN: "V3", At: at(3)},
		{Position: "a.6", Status: "connected", VIN: "V6"},
	}, told, "none is lost, none told twice, and none after the last that was wanted")
}

func TestTheFeedEnds(t *testing.T) {
	t.Parallel()
	never := func(Transition) bool { return true }
	t.Run("with its context, which is no error", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		c := newClient(t, func(w http.ResponseWriter, r *http.Request) {
			w.(http.Flusher).Flush()
			cancel()
			<-r.Context().Done()
		})
		require.NoError(t, c.Follow(ctx, "", never))
	})
	t.Run("with a position of another log, which no retry makes right", func(t *testing.T) {
		t.Parallel()
		c := newClient(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "another log", http.StatusBadRequest) })
		require.ErrorContains(t, c.Follow(t.Context(), "b.1", never), "another log")
	})
	t.Run("with what cannot be read", func(t *testing.T) {
		t.Parallel()
		c := newClient(t, func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, "id: a.1\nevent: connected\ndata: what\n\n")
		})
		require.ErrorIs(t, c.Follow(t.Context(), "", never), errUnreadable)
	})
}
