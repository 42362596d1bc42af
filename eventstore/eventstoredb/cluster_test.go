package eventstoredb_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/eventstoredb"
	"fleetbeat/eventstore/eventstoredb/esdbtest"
)

// cluster is two servers of which one leads. They share no log, so that it can be seen where a call went.
type cluster struct {
	servers [2]*esdbtest.Server
	leader  atomic.Int64 // index of the leader; -1 during an election
}

func startCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{servers: [2]*esdbtest.Server{esdbtest.Start(t), esdbtest.Start(t)}}
	c.elect(0)
	for i, server := range c.servers {
		server.SetHooks(esdbtest.Hooks{
			Members: func() (members []esdbtest.Member) {
				for j, other := range c.servers {
					members = append(members, esdbtest.Member{Address: other.Address(), Leader: int64(j) == c.leader.Load()})
				}
				return members
			},
			Call: func(_ context.Context, method string) error {
				switch leader := c.leader.Load(); {
				case !strings.Contains(method, "streams.Streams/") || leader == int64(i):
					return nil
				case leader < 0:
					return esdbtest.NotLeader("")
				default:
					return esdbtest.NotLeader(c.servers[leader].Address())
				}
			},
		})
	}
	return c
}

func (c *cluster) elect(leader int) { c.leader.Store(int64(leader)) }

// url names both servers, or one.
func (c *cluster) url(of ...int) string {
	var addresses []string
	for _, i := range of {
		addresses = append(addresses, c.servers[i].Address())
	}
	return "esdb://" + strings.Join(addresses, ",") + "?tls=false"
}

// stored requires that a stream of a server has n events.
func (c *cluster) stored(t *testing.T, on int, stream string, n int) {
	t.Helper()
	was := c.leader.Swap(int64(on))
	defer c.leader.Store(was)
	assert.Len(t, read(t, open(t, c.servers[on].URL()), stream), n)
}

func TestCluster(t *testing.T) {
	t.Parallel()

	t.Run("a server that does not lead names the leader, nothing is stored, and the next call goes there", func(t *testing.T) {
		t.Parallel()
		c := startCluster(t)
		store := open(t, c.url(1))
		e := one()
		_, err := store.Append(t.Context(), "s", eventstore.NoStream, e)
		require.ErrorIs(t, err, eventstore.ErrUnavailable)
		mustAppend(t, store, "s", eventstore.NoStream, e)
		c.stored(t, 0, "s", 1)
		c.stored(t, 1, "s", 0)
	})

	for name, use := range map[string]func(s *eventstoredb.Store) error{
		"a read": func(s *eventstoredb.Store) error {
			_, err := s.Head(t.Context())
			return err
		},
		"a subscription": func(s *eventstoredb.Store) error {
			sub, err := s.Subscribe(t.Context(), eventstore.Position{})
			if err == nil {
				err = sub.Close()
			}
			return err
		},
	} {
		t.Run(name+" follows the leader too", func(t *testing.T) {
			t.Parallel()
			c := startCluster(t)
			store := open(t, c.url(1))
			require.ErrorIs(t, use(store), eventstore.ErrUnavailable)
			require.NoError(t, use(store))
		})
	}

	t.Run("of several servers the leader is found by gossip", func(t *testing.T) {
		t.Parallel()
		for leader := range 2 {
			c := startCluster(t)
			c.elect(leader)
			store := open(t, c.url(0, 1))
			mustAppend(t, store, "s", eventstore.NoStream, one())
			c.stored(t, leader, "s", 1)
		}
	})

	t.Run("during an election calls fail, and after it they go to the new leader", func(t *testing.T) {
		t.Parallel()
		c := startCluster(t)
		store := open(t, c.url(0, 1))
		mustAppend(t, store, "s", eventstore.NoStream, one())
		sub := subscribe(t, store, eventstore.Position{})
		take(t, sub, 1)
		c.elect(-1)
		c.servers[0].DropSubscriptions(esdbtest.NotLeader(""))
		for range 3 {
			_, err := store.Append(t.Context(), "s", 0, one())
			require.True(t, isAny(err, eventstore.ErrUnavailable, eventstore.ErrUnknownOutcome), "%v", err)
			_, err = store.Head(t.Context())
			require.ErrorIs(t, err, eventstore.ErrUnavailable)
		}
		_, err := sub.Next(t.Context())
		require.ErrorIs(t, err, eventstore.ErrUnavailable)
		c.elect(1)
		require.Eventually(t, func() bool {
			_, err := store.Append(t.Context(), "new", eventstore.NoStream, one())
			return err == nil
		}, time.Minute, time.Millisecond)
		c.stored(t, 1, "new", 1)
	})

	t.Run("a leader that is gone is replaced by the one that the others name", func(t *testing.T) {
		t.Parallel()
		c := startCluster(t)
		store := open(t, c.url(0, 1))
		mustAppend(t, store, "s", eventstore.NoStream, one())
		c.servers[0].Stop()
		c.elect(1)
		e := one()
		require.Eventually(t, func() bool {
			_, err := store.Append(t.Context(), "s", eventstore.NoStream, e)
			return err == nil
		}, time.Minute, time.Millisecond)
		c.stored(t, 1, "s", 1)
	})

	t.Run("a leader that is named and cannot be reached is looked for again", func(t *testing.T) {
		t.Parallel()
		c := startCluster(t)
		store := open(t, c.url(1))
		c.servers[0].Stop()
		_, err := store.Append(t.Context(), "s", eventstore.NoStream, one())
		require.ErrorIs(t, err, eventstore.ErrUnavailable)
		require.NoError(t, c.servers[0].Resume())
		require.Eventually(t, func() bool {
			_, err := store.Append(t.Context(), "s", eventstore.NoStream, one())
			return err == nil
		}, time.Minute, time.Millisecond)
		c.stored(t, 0, "s", 1)
	})

	t.Run("a server that was too old is used when it has been upgraded", func(t *testing.T) {
		t.Parallel()
		old := esdbtest.Start(t, esdbtest.Options{Version: "22.10.1"})
		store := open(t, old.URL())
		_, err := store.Head(t.Context())
		require.ErrorContains(t, err, "23.10 or later is needed")
		old.Stop()
		esdbtest.Start(t, esdbtest.Options{Listen: old.Address()})
		_, err = store.Head(t.Context())
		require.NoError(t, err)
	})
}
