package postgres_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/projections"
	"fleetbeat/projections/postgres"
	"fleetbeat/projections/projectiontest"
)

// fleetSize is how many vehicles the benchmarks have:
//
//	go test ./projections/postgres -run '^$' -bench . -fleet 1000000
var fleetSize = flag.Int("fleet", 50_000, "vehicles in benchmarks")

func benchVIN(n int) domain.VIN { return domain.VIN(fmt.Sprintf("YS2R4X%011d", n)) }

func benchCustomer(n int) domain.CustomerID {
	return domain.CustomerID(fmt.Sprintf("customer-%06d", n%max(10, *fleetSize/500)))
}

var benchBegan = domain.InstantOf(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))

// feeder writes the pages of a log that goes on for ever.
type feeder struct {
	t      testing.TB
	head   domain.Position
	now    domain.Instant
	random *rand.Rand
	on     []bool
}

func (f *feeder) page(events []domain.Event) eventstore.Delivery {
	var b eventstore.PageBuilder
	for _, e := range events {
		event, err := eventstore.Encode(uuid.New(), e, eventstore.Metadata{By: "liveness"})
		require.NoError(f.t, err)
		f.head.Commit++
		f.head.Prepare++
		b.Add(eventstore.Recorded{Event: event, Stream: domain.ConnectionsStream, Position: f.head, Time: f.now.Time()})
	}
	return eventstore.Delivery{Page: b.Page()}
}

// fleet registers all vehicles in one stream, so that the revision of a vehicle's registration is its number.
func (f *feeder) fleet(handle func(eventstore.Delivery)) {
	for from := 0; from < *fleetSize; from += 5000 {
		var b eventstore.PageBuilder
		for i := from; i < min(from+5000, *fleetSize); i++ {
			event, err := eventstore.Encode(uuid.New(), &domain.VehicleRegistered{Vehicle: domain.Vehicle{
				VIN: benchVIN(i), RegistrationNumber: fmt.Sprintf("ABC %d", i), CustomerID: benchCustomer(i),
			}, At: f.now}, eventstore.Metadata{})
			require.NoError(f.t, err)
			f.head.Commit++
			f.head.Prepare++
			b.Add(eventstore.Recorded{
				Event: event, Stream: "vehicles", Revision: eventstore.Revision(i), Position: f.head, Time: f.now.Time(),
			})
		}
		handle(eventstore.Delivery{Page: b.Page()})
	}
}

func (f *feeder) heartbeats(n int) eventstore.Delivery {
	var events []domain.Event
	for ; n > 0; n -= 1000 {
		batch := &domain.HeartbeatsRecorded{}
		for range min(n, 1000) {
			f.now++
			batch.Heartbeats = append(batch.Heartbeats, domain.Heartbeat{
				VIN: benchVIN(f.random.IntN(*fleetSize)), ID: "0123456789abcdef", ReceivedAt: f.now, SentAt: f.now - 100,
				Location: &domain.Location{Lat: 59, Lon: 18}, Readings: domain.Readings{"speed": 61.5, "fuel": 40},
			})
		}
		batch.Until = f.now
		events = append(events, batch)
	}
	return f.page(events)
}

func (f *feeder) transitions(n int) eventstore.Delivery {
	var events []domain.Event
	for range n {
		f.now += 20
		v := f.random.IntN(*fleetSize)
		t := domain.Transition{
			VIN: benchVIN(v), Life: int64(v), CustomerID: benchCustomer(v), At: f.now, ProvedAt: f.now + 500, LastHeartbeat: f.now - 90_000,
		}
		if f.on[v] {
			events = append(events, &domain.VehicleDisconnected{Transition: t})
		} else {
			events = append(events, &domain.VehicleConnected{Transition: t})
		}
		f.on[v] = !f.on[v]
	}
	return f.page(events)
}

// following returns a view that has folded the fleet.
func following(b *testing.B, view projections.View) (*postgres.Views, *projections.Projection, *feeder) {
	s := newServer(b)
	views := s.open(b, named(b.Name()))
	p := projections.New(view, views, projectiontest.NewLog(), projectiontest.LogID, projections.Options{})
	_, err := p.From(b.Context())
	require.NoError(b, err)
	f := &feeder{t: b, now: benchBegan, random: rand.New(rand.NewPCG(1, 2)), on: make([]bool, *fleetSize)}
	f.fleet(func(d eventstore.Delivery) { require.NoError(b, p.Handle(b.Context(), d)) })
	return views, p, f
}

