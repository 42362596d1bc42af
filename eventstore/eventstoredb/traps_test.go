package eventstoredb_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/shared"
	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/eventstoredb"
	"fleetbeat/eventstore/eventstoredb/esdbtest"
	"fleetbeat/eventstore/storetest"
)

func openWith(t *testing.T, url string, o eventstoredb.Options) *eventstoredb.Store {
	t.Helper()
	store, err := eventstoredb.Open(url, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return store
}

func one() eventstore.Event { return storetest.Events(1, 10, "thing.happened.v1")[0] }

func mustAppend(t *testing.T, s eventstore.Store, stream string, expected eventstore.Revision, events ...eventstore.Event) eventstore.Appended {
	t.Helper()
	got, err := s.Append(t.Context(), stream, expected, events...)
	require.NoError(t, err)
	return got
}

func read(t *testing.T, s eventstore.Store, stream string) (got []eventstore.Recorded) {
	t.Helper()
	for e, err := range s.ReadStream(t.Context(), stream, 0, eventstore.Forwards) {
		require.NoError(t, err)
		got = append(got, e)
	}
	return got
}

func readAll(t *testing.T, s eventstore.Store, types ...string) (got []eventstore.Recorded) {
	t.Helper()
	for page, err := range s.ReadAll(t.Context(), eventstore.Position{}, types...) {
		require.NoError(t, err)
		for e, err := range page.Events() {
			require.NoError(t, err)
			got = append(got, e)
		}
	}
	return got
}

// attempts is a log handler that tells when the client has looked for a server so many times.
type attempts struct {
	slog.Handler
	left    atomic.Int64
	reached chan struct{}
}

func (a *attempts) Enabled(context.Context, slog.Level) bool { return true }

func (a *attempts) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(attr slog.Attr) bool {
		if strings.HasPrefix(attr.Value.String(), "discovery attempt") && a.left.Add(-1) == 0 {
			close(a.reached)
		}
		return true
	})
	return nil
}

func TestOutage(t *testing.T) {
	t.Parallel()
	quick := eventstoredb.Options{Connect: 50 * time.Millisecond}

	t.Run("a server that is down is ErrUnavailable, with nothing stored", func(t *testing.T) {
		t.Parallel()
		server := esdbtest.Start(t)
		store := openWith(t, server.URL(), quick)
		e := one()
		require.Eventually(t, func() bool { // a busy machine may not connect so quickly
			_, err := store.Append(t.Context(), "s", eventstore.NoStream, e)
			return err == nil
		}, time.Minute, time.Millisecond)
		server.Stop()
		_, err := store.Append(t.Context(), "s", 0, one())
		require.Error(t, err) // ErrUnknownOutcome if it went out on the dying connection
		for range 3 {
			_, err := store.Append(t.Context(), "s", 0, one())
			require.ErrorIs(t, err, eventstore.ErrUnavailable)
		}
		_, err = store.Head(t.Context())
		require.ErrorIs(t, err, eventstore.ErrUnavailable)
		_, err = store.Subscribe(t.Context(), eventstore.Position{})
		require.ErrorIs(t, err, eventstore.ErrUnavailable)
		for _, err := range store.ReadStream(t.Context(), "s", 0, eventstore.Forwards) {
			require.ErrorIs(t, err, eventstore.ErrUnavailable)
		}
		require.NoError(t, server.Resume())
		again := open(t, server.URL())
		assert.Len(t, read(t, again, "s"), 1)
	})

	t.Run("the client is found to be alive after many more attempts than it makes by itself", func(t *testing.T) {
		t.Parallel()
		server := esdbtest.Start(t)
		counter := &attempts{reached: make(chan struct{})}
		counter.left.Store(50)
		store := openWith(t, server.URL()+"&discoveryInterval=1", eventstoredb.Options{Connect: time.Millisecond, Log: slog.New(counter)})
		server.Stop()
		_, err := store.Append(t.Context(), "s", eventstore.NoStream, one())
		require.ErrorIs(t, err, eventstore.ErrUnavailable)
		<-counter.reached
		require.NoError(t, server.Resume())
		for {
			if _, err = store.Append(t.Context(), "s", eventstore.NoStream, one()); err == nil {
				break
			}
			require.ErrorIs(t, err, eventstore.ErrUnavailable)
			require.NoError(t, t.Context().Err())
		}
	})

	t.Run("a call returns when its context ends although the client is still connecting", func(t *testing.T) {
		t.Parallel()
		server := esdbtest.Start(t)
		store := openWith(t, server.URL(), eventstoredb.Options{Connect: time.Hour})
		server.Stop()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		defer cancel()
		_, err := store.Append(ctx, "s", eventstore.NoStream, one())
		require.ErrorIs(t, err, context.DeadlineExceeded)
		_, err = store.Subscribe(ctx, eventstore.Position{})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		for _, err := range store.ReadAll(ctx, eventstore.Position{}) {
			require.ErrorIs(t, err, context.DeadlineExceeded)
		}
	})

	t.Run("Close ends calls that wait for a connection with ErrClosed", func(t *testing.T) {
		t.Parallel()
		server := esdbtest.Start(t)
		counter := &attempts{reached: make(chan struct{})}
		counter.left.Store(1)
		store := openWith(t, server.URL(), eventstoredb.Options{Connect: time.Hour, Log: slog.New(counter)})
		server.Stop()
		waiting := make(chan error)
		go func() {
			_, err := store.Append(t.Context(), "s", eventstore.NoStream, one())
			waiting <- err
		}()
		<-counter.reached
		go func() { _ = store.Close() }()
		require.ErrorIs(t, <-waiting, eventstore.ErrClosed)
	})
}

