package liveness

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/eventstore/eventstoredb"
	"fleetbeat/eventstore/eventstoredb/esdbtest"
	"fleetbeat/eventstore/sqlite"
)

// engines are the logs that liveness runs on.
func engines() map[string]func(t *testing.T) eventstore.Store {
	return map[string]func(t *testing.T) eventstore.Store{
		"sqlite": func(t *testing.T) eventstore.Store {
			store, err := sqlite.Open(filepath.Join(t.TempDir(), "events.db"), sqlite.Options{})
			require.NoError(t, err)
			return store
		},
		"eventstoredb": func(t *testing.T) eventstore.Store {
			store, err := eventstoredb.Open(esdbtest.Start(t).URL(), eventstoredb.Options{})
			require.NoError(t, err)
			return store
		},
	}
}

// TestEngines has liveness decide on every engine what it decides in memory: on the written logs and on generated ones.
func TestEngines(t *testing.T) {
	t.Parallel()
	logs := map[string]*memLog{}
	for _, rule := range rules() {
		w := write(t)
		rule.log(w)
		logs[rule.name] = w.log
	}
	for seed := range uint64(3) {
		world := newWorld(seed + 1)
		world.play()
		log := newMemLog()
		for _, e := range world.log {
			log.put(t, e.stream, e.event)
		}
		logs[fmt.Sprintf("seed %d", seed+1)] = log
	}
	for engine, open := range engines() {
		for name, log := range logs {
			t.Run(engine+"/"+name, func(t *testing.T) {
				t.Parallel()
				mem := log.copy(len(log.all))
				require.NoError(t, (&reader{log: mem, l: newLiveness(mem, &memSnapshots{}), size: 1000}).read(context.Background()))
				store := open(t)
				defer func() { require.NoError(t, store.Close()) }()
				decidedOn := follow(t, store, log)
				assert.Equal(t, told(t, mem), decidedOn)
			})
		}
	}
}

// follow appends a log to a store while liveness follows it by subscription, and returns what it wrote.
func follow(t *testing.T, store eventstore.Store, log *memLog) []string {
	t.Helper()
	ctx := t.Context()
	l := newLiveness(nil, &memSnapshots{})
	l.options.Store = store
	from, err := l.From(ctx)
	require.NoError(t, err)
	subscription, err := store.Subscribe(ctx, from, Types()...)
	require.NoError(t, err)
	defer func() { require.NoError(t, subscription.Close()) }()
	var last domain.Position
	for i, r := range log.all {
		appended, err := store.Append(ctx, r.Stream, r.Revision-1, r.Event)
		require.NoError(t, err)
		last = appended.Position
		if i%7 == 0 {
			through(t, l, subscription, last)
		}
	}
	through(t, l, subscription, last)
	var events []domain.Event
	for r, err := range store.ReadStream(ctx, domain.ConnectionsStream, 0, eventstore.Forwards) {
		require.NoError(t, err)
		events = append(events, decoded(t, r))
	}
	return describe(events)
}

// through hands over pages until the event at a position is folded, which is one that liveness reads.
func through(t *testing.T, l *Liveness, subscription eventstore.Subscription, position domain.Position) {
	t.Helper()
	for l.position.Before(position) {
		delivery, err := subscription.Next(t.Context())
		require.NoError(t, err)
		require.NoError(t, l.Handle(t.Context(), delivery))
	}
}