// BenchmarkFollow folds pages as they come in a second of a large fleet: heartbeats of vehicles in random order into the
// latest view, transitions into the timeline. The floor copies as many rows into a table without an index.
func BenchmarkFollow(b *testing.B) {
	for _, of := range []struct {
		view  projections.View
		unit  string
		pages func(*feeder, int) eventstore.Delivery
	}{
		{projections.Latest(), "heartbeats/s", (*feeder).heartbeats},
		{projections.Timeline(), "transitions/s", (*feeder).transitions},
	} {
		for _, size := range []int{100, 1000, 5000} {
			b.Run(fmt.Sprintf("%s/pages of %d", of.view.Name, size), func(b *testing.B) {
				_, p, f := following(b, of.view)
				n := 0
				for b.Loop() {
					b.StopTimer()
					d := of.pages(f, size)
					b.StartTimer()
					require.NoError(b, p.Handle(b.Context(), d))
					n += size
				}
				b.ReportMetric(float64(n)/b.Elapsed().Seconds(), of.unit)
			})
		}
	}
	b.Run("evaluation", func(b *testing.B) {
		_, p, f := following(b, projections.Latest())
		for b.Loop() {
			b.StopTimer()
			d := f.page([]domain.Event{&domain.FleetEvaluated{AsOf: f.now, Through: f.head}})
			b.StartTimer()
			require.NoError(b, p.Handle(b.Context(), d))
			require.NoError(b, p.Close(b.Context())) // writes the checkpoint now
		}
	})
}

// BenchmarkCopy is the floor: rows of the size of a heartbeat's, copied into a table without an index, a transaction a page.
func BenchmarkCopy(b *testing.B) {
	s := newServer(b)
	conn, err := pgx.Connect(b.Context(), s.url)
	require.NoError(b, err)
	defer func() { require.NoError(b, conn.Close(b.Context())) }()
	for _, size := range []int{100, 1000, 5000} {
		b.Run(fmt.Sprintf("pages of %d", size), func(b *testing.B) {
			_, err = conn.Exec(b.Context(), `CREATE TEMPORARY TABLE floor (vin text, life bigint, first bigint, last bigint, lat float8, lon float8, located bigint, readings text)`)
			require.NoError(b, err)
			n := 0
			for b.Loop() {
				_, err := conn.CopyFrom(b.Context(), pgx.Identifier{"floor"}, []string{"vin", "life", "first", "last", "lat", "lon", "located", "readings"},
					pgx.CopyFromSlice(size, func(i int) ([]any, error) {
						return []any{string(benchVIN(i)), int64(1), int64(2), int64(3), 59.0, 18.0, int64(4), `{"speed":{"value":61.5,"at":"2026-03-01T00:00:00.000Z"}}`}, nil
					}))
				require.NoError(b, err)
				n += size
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
			_, err = conn.Exec(b.Context(), `DROP TABLE floor`)
			require.NoError(b, err)
		})
	}
}

// BenchmarkFill writes new rows of a generation that is being built, as many at once as building does. Its floor is
// BenchmarkCopy, without a key and steps to count.
func BenchmarkFill(b *testing.B) {
	views := newServer(b).open(b, named(b.Name()))
	g, err := views.Create(b.Context(), "latest", 1)
	require.NoError(b, err)
	const size = 5000
	n := 0
	for b.Loop() {
		b.StopTimer()
		changes := make([]projections.Change, size)
		for i := range changes {
			row := &projections.LatestVehicle{
				VIN: benchVIN(n + i), Life: 1, LastHeartbeat: benchBegan, Location: &domain.LocationAt{Lat: 59, Lon: 18, At: benchBegan},
				Readings: map[string]projections.Reading{"speed": {Value: 61.5, At: benchBegan}},
			}
			changes[i] = projections.Change{Key: row.Key(), After: row}
		}
		b.StartTimer()
		require.NoError(b, views.Fill(b.Context(), g, changes))
		n += size
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
}