func TestAppendOutcome(t *testing.T) {
	t.Parallel()
	broken := status.Error(codes.Unavailable, "broken")
	for name, hooks := range map[string]esdbtest.Hooks{
		"before it was stored": {BeforeAppend: func(context.Context, string) error { return broken }},
		"after it was stored":  {AfterAppend: func(context.Context, string) error { return broken }},
	} {
		t.Run("an answer lost "+name+" is ErrUnknownOutcome, and the same call again knows", func(t *testing.T) {
			t.Parallel()
			server := esdbtest.Start(t)
			store := open(t, server.URL())
			mustAppend(t, store, "s", eventstore.NoStream, one())
			server.SetHooks(hooks)
			events := storetest.Events(3, 10, "thing.happened.v1")
			_, err := store.Append(t.Context(), "s", 0, events...)
			require.ErrorIs(t, err, eventstore.ErrUnknownOutcome)
			server.SetHooks(esdbtest.Hooks{})
			got := mustAppend(t, store, "s", 0, events...)
			stored := read(t, store, "s")
			require.Len(t, stored, 4)
			assert.Equal(t, eventstore.Appended{Revision: 3, Position: stored[3].Position}, got)
		})
	}

	t.Run("an answer that does not come in time is ErrUnknownOutcome", func(t *testing.T) {
		t.Parallel()
		server := esdbtest.Start(t)
		store := openWith(t, server.URL(), eventstoredb.Options{Answer: 50 * time.Millisecond})
		server.SetHooks(esdbtest.Hooks{AfterAppend: func(ctx context.Context, _ string) error {
			<-ctx.Done()
			return ctx.Err()
		}})
		e := one()
		_, err := store.Append(t.Context(), "s", eventstore.NoStream, e)
		require.ErrorIs(t, err, eventstore.ErrUnknownOutcome)
		server.SetHooks(esdbtest.Hooks{})
		patient := open(t, server.URL())
		mustAppend(t, patient, "s", eventstore.NoStream, e)
		assert.Len(t, read(t, patient, "s"), 1)
	})

	t.Run("an append that is too large is refused before it is sent", func(t *testing.T) {
		t.Parallel()
		server := esdbtest.Start(t)
		store := open(t, server.URL())
		server.SetHooks(esdbtest.Hooks{Call: func(_ context.Context, method string) error {
			assert.NotContains(t, method, "Append")
			return nil
		}})
		_, err := store.Append(t.Context(), "s", eventstore.NoStream, storetest.Events(2, 600_000, "thing.happened.v1")...)
		require.ErrorIs(t, err, eventstore.ErrTooLarge)
	})

	t.Run("a call that the server refuses as wrong is ErrInvalid", func(t *testing.T) {
		t.Parallel()
		server := esdbtest.Start(t)
		store := open(t, server.URL())
		server.SetHooks(esdbtest.Hooks{BeforeAppend: func(context.Context, string) error {
			return status.Error(codes.InvalidArgument, "Maximum Append Size of 1024 Exceeded.")
		}})
		_, err := store.Append(t.Context(), "s", eventstore.NoStream, one())
		require.ErrorIs(t, err, eventstore.ErrInvalid)
	})

	t.Run("names of the server's own are ErrInvalid", func(t *testing.T) {
		t.Parallel()
		store := open(t, esdbtest.Start(t).URL())
		for _, name := range []string{"$s", "$$s", "\xff"} {
			_, err := store.Append(t.Context(), name, eventstore.NoStream, one())
			require.ErrorIs(t, err, eventstore.ErrInvalid)
			e := one()
			e.Type = name
			_, err = store.Append(t.Context(), "s", eventstore.NoStream, e)
			require.ErrorIs(t, err, eventstore.ErrInvalid)
			_, err = store.Subscribe(t.Context(), eventstore.Position{}, name)
			require.ErrorIs(t, err, eventstore.ErrInvalid)
		}
	})
}

