package eventstoredb_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/eventstoredb/esdbtest"
	"fleetbeat/eventstore/storetest"
	"fleetbeat/internal/testengines"
)

// TestRealServer is what may be asked of a server that is nobody's toy: it is not empty, others write to it, and it fails when it
// likes. `make esdb-suite` builds it for machines without Go.
func TestRealServer(t *testing.T) {
	t.Parallel()
	url := testengines.EventStoreDB(t)
	t.Run("store", func(t *testing.T) {
		t.Parallel()
		storetest.Run(t, func(t *testing.T) eventstore.Store { return open(t, url) }, storetest.Abilities{Shared: true, Patience: 5 * time.Minute})
	})
	runAnywhere(t, url)
}

// TestLikeness runs the same against esdbtest, on a log that is not empty and that others write to.
func TestLikeness(t *testing.T) {
	t.Parallel()
	url := esdbtest.Start(t).URL()
	noise := open(t, url)
	ctx, stop := context.WithCancel(t.Context())
	var others errgroup.Group
	others.Go(func() error {
		for last := eventstore.NoStream; ctx.Err() == nil; {
			if got, err := noise.Append(ctx, "noise", last, one()); err == nil {
				last = got.Revision
			}
			hold(t, 25*time.Millisecond)
		}
		return nil
	})
	t.Cleanup(func() {
		stop()
		assert.NoError(t, others.Wait())
	})
	storetest.Run(t, func(t *testing.T) eventstore.Store { return open(t, url) }, storetest.Abilities{Shared: true, Patience: 5 * time.Minute})
	runAnywhere(t, url)
}

// runAnywhere tests what is ours beyond the port's promises, on any server: with names of its own, and nothing that only a hook can do.
func runAnywhere(t *testing.T, url string) {
	t.Helper()

	t.Run("metadata that somebody else wrote outlast SetMaxAge", func(t *testing.T) {
		t.Parallel()
		store, client, stream := open(t, url), bare(t, url), unique("s")
		before := esdb.EventData{EventID: uuid.New(), EventType: "$metadata", ContentType: esdb.ContentTypeJson, Data: []byte(`{"$maxCount":1000,"own":{"n":1}}`)}
		_, err := client.AppendToStream(t.Context(), "$$"+stream, esdb.AppendToStreamOptions{ExpectedRevision: esdb.NoStream{}}, before)
		require.NoError(t, err)
		require.NoError(t, store.SetMaxAge(t.Context(), stream, 36*time.Hour))
		assert.Equal(t, map[string]any{"$maxAge": 129600.0, "$maxCount": 1000.0, "own": map[string]any{"n": 1.0}}, metadataNow(t, client, stream))
		require.NoError(t, store.SetMaxAge(t.Context(), stream, 0))
		assert.Equal(t, map[string]any{"$maxCount": 1000.0, "own": map[string]any{"n": 1.0}}, metadataNow(t, client, stream))
	})

	t.Run("a maximum age that is set while others write and set it too is there, and every event as well", func(t *testing.T) {
		t.Parallel()
		store, client, stream := open(t, url), bare(t, url), unique("s")
		var busy errgroup.Group
		const appends, setters = 50, 3
		busy.Go(func() error {
			last := eventstore.NoStream
			for range appends {
				got, err := store.Append(t.Context(), stream, last, one())
				if err != nil {
					return err
				}
				last = got.Revision
			}
			return nil
		})
		for range setters {
			busy.Go(func() error { return store.SetMaxAge(t.Context(), stream, 14*24*time.Hour) })
		}
		require.NoError(t, busy.Wait())
		assert.Len(t, read(t, store, stream), appends)
		assert.Equal(t, map[string]any{"$maxAge": 1209600.0}, metadataNow(t, client, stream))
	})

	t.Run("an event older than the maximum age is not read from its stream", func(t *testing.T) {
		t.Parallel()
		store, stream := open(t, url), unique("s")
		at := mustAppend(t, store, stream, eventstore.NoStream, one(), one())
		require.NoError(t, store.SetMaxAge(t.Context(), stream, time.Second))
		require.Eventually(t, func() bool { return len(read(t, store, stream)) < 2 }, time.Minute, 100*time.Millisecond)
		got := mustAppend(t, store, stream, at.Revision, one())
		assert.True(t, at.Position.Before(got.Position))
	})

	t.Run("types are whole names, in reads and subscriptions", func(t *testing.T) {
		t.Parallel()
		store, prefix := open(t, url), unique("t")
		from, err := store.Head(t.Context())
		require.NoError(t, err)
		var events []eventstore.Event
		for _, eventType := range []string{".v1", ".v10", ".v1", "_v1"} {
			events = append(events, storetest.Events(1, 10, prefix+eventType)...)
		}
		mustAppend(t, store, unique("s"), eventstore.NoStream, events...)
		got := take(t, subscribe(t, store, from, prefix+".v1"), 2)
		assert.Equal(t, []eventstore.Event{events[0], events[2]}, []eventstore.Event{got[0].Event, got[1].Event})
		assert.Len(t, readAll(t, store, prefix+".v1"), 2)
		assert.Empty(t, readAll(t, store, prefix))
	})

	t.Run("no reader of everything is shown the server's own events", func(t *testing.T) {
		t.Parallel()
		store := open(t, url)
		from, err := store.Head(t.Context())
		require.NoError(t, err)
		require.NoError(t, store.SetMaxAge(t.Context(), unique("s"), time.Hour))
		mustAppend(t, store, unique("s"), eventstore.NoStream, one())
		for page, err := range store.ReadAll(t.Context(), from) {
			require.NoError(t, err)
			for e, err := range page.Events() {
				require.NoError(t, err)
				require.NotContains(t, e.Type[:1]+e.Stream[:1], "$")
			}
		}
	})

	t.Run("a stream that somebody deleted reads as absent and is written on", func(t *testing.T) {
		t.Parallel()
		store, client, soft, hard := open(t, url), bare(t, url), unique("soft"), unique("hard")
		mustAppend(t, store, soft, eventstore.NoStream, one())
		mustAppend(t, store, hard, eventstore.NoStream, one())
		_, err := client.DeleteStream(t.Context(), soft, esdb.DeleteStreamOptions{ExpectedRevision: esdb.Any{}})
		require.NoError(t, err)
		_, err = client.TombstoneStream(t.Context(), hard, esdb.TombstoneStreamOptions{ExpectedRevision: esdb.Any{}})
		require.NoError(t, err)
		assert.Empty(t, read(t, store, soft))
		assert.Empty(t, read(t, store, hard))
		mustAppend(t, store, soft, 0, one())
		_, err = store.Append(t.Context(), hard, 0, one())
		require.ErrorIs(t, err, eventstore.ErrInvalid)
	})
}

func unique(name string) string { return fmt.Sprintf("test-%s-%s", name, uuid.NewString()[:8]) }

// metadataNow returns the newest metadata of a stream.
func metadataNow(t *testing.T, client *esdb.Client, stream string) (meta map[string]any) {
	t.Helper()
	read, err := client.ReadStream(t.Context(), "$$"+stream, esdb.ReadStreamOptions{From: esdb.End{}, Direction: esdb.Backwards}, 1)
	require.NoError(t, err)
	defer read.Close()
	e, err := read.Recv()
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(e.Event.Data, &meta))
	return meta
}
