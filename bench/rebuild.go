package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"time"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/eventstore/sqlite"
)

// transitionsAVehicle is how often a vehicle of the log that is rebuilt from has come and gone.
const transitionsAVehicle = 20

// transitionsAtOnce fit into one append.
const transitionsAtOnce = 1500

// measureRebuild folds the fleet view from a log of registrations and transitions, in turns with scanning that log.
func measureRebuild(ctx context.Context, s *session) (_ map[string]samples, err error) {
	data, err := s.folder()
	if err != nil {
		return nil, err
	}
	path := filepath.Join(data, "events.db")
	if err := (fleet{vehicles: s.Size.Rebuilt, timeout: time.Hour}).write(ctx, path, time.Now()); err != nil {
		return nil, err
	}
	store, err := sqlite.Open(path, sqlite.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if err := writeTransitions(ctx, store, s.Size.Rebuilt); err != nil {
		return nil, fmt.Errorf("write the transitions of %d vehicles: %w", s.Size.Rebuilt, err)
	}
	var m samples
	events := 0
	for n := range s.Size.Rounds + 1 {
		began := time.Now()
		if events, err = scan(ctx, store); err != nil {
			return nil, err
		}
		floor := float64(events) / time.Since(began).Seconds()
		began = time.Now()
		if err := s.Fleetbeat.Rebuild(ctx, data); err != nil {
			return nil, err
		}
		if n > 0 {
			m.floor, m.measured = append(m.floor, floor), append(m.measured, float64(events)/time.Since(began).Seconds())
		}
	}
	m.did = fmt.Sprintf("%s events: %s vehicles, each with %d transitions", grouped(float64(events)), grouped(float64(s.Size.Rebuilt)), transitionsAVehicle)
	return map[string]samples{"rebuild": m}, nil
}

// scan reads a log from its beginning, looks at each event and returns how many there are.
func scan(ctx context.Context, store eventstore.Store) (n int, err error) {
	for page, err := range store.ReadAll(ctx, domain.Position{}) {
		if err != nil {
			return n, err
		}
		for _, err := range page.Events() {
			if err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}

// writeTransitions lets vehicles come and go in random order, the same in every run, and an evaluation after it all.
func writeTransitions(ctx context.Context, store *sqlite.Store, vehicles int) error {
	w := &logWriter{store: store}
	w.ids.Store(1 << 40) // beyond those of the fleet
	random := rand.New(rand.NewPCG(1, 2))
	begun := domain.InstantOf(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	on := make([]bool, vehicles)
	at, customers, total := eventstore.NoStream, customersOf(vehicles), transitionsAVehicle*vehicles
	var waiting []domain.Event
	for i := range total {
		v := i
		if i >= vehicles { // each once, then anybody
			v = random.IntN(vehicles)
		}
		moment := begun + domain.Instant(i*20)
		t := domain.Transition{
			VIN: vinOf(v), CustomerID: customerOf(v, customers), At: moment, ProvedAt: moment + 500, LastHeartbeat: moment - 90_000,
			LastLocation: &domain.LocationAt{Lat: 59.334, Lon: 18.063, At: moment - 90_000}, Cause: domain.Cause{Stream: "ingest-local", Revision: int64(i)},
		}
		if on[v] = !on[v]; on[v] {
			waiting = append(waiting, &domain.VehicleConnected{Transition: t})
		} else {
			waiting = append(waiting, &domain.VehicleDisconnected{Transition: t})
		}
		if len(waiting) == transitionsAtOnce || i+1 == total {
			var err error
			if at, err = w.append(ctx, domain.ConnectionsStream, at, waiting...); err != nil {
				return err
			}
			waiting = waiting[:0]
		}
	}
	end := begun + domain.Instant(total*20)
	_, err := w.append(ctx, domain.EvaluationsStream, eventstore.NoStream, &domain.FleetEvaluated{AsOf: end, Newest: end})
	return err
}