func TestAppendAnswer(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(*streams.AppendResp){
		"without a position": func(r *streams.AppendResp) {
			r.GetSuccess().PositionOption = &streams.AppendResp_Success_NoPosition{NoPosition: &shared.Empty{}}
		},
		"with position 2^64-1": func(r *streams.AppendResp) {
			p := &streams.AppendResp_Position{CommitPosition: math.MaxUint64, PreparePosition: math.MaxUint64}
			r.GetSuccess().PositionOption = &streams.AppendResp_Success_Position{Position: p}
		},
	} {
		t.Run("an answer "+name+" is completed by reading", func(t *testing.T) {
			t.Parallel()
			server := esdbtest.Start(t)
			store := open(t, server.URL())
			server.SetHooks(esdbtest.Hooks{Answer: answer})
			got := mustAppend(t, store, "s", eventstore.NoStream, one(), one())
			assert.Equal(t, read(t, store, "s")[1].Position, got.Position)
		})
	}

	t.Run("an answer of a kind that the client does not know is ErrUnknownOutcome, and the same call again knows", func(t *testing.T) {
		t.Parallel()
		server := esdbtest.Start(t)
		store := open(t, server.URL())
		for n := range 3 { // the client says "revision 1" of every such answer, which happens to be right of the second
			stream, events := fmt.Sprint("s", n), storetest.Events(n+1, 10, "thing.happened.v1")
			server.SetHooks(esdbtest.Hooks{Answer: func(r *streams.AppendResp) { r.Result = nil }})
			got, err := store.Append(t.Context(), stream, eventstore.NoStream, events...)
			server.SetHooks(esdbtest.Hooks{})
			if n == 1 {
				require.NoError(t, err)
				assert.Equal(t, read(t, store, stream)[1].Position, got.Position)
				continue
			}
			require.ErrorIs(t, err, eventstore.ErrUnknownOutcome)
			mustAppend(t, store, stream, eventstore.NoStream, events...)
			require.Len(t, read(t, store, stream), n+1)
		}
	})

	t.Run("an answer without a position where another event lies is ErrUnknownOutcome", func(t *testing.T) {
		t.Parallel()
		server := esdbtest.Start(t)
		store := open(t, server.URL())
		mustAppend(t, store, "s", eventstore.NoStream, one(), one())
		server.SetHooks(esdbtest.Hooks{Answer: func(r *streams.AppendResp) { r.Result = nil }})
		_, err := store.Append(t.Context(), "s", eventstore.NoStream, one(), one()) // refused, in a form that nobody knows
		require.ErrorIs(t, err, eventstore.ErrUnknownOutcome)
	})

	t.Run("a retry of what has expired is answered with a place that is not too early", func(t *testing.T) {
		t.Parallel()
		c := &clock{}
		store := open(t, esdbtest.Start(t, esdbtest.Options{Now: c.now}).URL())
		e := one()
		first := mustAppend(t, store, "s", eventstore.NoStream, e)
		require.NoError(t, store.SetMaxAge(t.Context(), "s", time.Minute))
		c.advance(time.Hour)
		require.Empty(t, read(t, store, "s"))
		got := mustAppend(t, store, "s", eventstore.NoStream, e)
		assert.Equal(t, first.Revision, got.Revision)
		assert.False(t, got.Position.Before(first.Position))
	})

	t.Run("a conflict names the revision of a stream whose events have all expired", func(t *testing.T) {
		t.Parallel()
		c := &clock{}
		store := open(t, esdbtest.Start(t, esdbtest.Options{Now: c.now}).URL())
		mustAppend(t, store, "s", eventstore.NoStream, one(), one())
		require.NoError(t, store.SetMaxAge(t.Context(), "s", time.Minute))
		c.advance(time.Hour)
		_, err := store.Append(t.Context(), "s", eventstore.NoStream, one())
		var conflict *eventstore.ConflictError
		require.ErrorAs(t, err, &conflict)
		assert.Equal(t, eventstore.ConflictError{Stream: "s", Expected: eventstore.NoStream, Actual: 1}, *conflict)
	})
}

