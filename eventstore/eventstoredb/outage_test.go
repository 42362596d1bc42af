package eventstoredb_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/eventstoredb"
	"fleetbeat/eventstore/eventstoredb/esdbtest"
)

// outages are the ways in which a network fails. Each begins one and returns what ends it.
func outages() map[string]func(*esdbtest.Proxy) (end func() error) {
	return map[string]func(*esdbtest.Proxy) (end func() error){
		"connections are cut and refused": func(p *esdbtest.Proxy) func() error {
			p.Refuse()
			return p.Heal
		},
		"nothing comes through, and all of it comes later": func(p *esdbtest.Proxy) func() error {
			p.Swallow()
			return p.Heal
		},
		"nothing comes through, and old connections are never heard of again": func(p *esdbtest.Proxy) func() error {
			p.Swallow()
			p.Lose()
			return p.Heal
		},
		"connections are cut, and new ones are silent": func(p *esdbtest.Proxy) func() error {
			p.Swallow()
			p.Cut()
			return p.Heal
		},
	}
}

// through returns a server, the network in front of it and a store behind that.
func through(t *testing.T, o eventstoredb.Options) (*esdbtest.Server, *esdbtest.Proxy, *eventstoredb.Store) {
	t.Helper()
	server := esdbtest.Start(t)
	proxy := esdbtest.StartProxy(t, server.Address())
	return server, proxy, openWith(t, "esdb://"+proxy.Address()+"?tls=false", o)
}

func hold(t *testing.T, d time.Duration) {
	t.Helper()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.Context().Done():
	}
}

// TestOutagesUnderLoad is real time: what it tests is how clocks of gRPC, of the client and of ours meet.
func TestOutagesUnderLoad(t *testing.T) {
	t.Parallel()
	for _, long := range []time.Duration{time.Second, 10 * time.Second} {
		for name, begin := range outages() {
			t.Run(long.String()+"/"+name, func(t *testing.T) {
				t.Parallel()
				if long > time.Second && testing.Short() {
					t.Skip("SKIPPED with -short: an outage of " + long.String() + " takes that long")
				}
				_, proxy, store := through(t, eventstoredb.Options{})
				l := startLoad(t, store, 4)
				end := begin(proxy)
				hold(t, long)
				require.NoError(t, end())
				l.heal()
			})
		}
	}

	t.Run("1m0s/refused, then silent, then refused again", func(t *testing.T) {
		t.Parallel()
		if testing.Short() {
			t.Skip("SKIPPED with -short: an outage of a minute takes that long")
		}
		_, proxy, store := through(t, eventstoredb.Options{})
		l := startLoad(t, store, 4)
		proxy.Refuse()
		hold(t, 20*time.Second)
		require.NoError(t, proxy.Heal())
		proxy.Swallow()
		proxy.Cut()
		hold(t, 25*time.Second)
		proxy.Refuse()
		hold(t, 15*time.Second)
		require.NoError(t, proxy.Heal())
		l.heal()
	})
}

func TestRestartsUnderLoad(t *testing.T) {
	t.Parallel()
	server, _, store := through(t, eventstoredb.Options{})
	direct := open(t, server.URL())
	l, other := startLoad(t, store, 4), direct
	for range 3 {
		server.Stop()
		_, err := other.Head(t.Context())
		require.ErrorIs(t, err, eventstore.ErrUnavailable)
		require.NoError(t, server.Resume())
		for { // by itself
			if _, err = other.Head(t.Context()); err == nil {
				break
			}
			require.ErrorIs(t, err, eventstore.ErrUnavailable)
		}
	}
	l.heal()
}

func TestElectionsUnderLoad(t *testing.T) {
	t.Parallel()
	server, _, store := through(t, eventstoredb.Options{})
	l := startLoad(t, store, 4)
	for range 5 {
		server.DropSubscriptions(status.Error(codes.Unavailable, "Server Is Not Ready"))
		server.SetHooks(esdbtest.Hooks{Call: func(context.Context, string) error { return esdbtest.NotLeader("") }})
		hold(t, 100*time.Millisecond)
		server.SetHooks(esdbtest.Hooks{})
	}
	l.heal()
}

// TestHealth shows the cheap way to know within two seconds whether the log is there, whichever way it is not.
func TestHealth(t *testing.T) {
	t.Parallel()
	healthy := func(store *eventstoredb.Store) error {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		_, err := store.Head(ctx)
		assert.Less(t, time.Since(began), 2*time.Second, "readiness is promised within that")
		return err
	}
	for name, begin := range outages() {
		t.Run("Head with a context of a second tells when "+name, func(t *testing.T) {
			t.Parallel()
			_, proxy, store := through(t, eventstoredb.Options{})
			require.NoError(t, healthy(store))
			end := begin(proxy)
			for range 3 {
				require.Error(t, healthy(store))
			}
			require.NoError(t, end())
			require.Eventually(t, func() bool { return healthy(store) == nil }, time.Minute, time.Millisecond)
		})
	}
}

// TestReadersReconnect has nobody append: the client itself would leave a reader to gRPC's own back-off of up to two minutes.
func TestReadersReconnect(t *testing.T) {
	t.Parallel()
	for name, use := range map[string]func(ctx context.Context, s *eventstoredb.Store) error{
		"Head": func(ctx context.Context, s *eventstoredb.Store) error {
			_, err := s.Head(ctx)
			return err
		},
		"ReadStream": func(ctx context.Context, s *eventstoredb.Store) error {
			for _, err := range s.ReadStream(ctx, "s", 0, eventstore.Forwards) {
				return err
			}
			return nil
		},
		"Subscribe": func(ctx context.Context, s *eventstoredb.Store) error {
			sub, err := s.Subscribe(ctx, eventstore.Position{})
			if err != nil {
				return err
			}
			_, err = sub.Next(ctx)
			_ = sub.Close()
			return err
		},
	} {
		t.Run(name+" alone finds the server again, on one connection", func(t *testing.T) {
			t.Parallel()
			server := esdbtest.Start(t)
			store := open(t, server.URL())
			for range 5 {
				server.Stop()
				require.Error(t, use(t.Context(), store))
				require.NoError(t, server.Resume())
				require.Eventually(t, func() bool { return use(t.Context(), store) == nil }, time.Minute, time.Millisecond)
			}
		})
	}
}

// TestConnectionsAreNotLeft counts them: the client itself would leave one open at each outage, which connects again and stays.
func TestConnectionsAreNotLeft(t *testing.T) {
	t.Parallel()
	_, proxy, store := through(t, eventstoredb.Options{})
	for i := range 10 {
		require.Eventually(t, func() bool {
			_, err := store.Append(t.Context(), fmt.Sprint("s", i), eventstore.NoStream, one())
			return err == nil
		}, time.Minute, time.Millisecond)
		proxy.Cut()
		require.Eventually(t, func() bool {
			_, err := store.Head(t.Context())
			return err == nil
		}, time.Minute, time.Millisecond)
	}
	require.Eventually(t, func() bool { return proxy.Connections() == 1 }, time.Minute, time.Millisecond)
	require.NoError(t, store.Close())
	require.Eventually(t, func() bool { return proxy.Connections() == 0 }, time.Minute, time.Millisecond)
}
