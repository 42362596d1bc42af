package liveness

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

const benchFleet = 1_000_000

// fleetOf returns a deciding state with so many vehicles and one open node.
func fleetOf(b *testing.B, n int) *State {
	b.Helper()
	s := NewState()
	fold := func(stream string, e domain.Event) {
		encoded, err := eventstore.Encode(uuid.New(), e, eventstore.Metadata{})
		require.NoError(b, err)
		require.NoError(b, s.Fold(eventstore.Recorded{Event: encoded, Stream: stream}, 0, &batch{}))
	}
	fold("customer-a", domain.CustomerRegistered{Customer: domain.Customer{ID: "a", Name: "A"}})
	for i := range n {
		fold("vehicle", domain.VehicleRegistered{Vehicle: domain.Vehicle{VIN: vin(i), RegistrationNumber: "R", CustomerID: "a"}})
	}
	s.Decide()
	fold("ingest-local", domain.IngestOpened{At: start})
	return s
}

// beats returns a batch of so many heartbeats, the fleet pinging evenly once a minute.
func beats(b *testing.B, from, n int) eventstore.Recorded {
	b.Helper()
	at := func(i int) domain.Instant { return start + domain.Instant(int64(i)*60_000/benchFleet) }
	e := domain.HeartbeatsRecorded{Until: at(from + n)}
	for i := from; i < from+n; i++ {
		e.Heartbeats = append(e.Heartbeats, domain.Heartbeat{VIN: vin(i % benchFleet), ID: fmt.Sprintf("id-%012d", i), ReceivedAt: at(i)})
	}
	encoded, err := eventstore.Encode(uuid.New(), e, eventstore.Metadata{})
	require.NoError(b, err)
	return eventstore.Recorded{Event: encoded, Stream: "ingest-local", Revision: eventstore.Revision(from/n + 1)}
}

// BenchmarkMemory prints the bytes that one of a million vehicles costs, connected and in the wheel.
func BenchmarkMemory(b *testing.B) {
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		s := fleetOf(b, benchFleet)
		var into batch
		for from := 0; from < benchFleet; from += 5000 {
			require.NoError(b, s.Fold(beats(b, from, 5000), 0, &into))
			s.take()
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/benchFleet, "B/vehicle")
		runtime.KeepAlive(s)
	}
}

// BenchmarkFold prints heartbeats a second with a million vehicles: as liveness gets them, and without decoding JSON.
func BenchmarkFold(b *testing.B) {
	s := fleetOf(b, benchFleet)
	const size = 5000
	recorded := make([]eventstore.Recorded, 0, 3*benchFleet/size)
	for from := 0; from < 3*benchFleet; from += size {
		recorded = append(recorded, beats(b, from, size))
	}
	fold := func(b *testing.B, do func(i int)) {
		n := 0
		for b.Loop() {
			do(n % len(recorded))
			s.take()
			n++
		}
		b.ReportMetric(float64(n*size)/b.Elapsed().Seconds(), "heartbeats/s")
	}
	b.Run("from JSON", func(b *testing.B) {
		var into batch
		fold(b, func(i int) { require.NoError(b, s.Fold(recorded[i], 0, &into)) })
	})
	decoded := make([]batch, len(recorded))
	for i, r := range recorded {
		require.NoError(b, s.Fold(r, 0, &decoded[i]))
		s.take()
	}
	b.Run("decoded", func(b *testing.B) {
		fold(b, func(i int) {
			node := s.node("ingest-local")
			s.recorded("ingest-local", node.Revision+1, &decoded[i])
		})
	})
}
