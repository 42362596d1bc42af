package sqlite_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/sqlite"
	"fleetbeat/eventstore/storetest"
)

// report prints what the store did a second, what the floor did in the same run, and the share.
func report(b *testing.B, events int, spent, floor time.Duration) {
	b.Helper()
	b.ReportMetric(float64(events)/spent.Seconds(), "events/s")
	b.ReportMetric(float64(events)/floor.Seconds(), "floor-events/s")
	b.ReportMetric(floor.Seconds()/spent.Seconds(), "of-floor")
}

// BenchmarkAppend appends durably and, in turns with it, writes the same bytes to a bare file and syncs it.
func BenchmarkAppend(b *testing.B) {
	for _, c := range []struct{ callers, events int }{{1, 1}, {64, 1}, {1, 500}, {8, 500}} {
		b.Run(fmt.Sprintf("callers=%d/events=%d", c.callers, c.events), func(b *testing.B) {
			dir := b.TempDir()
			s, err := sqlite.Open(filepath.Join(dir, "events.db"), sqlite.Options{Sweep: -1})
			require.NoError(b, err)
			defer func() { require.NoError(b, s.Close()) }()
			raw, err := os.Create(filepath.Join(dir, "raw"))
			require.NoError(b, err)
			defer func() { require.NoError(b, raw.Close()) }()
			data := storetest.Events(c.events, 200, "heartbeats.recorded.v1")
			body := eventstore.AppendBody(nil, data...)
			var spent, floor time.Duration
			n := 0
			for b.Loop() {
				for i := range data { // an id is unique in its stream, and that is all that is looked at
					data[i].ID = uuid.UUID{1, byte(n >> 16), byte(n >> 8), byte(n), byte(i >> 8), byte(i)}
				}
				start := time.Now()
				var group sync.WaitGroup
				for caller := range c.callers {
					group.Go(func() {
						expected := eventstore.Revision(n*c.events - 1)
						if _, err := s.Append(b.Context(), fmt.Sprint("s", caller), expected, data...); err != nil {
							b.Error(err)
						}
					})
				}
				group.Wait()
				spent += time.Since(start)
				n++
				start = time.Now()
				for range c.callers {
					_, err = raw.Write(body)
					require.NoError(b, err)
				}
				require.NoError(b, raw.Sync())
				floor += time.Since(start)
			}
			report(b, n*c.events*c.callers, spent, floor)
		})
	}
}

// BenchmarkScan reads a log of batches page by page, looking at each event, and in turns with it reads a bare file of
// the same bytes.
func BenchmarkScan(b *testing.B) {
	for _, types := range [][]string{nil, {"a"}, {"a", "b"}} {
		b.Run(fmt.Sprintf("types=%d", len(types)), func(b *testing.B) { scan(b, 800, 500, types...) })
	}
	b.Run("single", func(b *testing.B) { scan(b, 20_000, 1) })
	b.Run("single/types=2", func(b *testing.B) { scan(b, 20_000, 1, "a", "b") })
}

func scan(b *testing.B, appends, each int, types ...string) {
	dir := b.TempDir()
	s, err := sqlite.Open(filepath.Join(dir, "events.db"), sqlite.Options{Sweep: -1})
	require.NoError(b, err)
	defer func() { require.NoError(b, s.Close()) }()
	raw, err := os.Create(filepath.Join(dir, "raw"))
	require.NoError(b, err)
	defer func() { require.NoError(b, raw.Close()) }()
	var group sync.WaitGroup
	for part := range 8 {
		group.Go(func() {
			for i := range appends / 8 {
				events := storetest.Events(each, 200, []string{"a", "b"}[i%2])
				if _, err := s.Append(b.Context(), fmt.Sprint("s", part), eventstore.Revision(i*each-1), events...); err != nil {
					b.Error(err)
				}
			}
		})
	}
	group.Wait()
	size := 0
	for page, err := range s.ReadAll(b.Context(), eventstore.Position{}, types...) {
		require.NoError(b, err)
		size += len(page.Bytes())
	}
	require.NoError(b, raw.Truncate(int64(size)))
	n := 0
	var spent, floor time.Duration
	buf := make([]byte, eventstore.MaxPageBytes)
	for b.Loop() {
		start := time.Now()
		for page, err := range s.ReadAll(b.Context(), eventstore.Position{}, types...) {
			require.NoError(b, err)
			for e, err := range page.Events() {
				if err != nil || len(e.Data) != 200 {
					b.Fatal(err)
				}
				n++
			}
		}
		spent += time.Since(start)
		start = time.Now()
		for at := 0; at < size; at += len(buf) {
			_, err := raw.ReadAt(buf[:min(len(buf), size-at)], int64(at))
			require.NoError(b, err)
		}
		floor += time.Since(start)
	}
	report(b, n, spent, floor)
}
