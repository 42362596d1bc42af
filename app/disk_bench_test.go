package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/eventstore/sqlite"
)

// BenchmarkDiskUse prints how many bytes of events.db a heartbeat takes, by what it says and by how many share a batch; and
// what a log costs in which nothing happens. It is what docs/operations.md reckons with.
func BenchmarkDiskUse(b *testing.B) {
	location := &domain.Location{Lat: 59.334591, Lon: 18.063240}
	readings := map[string]float64{"speed": 61.5, "fuel": 0.42, "engine_temperature": 88}
	for name, h := range map[string]domain.Heartbeat{
		"empty": {}, "location+3readings": {SentAt: 1_790_000_000_000, Location: location, Readings: readings},
	} {
		for _, share := range []int{1, 10, 100} {
			b.Run(fmt.Sprintf("%s/batch=%d", name, share), func(b *testing.B) {
				use := diskUse(b, 8_000/share, func(n int) domain.Event { return batchOf(h, n, share) }, domain.IngestStream(localNode))
				b.ReportMetric(use/float64(share), "bytes/heartbeat")
			})
		}
	}
	b.Run("idle", func(b *testing.B) {
		empty := diskUse(b, 4_000, func(n int) domain.Event { return batchOf(domain.Heartbeat{}, n, 0) }, domain.IngestStream(localNode))
		evaluation := diskUse(b, 4_000, func(n int) domain.Event {
			at := domain.Position{Commit: uint64(n), Prepare: uint64(n)}
			return domain.FleetEvaluated{AsOf: moment(n), Through: at, Newest: moment(n)}
		}, domain.EvaluationsStream)
		b.ReportMetric(empty, "bytes/empty_batch")
		b.ReportMetric(evaluation, "bytes/evaluation")
		b.ReportMetric(2*86400*empty/1e6, "MB/day_of_empty_batches")
	})
}

func moment(n int) domain.Instant { return domain.Instant(1_790_000_000_000 + 500*int64(n)) }

func batchOf(h domain.Heartbeat, n, count int) domain.Event {
	batch := domain.HeartbeatsRecorded{Until: moment(n)}
	for i := range count {
		h.VIN, h.ID, h.ReceivedAt = domain.VIN(benchVIN(i)), fmt.Sprintf("%016x", uint64(n)*0x9e3779b97f4a7c15+uint64(i)), moment(n)
		batch.Heartbeats = append(batch.Heartbeats, h)
	}
	return batch
}

// diskUse appends n events, one append each, and returns how many bytes of the file each took.
func diskUse(b *testing.B, n int, event func(n int) domain.Event, stream string) float64 {
	b.Helper()
	path := filepath.Join(b.TempDir(), eventsFile)
	store, err := sqlite.Open(path, sqlite.Options{Sweep: -1})
	require.NoError(b, err)
	last := eventstore.NoStream
	for i := range n {
		encoded, err := eventstore.Encode(uuid.New(), event(i), eventstore.Metadata{By: localNode})
		require.NoError(b, err)
		appended, err := store.Append(context.Background(), stream, last, encoded)
		require.NoError(b, err)
		last = appended.Revision
	}
	require.NoError(b, store.Close())
	info, err := os.Stat(path)
	require.NoError(b, err)
	return float64(info.Size()) / float64(n)
}