func TestReading(t *testing.T) {
	t.Parallel()

	t.Run("a NotFound that is not the server's word on a stream does not make it empty", func(t *testing.T) {
		t.Parallel()
		server := esdbtest.Start(t)
		store := open(t, server.URL())
		mustAppend(t, store, "s", eventstore.NoStream, one())
		server.SetHooks(esdbtest.Hooks{Call: func(_ context.Context, method string) error {
			if strings.HasSuffix(method, "streams.Streams/Read") {
				return status.Error(codes.NotFound, "no such service here")
			}
			return nil
		}})
		n := 0
		for _, err := range store.ReadStream(t.Context(), "s", 0, eventstore.Forwards) {
			require.ErrorIs(t, err, eventstore.ErrUnavailable)
			n++
		}
		assert.Equal(t, 1, n)
		_, err := store.Head(t.Context())
		require.ErrorIs(t, err, eventstore.ErrUnavailable)
	})

	t.Run("a position between two events is ErrInvalid", func(t *testing.T) {
		t.Parallel()
		store := open(t, esdbtest.Start(t).URL())
		at := mustAppend(t, store, "s", eventstore.NoStream, one()).Position
		mustAppend(t, store, "s", 0, one())
		between := eventstore.Position{Commit: at.Commit + 1, Prepare: at.Prepare + 1}
		for _, types := range [][]string{nil, {"thing.happened.v1"}} {
			n := 0
			for _, err := range store.ReadAll(t.Context(), between, types...) {
				require.ErrorIs(t, err, eventstore.ErrInvalid)
				n++
			}
			assert.Equal(t, 1, n)
		}
		sub, err := store.Subscribe(t.Context(), between)
		require.NoError(t, err)
		_, err = sub.Next(t.Context())
		require.ErrorIs(t, err, eventstore.ErrInvalid)
	})

	t.Run("every call demands the leader", func(t *testing.T) {
		t.Parallel()
		server := esdbtest.Start(t)
		store := open(t, server.URL())
		var asked atomic.Int64
		server.SetHooks(esdbtest.Hooks{Call: func(ctx context.Context, method string) error {
			if md, _ := metadata.FromIncomingContext(ctx); strings.Contains(method, "streams.Streams") {
				asked.Add(1)
				assert.Equal(t, []string{"true"}, md.Get("requires-leader"), method)
			}
			return nil
		}})
		mustAppend(t, store, "s", eventstore.NoStream, one())
		read(t, store, "s")
		readAll(t, store)
		_, err := store.Subscribe(t.Context(), eventstore.Position{})
		require.NoError(t, err)
		require.NoError(t, store.SetMaxAge(t.Context(), "s", time.Minute))
		assert.GreaterOrEqual(t, asked.Load(), int64(6))
	})

	t.Run("a server that is too old to say that a subscription caught up is refused", func(t *testing.T) {
		t.Parallel()
		for version, good := range map[string]bool{"22.10.5": false, "23.6.0": false, "23.10.0": true, "24.10.5.1822": true, "25.0.0": true} {
			store := open(t, esdbtest.Start(t, esdbtest.Options{Version: version}).URL())
			_, err := store.Head(t.Context())
			assert.Equal(t, good, err == nil, "%s: %v", version, err)
			if !good {
				require.ErrorIs(t, err, eventstore.ErrUnavailable)
			}
		}
	})
}

func TestConnectionString(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"esdb://user:geheim@localhost?tls=false":             "never sent with tls=false",
		"esdb://user@localhost":                              "without password",
		"esdb://localhost?tls=false&nodePreference=follower": "nodePreference must be leader",
		"esdb://user:ge/heim@localhost?tls=false":            "not of the form",
		"esdb://user:geheim@localhost:port":                  "not of the form",
		"http://localhost":                                   "invalid scheme",
		"esdb://localhost?tls=perhaps":                       "true or false",
		"esdb://user:geheim@localhost?tlsCAFiel=x":           `"tlsCAFiel" is not known`,
		"esdb://user:ge?heim@localhost":                      "not of the form",
		"esdb://localhost?tls=%zz":                           "not of the form",
		"esdb://localhost?keepAliveInterval=-1":              "never be noticed",
		"esdb://localhost?keepAliveTimeout=-1":               "never be noticed",
		"esdb://localhost?gossipTimeout=0":                   "gossipTimeout must be",
		"esdb://localhost?discoveryInterval=0":               "discoveryInterval must be",
		"esdb://localhost?defaultDeadline=soon":              "defaultDeadline must be",
		"esdb://":                                            "host",
	} {
		t.Run(fmt.Sprintf("%s is refused", text), func(t *testing.T) {
			t.Parallel()
			_, err := eventstoredb.Open(text, eventstoredb.Options{})
			require.ErrorContains(t, err, want)
			assert.NotContains(t, err.Error(), "heim", "a password in an error ends in a log")
		})
	}
}

func isAny(err error, targets ...error) bool {
	for _, target := range targets {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}
