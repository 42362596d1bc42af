package ingest

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/eventstore/sqlite"
)

// forgetful is a store that stores at once and keeps nothing.
type forgetful struct{ memory }

// Append answers with the next revision.
func (f *forgetful) Append(_ context.Context, _ string, expected eventstore.Revision, _ ...eventstore.Event) (eventstore.Appended, error) {
	return eventstore.Appended{Revision: expected + 1, Position: domain.Position{Commit: uint64(expected + 2)}}, nil
}

func openBench(b *testing.B, store eventstore.Store) *Ingest {
	b.Helper()
	node, err := Open(b.Context(), store, Options{Node: "local", Clock: NewClock(ClockOptions{})})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, node.Close(context.Background())) })
	return node
}

// benchRecord lets so many callers record so many heartbeats a call, as often as the benchmark wants.
func benchRecord(b *testing.B, node *Ingest, callers, each int, withID bool) {
	b.Helper()
	b.ReportAllocs()
	_, err := node.Record(b.Context(), pings(1)) // it listens
	require.NoError(b, err)
	var next atomic.Int64
	var all sync.WaitGroup
	b.ResetTimer()
	for range callers {
		all.Go(func() {
			heartbeats := pings(each)
			for {
				n := next.Add(1)
				if n > int64(b.N) {
					return
				}
				if withID {
					for i := range heartbeats {
						heartbeats[i].ID = strconv.FormatInt(n, 36)
					}
				}
				if _, err := node.Record(b.Context(), heartbeats); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	b.ReportMetric(float64(b.N*each)/b.Elapsed().Seconds(), "heartbeats/s")
}

func BenchmarkRecord(b *testing.B) {
	for _, c := range []struct{ callers, each int }{{1, 1}, {64, 1}, {256, 1}, {4, 1000}} {
		for _, withID := range []bool{false, true} {
			name := fmt.Sprintf("callers=%d/each=%d/id=%v", c.callers, c.each, withID)
			b.Run("store=instant/"+name, func(b *testing.B) {
				benchRecord(b, openBench(b, &forgetful{}), c.callers, c.each, withID)
			})
		}
		b.Run(fmt.Sprintf("store=sqlite/callers=%d/each=%d", c.callers, c.each), func(b *testing.B) {
			store, err := sqlite.Open(filepath.Join(b.TempDir(), "events.db"), sqlite.Options{})
			require.NoError(b, err)
			b.Cleanup(func() { require.NoError(b, store.Close()) })
			benchRecord(b, openBench(b, store), c.callers, c.each, false)
		})
	}
}

// BenchmarkEncode is what a call does before it takes the lock, and what json.Marshal would take for the same.
func BenchmarkEncode(b *testing.B) {
	full := domain.Heartbeat{
		VIN: vin(1), ID: "abcdefgh", SentAt: 1_700_000_000_000, Location: &domain.Location{Lat: 59.33, Lon: 18.06},
		Readings: domain.Readings{"speed": 61.5, "fuel": 33},
	}
	for name, h := range map[string]domain.Heartbeat{"bare": {VIN: vin(1), ID: "abcdefgh"}, "full": full} {
		b.Run(name, func(b *testing.B) {
			s, c := newSeen(10), new(call)
			b.ReportAllocs()
			for b.Loop() {
				c.reset(1)
				if err := c.add(&h, s); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/json.Marshal", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := json.Marshal(&h); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkClock(b *testing.B) {
	c := NewClock(ClockOptions{})
	for b.Loop() {
		c.Now()
	}
}

// BenchmarkSeen is one id of the many that are new, in a full memory.
func BenchmarkSeen(b *testing.B) {
	s := newSeen(maxRemembered)
	for n := range uint64(maxRemembered) {
		s.again(n*0x9e3779b97f4a7c15, 1)
	}
	n := uint64(maxRemembered)
	for b.Loop() {
		n++
		s.again(n*0x9e3779b97f4a7c15, 1)
	}
}
