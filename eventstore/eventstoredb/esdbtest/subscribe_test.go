package esdbtest_test

import (
	"errors"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore/eventstoredb/esdbtest"
)

func subscribe(t *testing.T, c *esdb.Client, o esdb.SubscribeToAllOptions) *esdb.Subscription {
	t.Helper()
	sub, err := c.SubscribeToAll(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sub.Close()) })
	return sub
}

// heard is what a subscription said, in order: event types, "checkpoint", "caught up", "fell behind".
func heard(t *testing.T, sub *esdb.Subscription, n int) (words []string) {
	t.Helper()
	for range n {
		switch e := sub.Recv(); {
		case e.EventAppeared != nil:
			words = append(words, e.EventAppeared.Event.EventType)
		case e.CheckPointReached != nil:
			words = append(words, "checkpoint")
		case e.CaughtUp != nil:
			words = append(words, "caught up")
		case e.FellBehind != nil:
			words = append(words, "fell behind")
		default:
			require.Nil(t, e.SubscriptionDropped)
		}
	}
	return words
}

func TestSubscription(t *testing.T) {
	t.Parallel()

	t.Run("catches up after a position, says so, and goes on", func(t *testing.T) {
		t.Parallel()
		_, c := start(t)
		for i, name := range []string{"a", "b", "c"} {
			add(t, c, "s"+name, esdb.NoStream{}, happened(1+i, name)...)
		}
		all := readAll(t, c, esdb.ReadAllOptions{}, 99)
		first, second := subscribe(t, c, esdb.SubscribeToAllOptions{From: esdb.Start{}}), subscribe(t, c, esdb.SubscribeToAllOptions{From: all[1].Position})
		assert.Equal(t, []string{"a", "b", "b", "c", "c", "c", "caught up"}, heard(t, first, 7))
		assert.Equal(t, []string{"b", "c", "c", "c", "caught up"}, heard(t, second, 5))
		add(t, c, "s", esdb.NoStream{}, happened(2, "d")...)
		assert.Equal(t, []string{"d", "d"}, heard(t, first, 2))
		assert.Equal(t, []string{"d", "d"}, heard(t, second, 2))
	})

	t.Run("begins at the end where nothing is said, and is live at once there", func(t *testing.T) {
		t.Parallel()
		_, c := start(t)
		add(t, c, "s", esdb.NoStream{}, happened(2, "a")...)
		sub := subscribe(t, c, esdb.SubscribeToAllOptions{})
		assert.Equal(t, []string{"caught up"}, heard(t, sub, 1))
		add(t, c, "s", esdb.Revision(1), happened(1, "b")...)
		assert.Equal(t, []string{"b"}, heard(t, sub, 1))
	})

	t.Run("beyond the end it passes over what comes before its position", func(t *testing.T) {
		t.Parallel()
		_, c := start(t)
		at := add(t, c, "s", esdb.NoStream{}, happened(1, "a")...).CommitPosition
		far := subscribe(t, c, esdb.SubscribeToAllOptions{From: esdb.Position{Commit: at + 200, Prepare: at + 200}})
		assert.Equal(t, []string{"caught up"}, heard(t, far, 1))
		add(t, c, "s", esdb.Revision(0), happened(2, "b")...)
		last := add(t, c, "s", esdb.Revision(2), happened(1, "c")...)
		require.Greater(t, last.CommitPosition, at+200)
		assert.Equal(t, []string{"c"}, heard(t, far, 1))
	})

	t.Run("filters types and streams by prefix and by expression, and then sends checkpoints", func(t *testing.T) {
		t.Parallel()
		_, c := start(t)
		for _, name := range []string{"aa", "ab", "b"} {
			add(t, c, "s"+name, esdb.NoStream{}, happened(1, name)...)
		}
		_, err := c.SetStreamMetadata(t.Context(), "s", esdb.AppendToStreamOptions{}, esdb.StreamMetadata{})
		require.NoError(t, err)
		for name, check := range map[string]struct {
			filter *esdb.SubscriptionFilter
			want   []string
		}{
			"type prefix":       {&esdb.SubscriptionFilter{Type: esdb.EventFilterType, Prefixes: []string{"a", "none"}}, []string{"aa", "ab"}},
			"type expression":   {&esdb.SubscriptionFilter{Type: esdb.EventFilterType, Regex: "^(ab|b)$"}, []string{"ab", "b"}},
			"stream prefix":     {&esdb.SubscriptionFilter{Type: esdb.StreamFilterType, Prefixes: []string{"sa"}}, []string{"aa", "ab"}},
			"stream expression": {&esdb.SubscriptionFilter{Type: esdb.StreamFilterType, Regex: "b$"}, []string{"ab", "b"}},
			"no system events":  {esdb.ExcludeSystemEventsFilter(), []string{"aa", "ab", "b"}},
		} {
			sub := subscribe(t, c, esdb.SubscribeToAllOptions{From: esdb.Start{}, Filter: check.filter})
			want := append(check.want, "checkpoint", "caught up")
			assert.Equal(t, want, heard(t, sub, len(want)), name)
		}
		assert.Equal(t, []string{"aa", "ab", "b", "$metadata", "caught up"}, heard(t, subscribe(t, c, esdb.SubscribeToAllOptions{From: esdb.Start{}}), 5))
	})

	t.Run("sends a checkpoint each time so many events were considered, live too", func(t *testing.T) {
		t.Parallel()
		_, c := start(t)
		add(t, c, "s", esdb.NoStream{}, happened(25, "a")...)
		sub := subscribe(t, c, esdb.SubscribeToAllOptions{
			From: esdb.Start{}, MaxSearchWindow: 5, CheckpointInterval: 2,
			Filter: &esdb.SubscriptionFilter{Type: esdb.EventFilterType, Prefixes: []string{"b"}},
		})
		assert.Equal(t, []string{"checkpoint", "checkpoint", "checkpoint", "caught up"}, heard(t, sub, 4))
		add(t, c, "s", esdb.Revision(24), append(happened(5, "a"), happened(1, "b")...)...)
		assert.Equal(t, []string{"checkpoint", "b"}, heard(t, sub, 2))
	})

	t.Run("falls behind, is dropped and lies about checkpoints when told to", func(t *testing.T) {
		t.Parallel()
		server, c := start(t)
		lie := esdbtest.Position{Commit: 1<<64 - 1, Prepare: 1<<64 - 1}
		server.SetHooks(esdbtest.Hooks{Checkpoint: func(esdbtest.Position) esdbtest.Position { return lie }})
		add(t, c, "s", esdb.NoStream{}, happened(1, "a")...)
		sub := subscribe(t, c, esdb.SubscribeToAllOptions{From: esdb.Start{}, Filter: esdb.ExcludeSystemEventsFilter()})
		assert.Equal(t, []string{"a"}, heard(t, sub, 1))
		assert.Equal(t, esdb.Position{Commit: lie.Commit, Prepare: lie.Prepare}, *sub.Recv().CheckPointReached)
		assert.Equal(t, []string{"caught up"}, heard(t, sub, 1))
		server.FallBehind()
		assert.Equal(t, []string{"fell behind", "caught up"}, heard(t, sub, 2))
		server.DropSubscriptions(errors.New("go away"))
		require.NotNil(t, sub.Recv().SubscriptionDropped)
	})
}
