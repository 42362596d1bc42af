package ingest

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/eventstore/eventstoredb"
	"fleetbeat/eventstore/eventstoredb/esdbtest"
)

// BenchmarkIntoEventStoreDB is heartbeats made durable in EventStoreDB's likeness, and in turns with it the client's own ceiling: as
// many heartbeats in appends of 1 MiB, one in flight, as exact revisions demand. The client alone is handed them encoded ("ceiling"), and
// encodes them itself before each append ("encoding"), which is what a program of its own would do.
func BenchmarkIntoEventStoreDB(b *testing.B) {
	const callers, each, calls = 64, 1000, 10
	server := esdbtest.Start(b, esdbtest.Options{Data: filepath.Join(b.TempDir(), "log.esdb")})
	store, err := eventstoredb.Open(server.URL(), eventstoredb.Options{})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, store.Close()) })
	node := openBench(b, store)
	_, err = node.Record(b.Context(), pings(1))
	require.NoError(b, err)
	config, err := esdb.ParseConnectionString(server.URL())
	require.NoError(b, err)
	config.Logger = esdb.NoopLogging()
	client, err := esdb.NewClient(config)
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, client.Close()) })

	batch := fullBatch(b)
	expected := esdb.ExpectedRevision(esdb.NoStream{})
	alone := func(encode func() []byte) time.Duration {
		began := time.Now()
		for left := callers * each * calls; left > 0; left -= len(batch.Heartbeats) {
			e := esdb.EventData{EventID: uuid.New(), EventType: domain.TypeHeartbeatsRecorded, ContentType: esdb.ContentTypeJson, Data: encode()}
			got, err := client.AppendToStream(context.Background(), "alone", esdb.AppendToStreamOptions{ExpectedRevision: expected}, e)
			require.NoError(b, err)
			expected = esdb.Revision(got.NextExpectedVersion)
		}
		return time.Since(began)
	}
	encode := func() []byte {
		data, err := json.Marshal(batch)
		require.NoError(b, err)
		return data
	}
	encoded := encode()
	var ours, ceiling, encoding time.Duration
	heartbeats := 0
	for b.Loop() {
		began := time.Now()
		var all sync.WaitGroup
		for range callers {
			all.Go(func() {
				h := pings(each)
				for range calls {
					if _, err := node.Record(b.Context(), h); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		ours += time.Since(began)
		ceiling += alone(func() []byte { return encoded })
		encoding += alone(encode)
		heartbeats += callers * each * calls
	}
	b.ReportMetric(float64(heartbeats)/ours.Seconds(), "heartbeats/s")
	b.ReportMetric(float64(heartbeats)/ceiling.Seconds(), "ceiling/s")
	b.ReportMetric(float64(heartbeats)/encoding.Seconds(), "encoding/s")
	b.ReportMetric(ceiling.Seconds()/ours.Seconds(), "of-ceiling")
	b.ReportMetric(encoding.Seconds()/ours.Seconds(), "of-encoding")
}

// fullBatch returns a batch as large as one append may be.
func fullBatch(b *testing.B) domain.HeartbeatsRecorded {
	b.Helper()
	batch := domain.HeartbeatsRecorded{Until: 1_700_000_000_000}
	heartbeat := func(n int) domain.Heartbeat {
		return domain.Heartbeat{VIN: vin(n), ID: uuid.NewString()[:22], ReceivedAt: 1_700_000_000_000}
	}
	one, err := json.Marshal(heartbeat(0))
	require.NoError(b, err)
	for n := range (eventstore.MaxAppendSize - 200) / (len(one) + 1) {
		batch.Heartbeats = append(batch.Heartbeats, heartbeat(n))
	}
	return batch
}
