package eventstoredb_test

import (
	"fmt"
	"io"
	"math"
	"sync/atomic"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/eventstoredb"
	"fleetbeat/eventstore/eventstoredb/esdbtest"
	"fleetbeat/eventstore/storetest"
)

func benchmarked(b *testing.B) (*eventstoredb.Store, *esdb.Client) {
	b.Helper()
	server := esdbtest.Start(b)
	store, err := eventstoredb.Open(server.URL(), eventstoredb.Options{})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, store.Close()) })
	config, err := esdb.ParseConnectionString(server.URL())
	require.NoError(b, err)
	config.Logger = esdb.NoopLogging()
	client, err := esdb.NewClient(config)
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, client.Close()) })
	return store, client
}

// BenchmarkAppend appends 500 events of 200 bytes at a time: by the adapter, and by the client alone, which is its ceiling.
func BenchmarkAppend(b *testing.B) {
	const each = 500
	for _, by := range []string{"adapter", "client alone"} {
		b.Run(by, func(b *testing.B) {
			store, client := benchmarked(b)
			var streams atomic.Int64
			b.SetParallelism(4)
			b.RunParallel(func(pb *testing.PB) {
				stream, last := fmt.Sprint("s", streams.Add(1)), eventstore.NoStream
				for pb.Next() {
					events := storetest.Events(each, 200, "thing.happened.v1")
					if by == "adapter" {
						got, err := store.Append(b.Context(), stream, last, events...)
						require.NoError(b, err)
						last = got.Revision
						continue
					}
					data := make([]esdb.EventData, each)
					for i, e := range events {
						data[i] = esdb.EventData{EventID: e.ID, EventType: e.Type, Data: e.Data, Metadata: e.Metadata}
					}
					var expected esdb.ExpectedRevision = esdb.NoStream{}
					if last != eventstore.NoStream {
						expected = esdb.Revision(uint64(last))
					}
					got, err := client.AppendToStream(b.Context(), stream, esdb.AppendToStreamOptions{ExpectedRevision: expected}, data...)
					require.NoError(b, err)
					last = eventstore.Revision(got.NextExpectedVersion)
				}
			})
			b.ReportMetric(float64(b.N*each)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// BenchmarkCatchUp reads 20,000 events of 200 bytes: by a subscription until it is live and by ReadAll, and by the client alone.
func BenchmarkCatchUp(b *testing.B) {
	const events, each = 20_000, 1000
	store, client := benchmarked(b)
	for i := range events / each {
		_, err := store.Append(b.Context(), "s", eventstore.Revision(i*each-1), storetest.Events(each, 200, "thing.happened.v1")...)
		require.NoError(b, err)
	}
	for _, c := range []struct {
		by   string
		read func(b *testing.B) int
	}{
		{"subscription", func(b *testing.B) (n int) {
			sub, err := store.Subscribe(b.Context(), eventstore.Position{}, "thing.happened.v1")
			require.NoError(b, err)
			defer func() { require.NoError(b, sub.Close()) }()
			for {
				d, err := sub.Next(b.Context())
				require.NoError(b, err)
				n += d.Page.Len()
				if d.Live {
					return n
				}
			}
		}},
		{"ReadAll", func(b *testing.B) (n int) {
			for page, err := range store.ReadAll(b.Context(), eventstore.Position{}) {
				require.NoError(b, err)
				n += page.Len()
			}
			return n
		}},
		{"client alone, subscription", func(b *testing.B) (n int) {
			o := esdb.SubscribeToAllOptions{From: esdb.Start{}, Filter: esdb.ExcludeSystemEventsFilter(), MaxSearchWindow: 256}
			sub, err := client.SubscribeToAll(b.Context(), o)
			require.NoError(b, err)
			defer func() { require.NoError(b, sub.Close()) }()
			for {
				switch e := sub.Recv(); {
				case e.EventAppeared != nil:
					n++
				case e.CaughtUp != nil:
					return n
				}
			}
		}},
		{"client alone, ReadAll", func(b *testing.B) (n int) {
			read, err := client.ReadAll(b.Context(), esdb.ReadAllOptions{}, math.MaxInt64)
			require.NoError(b, err)
			defer read.Close()
			for {
				if _, err := read.Recv(); err != nil {
					require.ErrorIs(b, err, io.EOF)
					return n
				}
				n++
			}
		}},
	} {
		b.Run(c.by, func(b *testing.B) {
			for b.Loop() {
				require.Equal(b, events, c.read(b))
			}
			b.ReportMetric(float64(b.N*events)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
