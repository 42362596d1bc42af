package sqlite_test

import (
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/sqlite"
	"fleetbeat/eventstore/storetest"
)

// clock is time that a test moves.
type clock struct{ ahead atomic.Int64 }

func (c *clock) Now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }

// opened is a store and what it was opened with.
type opened struct {
	*sqlite.Store
	path  string
	clock *clock
}

func open(t *testing.T, path string, c *clock) *opened {
	t.Helper()
	s, err := sqlite.Open(path, sqlite.Options{Sweep: -1, Now: c.Now})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return &opened{s, path, c}
}

func fresh(t *testing.T) *opened {
	t.Helper()
	return open(t, filepath.Join(t.TempDir(), "events.db"), &clock{})
}

func TestContract(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) eventstore.Store { return fresh(t) }, storetest.Abilities{
		Reopen: func(t *testing.T, store eventstore.Store) eventstore.Store {
			old := store.(*opened)
			require.NoError(t, old.Close())
			return open(t, old.path, old.clock)
		},
		Expire: func(t *testing.T, store eventstore.Store, _ string) {
			s := store.(*opened)
			s.clock.advance(2 * storetest.Age)
			require.NoError(t, s.Sweep(t.Context()))
		},
	})
}

func TestContractOfSharedLog(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) eventstore.Store {
		s := fresh(t)
		for i := range 3 {
			appendTo(t, s, "somebody else's", eventstore.Revision(4*i-1), storetest.Events(4, 10, "theirs")...)
		}
		return s
	}, storetest.Abilities{Shared: true})
}
