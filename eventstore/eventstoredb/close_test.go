package eventstoredb_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/eventstoredb"
	"fleetbeat/eventstore/eventstoredb/esdbtest"
)

// everyCall is each call of the port, by name.
func everyCall(s *eventstoredb.Store) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"append": func(ctx context.Context) error {
			_, err := s.Append(ctx, "a", eventstore.NoStream, one())
			var conflict *eventstore.ConflictError
			if errors.As(err, &conflict) {
				return nil
			}
			return err
		},
		"read a stream": func(ctx context.Context) error {
			for _, err := range s.ReadStream(ctx, "s", 0, eventstore.Forwards) {
				if err != nil {
					return err
				}
			}
			return nil
		},
		"read the log": func(ctx context.Context) error {
			for _, err := range s.ReadAll(ctx, eventstore.Position{}) {
				if err != nil {
					return err
				}
			}
			return nil
		},
		"read types": func(ctx context.Context) error {
			for _, err := range s.ReadAll(ctx, eventstore.Position{}, "thing.happened.v1") {
				if err != nil {
					return err
				}
			}
			return nil
		},
		"subscribe": func(ctx context.Context) error {
			sub, err := s.Subscribe(ctx, eventstore.Position{})
			if err != nil {
				return err
			}
			for range 3 {
				if _, err = sub.Next(ctx); err != nil {
					break
				}
			}
			_ = sub.Close()
			return err
		},
		"head": func(ctx context.Context) error {
			_, err := s.Head(ctx)
			return err
		},
		"set the maximum age": func(ctx context.Context) error { return s.SetMaxAge(ctx, "s", time.Hour) },
	}
}

// TestCloseWhileBusy closes a store in the middle of every kind of call: none panics, none hangs, and each ends as it may.
func TestCloseWhileBusy(t *testing.T) {
	t.Parallel()
	for name, trouble := range map[string]func(*esdbtest.Server, *esdbtest.Proxy){
		"and all is well":                       func(*esdbtest.Server, *esdbtest.Proxy) {},
		"while the network is silent":           func(_ *esdbtest.Server, p *esdbtest.Proxy) { p.Swallow() },
		"while connections are refused":         func(_ *esdbtest.Server, p *esdbtest.Proxy) { p.Refuse() },
		"at the moment connections are cut":     func(_ *esdbtest.Server, p *esdbtest.Proxy) { p.Cut() },
		"at the moment the server stops":        func(s *esdbtest.Server, _ *esdbtest.Proxy) { s.Stop() },
		"while nobody leads":                    func(s *esdbtest.Server, _ *esdbtest.Proxy) { s.SetHooks(leaderless()) },
		"at the moment subscriptions are ended": func(s *esdbtest.Server, _ *esdbtest.Proxy) { s.DropSubscriptions(nil) },
	} {
		for round := range 3 {
			t.Run(fmt.Sprintf("%s, %d", name, round), func(t *testing.T) {
				t.Parallel()
				server, proxy, store := through(t, eventstoredb.Options{})
				mustAppend(t, store, "s", eventstore.NoStream, one())
				var begun, ended sync.WaitGroup
				for call, f := range everyCall(store) {
					for range 2 {
						begun.Add(1)
						ended.Go(func() {
							begun.Done()
							for {
								ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
								err := f(ctx)
								cancel()
								if errors.Is(err, eventstore.ErrClosed) {
									return
								}
								if err != nil && !isAny(err, eventstore.ErrUnavailable, eventstore.ErrUnknownOutcome, context.DeadlineExceeded) {
									assert.NoError(t, err, call)
									return
								}
							}
						})
					}
				}
				begun.Wait()
				trouble(server, proxy)
				hold(t, time.Duration(round)*20*time.Millisecond)
				require.NoError(t, store.Close())
				ended.Wait()
			})
		}
	}
}

func leaderless() esdbtest.Hooks {
	return esdbtest.Hooks{Call: func(context.Context, string) error { return esdbtest.NotLeader("") }}
}

// TestUnknownAnswers has the server say what no client knows: to reads the client panics, and we must not.
func TestUnknownAnswers(t *testing.T) {
	t.Parallel()
	server := esdbtest.Start(t)
	store := open(t, server.URL())
	mustAppend(t, store, "s", eventstore.NoStream, one())
	for name, change := range map[string]func(*streams.ReadResp){
		"nothing": func(r *streams.ReadResp) { r.Content = nil },
		"a checkpoint": func(r *streams.ReadResp) {
			r.Content = &streams.ReadResp_Checkpoint_{Checkpoint: &streams.ReadResp_Checkpoint{}}
		},
		"no event":      func(r *streams.ReadResp) { r.GetEvent().Event = nil },
		"no identifier": func(r *streams.ReadResp) { r.GetEvent().Event.StreamIdentifier = nil },
	} {
		server.SetHooks(esdbtest.Hooks{Event: change})
		for call, f := range everyCall(store) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			err := f(ctx)
			cancel()
			if err != nil {
				assert.True(t, isAny(err, eventstore.ErrUnavailable, eventstore.ErrCorrupt, eventstore.ErrUnknownOutcome, context.DeadlineExceeded), "%s, %s: %v", name, call, err)
			}
		}
		for _, err := range store.ReadStream(t.Context(), "s", 0, eventstore.Forwards) {
			require.Error(t, err, "%s is not passed over by a read", name)
		}
	}
	server.SetHooks(esdbtest.Hooks{})
	for call, f := range everyCall(store) {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		if err := f(ctx); call != "subscribe" { // which ends as its context does, when it has nothing more to say
			require.NoError(t, err, call)
		}
		cancel()
	}
}
