package eventstoredb_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/eventstoredb/esdbtest"
)

// bare returns the client without the adapter.
func bare(t *testing.T, url string) *esdb.Client {
	t.Helper()
	config, err := esdb.ParseConnectionString(url)
	require.NoError(t, err)
	config.Logger = esdb.NoopLogging()
	client, err := esdb.NewClient(config)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

func writeMetadata(t *testing.T, client *esdb.Client, text string) {
	t.Helper()
	_, err := client.AppendToStream(t.Context(), "$$s", esdb.AppendToStreamOptions{}, esdb.EventData{EventType: "$metadata", Data: []byte(text)})
	require.NoError(t, err)
}

func metadataOf(t *testing.T, client *esdb.Client) (text string, revision uint64) {
	t.Helper()
	read, err := client.ReadStream(t.Context(), "$$s", esdb.ReadStreamOptions{From: esdb.End{}, Direction: esdb.Backwards}, 1)
	require.NoError(t, err)
	defer read.Close()
	e, err := read.Recv()
	require.NoError(t, err)
	return string(e.Event.Data), e.Event.EventNumber
}

func TestSetMaxAge(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		age          time.Duration
		before, want string
	}{
		"is written where there was none":           {time.Hour, `{}`, `{"$maxAge":3600}`},
		"keeps what else is there, known or not":    {time.Minute, `{"$acl":{"$r":["a","b"]},"$tb":9223372036854775807,"own":{"n":1.50}}`, `{"$acl":{"$r":["a","b"]},"$maxAge":60,"$tb":9223372036854775807,"own":{"n":1.50}}`},
		"replaces the former one":                   {time.Minute, `{"$maxAge":3600,"$maxCount":5}`, `{"$maxAge":60,"$maxCount":5}`},
		"goes up to whole seconds, never down to 0": {time.Millisecond, `{}`, `{"$maxAge":1}`},
		"is taken away by 0":                        {0, `{"$maxAge":3600,"$maxCount":5}`, `{"$maxCount":5}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := esdbtest.Start(t)
			store, client := open(t, server.URL()), bare(t, server.URL())
			writeMetadata(t, client, c.before)
			require.NoError(t, store.SetMaxAge(t.Context(), "s", c.age))
			got, revision := metadataOf(t, client)
			assert.Equal(t, c.want, got)
			assert.EqualValues(t, 1, revision)
			require.NoError(t, store.SetMaxAge(t.Context(), "s", c.age))
			_, revision = metadataOf(t, client)
			assert.EqualValues(t, 1, revision, "the same again writes nothing")
		})
	}

	t.Run("a change that comes between is kept", func(t *testing.T) {
		t.Parallel()
		server := esdbtest.Start(t)
		store, client := open(t, server.URL()), bare(t, server.URL())
		var once sync.Once
		server.SetHooks(esdbtest.Hooks{BeforeAppend: func(_ context.Context, stream string) error {
			once.Do(func() {
				server.SetHooks(esdbtest.Hooks{})
				writeMetadata(t, client, `{"$maxCount":7}`)
			})
			return nil
		}})
		require.NoError(t, store.SetMaxAge(t.Context(), "s", time.Minute))
		got, _ := metadataOf(t, client)
		assert.Equal(t, `{"$maxAge":60,"$maxCount":7}`, got)
	})

	t.Run("metadata that is no object is ErrCorrupt and stays as it is", func(t *testing.T) {
		t.Parallel()
		server := esdbtest.Start(t)
		store, client := open(t, server.URL()), bare(t, server.URL())
		writeMetadata(t, client, `[1]`)
		require.ErrorIs(t, store.SetMaxAge(t.Context(), "s", time.Minute), eventstore.ErrCorrupt)
		got, _ := metadataOf(t, client)
		assert.Equal(t, `[1]`, got)
	})

	t.Run("expired events are hidden in their stream and pass in the log until they are scavenged", func(t *testing.T) {
		t.Parallel()
		c := &clock{}
		server := esdbtest.Start(t, esdbtest.Options{Now: c.now})
		store := open(t, server.URL())
		mustAppend(t, store, "s", eventstore.NoStream, one(), one(), one())
		require.NoError(t, store.SetMaxAge(t.Context(), "s", time.Minute))
		c.advance(2 * time.Minute)
		assert.Empty(t, read(t, store, "s"))
		assert.Len(t, readAll(t, store), 3)
		require.NoError(t, server.Scavenge())
		assert.Len(t, readAll(t, store), 1)
		assert.Equal(t, eventstore.Revision(3), mustAppend(t, store, "s", 2, one()).Revision)
	})

	t.Run("a deleted stream reads as absent", func(t *testing.T) {
		t.Parallel()
		server := esdbtest.Start(t)
		store, client := open(t, server.URL()), bare(t, server.URL())
		mustAppend(t, store, "soft", eventstore.NoStream, one())
		mustAppend(t, store, "hard", eventstore.NoStream, one())
		_, err := client.DeleteStream(t.Context(), "soft", esdb.DeleteStreamOptions{ExpectedRevision: esdb.Any{}})
		require.NoError(t, err)
		_, err = client.TombstoneStream(t.Context(), "hard", esdb.TombstoneStreamOptions{ExpectedRevision: esdb.Any{}})
		require.NoError(t, err)
		assert.Empty(t, read(t, store, "soft"))
		assert.Empty(t, read(t, store, "hard"))
		mustAppend(t, store, "soft", 0, one())
		assert.Len(t, read(t, store, "soft"), 1)
		_, err = store.Append(t.Context(), "hard", 0, one())
		require.ErrorIs(t, err, eventstore.ErrInvalid)
	})
}
