package eventstoredb_test

import (
	"flag"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/eventstoredb"
	"fleetbeat/eventstore/eventstoredb/esdbtest"
	"fleetbeat/eventstore/storetest"
)

// TestMain lets more tests run at once than there are cores: most of them wait for a network that is away.
func TestMain(m *testing.M) {
	flag.Parse()
	if parallel := flag.Lookup("test.parallel"); parallel.Value.String() == parallel.DefValue {
		if err := parallel.Value.Set("8"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// clock is a server's clock that a test moves.
type clock struct {
	mu      sync.Mutex
	forward time.Duration
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.forward)
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forward += d
}

// servers finds the server that belongs to a store.
type servers struct {
	mu sync.Mutex
	of map[eventstore.Store]server
}

type server struct {
	*esdbtest.Server
	*clock
}

func (s *servers) add(store eventstore.Store, of server) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of[store] = of
}

func (s *servers) get(store eventstore.Store) server {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.of[store]
}

func open(t *testing.T, url string) *eventstoredb.Store {
	t.Helper()
	store, err := eventstoredb.Open(url, eventstoredb.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return store
}

func TestStore(t *testing.T) {
	t.Parallel()
	known := servers{of: map[eventstore.Store]server{}}
	storetest.Run(t, func(t *testing.T) eventstore.Store {
		c := &clock{}
		of := server{esdbtest.Start(t, esdbtest.Options{Now: c.now}), c}
		store := open(t, of.URL())
		known.add(store, of)
		return store
	}, storetest.Abilities{
		Patience: 5 * time.Minute, // many tests at once share a machine with other packages
		Reopen: func(t *testing.T, store eventstore.Store) eventstore.Store {
			require.NoError(t, store.Close())
			of := known.get(store)
			of.Stop()
			require.NoError(t, of.Resume())
			again := open(t, of.URL())
			known.add(again, of)
			return again
		},
		Expire: func(t *testing.T, store eventstore.Store, _ string) {
			of := known.get(store)
			of.advance(2 * storetest.Age)
			require.NoError(t, of.Scavenge())
		},
	})
}
