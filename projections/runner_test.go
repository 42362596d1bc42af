package projections_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/projections"
	"fleetbeat/projections/projectiontest"
)

var errDisk = errors.New("the disk is full")

// run folds a view of a log in memory.
type run struct {
	*projections.Projection
	engine *projectiontest.Memory
	log    *projectiontest.Log
}

func start(t *testing.T, view projections.View, log *projectiontest.Log, o projections.Options) run {
	t.Helper()
	r := run{engine: projectiontest.NewMemory(), log: log}
	r.Projection = projections.New(view, r.engine, log, projectiontest.LogID, o)
	_, err := r.From(t.Context())
	require.NoError(t, err)
	return r
}

// rest delivers the events of the log from an index on.
func (r run) rest(t *testing.T, from int) {
	t.Helper()
	require.NoError(t, r.Handle(t.Context(), eventstore.Delivery{Page: r.log.Page(from, r.log.Len())}))
}

func evaluated(n uint64) *domain.FleetEvaluated {
	return &domain.FleetEvaluated{AsOf: domain.Instant(1000 * n), Through: projectiontest.Position(n)}
}

func register(t *testing.T, log *projectiontest.Log, n int) {
	t.Helper()
	log.Add(t, domain.VehicleStream(projectiontest.VIN(n)), &domain.VehicleRegistered{
		Vehicle: domain.Vehicle{VIN: projectiontest.VIN(n), CustomerID: "c1"}, At: 1000,
	})
}

func TestAwaitWakes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		view  projections.View
		event domain.Event
		wakes bool
	}{
		{"a view with statuses by an evaluation through the position", projections.Fleet(), evaluated(2), true},
		{"a view with statuses not by an evaluation before the position", projections.Timeline(), evaluated(1), false},
		{"a view with statuses not by reaching the position", projections.Fleet(), &domain.SettingsChanged{}, false},
		{"a view without statuses by reaching the position", projections.Relations(), &domain.CustomerRegistered{}, true},
		{"a view without statuses by an evaluation beyond the position", projections.Relations(), evaluated(1), true},
		{"what transitions tell of heartbeats not before they are judged", projections.Latest(), evaluated(1), false},
		{"what transitions tell of heartbeats when they are judged", projections.Latest(), evaluated(2), true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := start(t, test.view, projectiontest.NewLog(), projections.Options{})
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
				defer cancel()
				woken := make(chan error, 1)
				go func() {
					_, err := r.Await(ctx, projectiontest.Position(2))
					woken <- err
				}()
				register(t, r.log, 1)
				r.log.Add(t, "x", test.event)
				r.rest(t, 0)
				synctest.Wait()
				if test.wakes {
					require.Len(t, woken, 1, "at once, without waiting for a clock")
					require.NoError(t, <-woken)
					return
				}
				require.Empty(t, woken)
				require.ErrorIs(t, <-woken, context.DeadlineExceeded)
			})
		})
	}
	t.Run("nobody waits for the beginning of the log", func(t *testing.T) {
		t.Parallel()
		r := start(t, projections.Fleet(), projectiontest.NewLog(), projections.Options{})
		asOf, err := r.Await(t.Context(), domain.Position{})
		require.NoError(t, err)
		assert.Zero(t, asOf)
	})
}

func TestEvaluationsAlone(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	r := start(t, projections.Fleet(), projectiontest.NewLog(), projections.Options{Now: func() time.Time { return now }})
	register(t, r.log, 1)
	r.rest(t, 0)
	stored := func() domain.Instant {
		generations, err := r.engine.Generations(t.Context(), "fleet")
		require.NoError(t, err)
		return generations[0].Checkpoint.AsOf
	}
	for n := range 5 {
		now = now.Add(300 * time.Millisecond)
		r.log.Add(t, domain.EvaluationsStream, evaluated(uint64(n+1)))
		r.rest(t, n+1)
		assert.Equal(t, domain.Instant(1000*(n+1)), r.State().AsOf, "shown at once")
		want := domain.Instant(0)
		if n >= 3 { // 1.2 s after the registration
			want = 4000
		}
		assert.Equal(t, want, stored(), "written once a second")
	}
	require.NoError(t, r.Close(t.Context()))
	assert.Equal(t, domain.Instant(5000), stored(), "and at the end")
}

func TestHandle(t *testing.T) {
	t.Parallel()
	t.Run("asks for From first", func(t *testing.T) {
		t.Parallel()
		p := projections.New(projections.Fleet(), projectiontest.NewMemory(), projectiontest.NewLog(), projectiontest.LogID, projections.Options{})
		require.ErrorIs(t, p.Handle(t.Context(), eventstore.Delivery{}), projections.ErrMoved)
	})
	t.Run("says that it has caught up, once it has", func(t *testing.T) {
		t.Parallel()
		r := start(t, projections.Fleet(), projectiontest.NewLog(), projections.Options{})
		require.False(t, r.State().CaughtUp)
		for range 2 {
			require.NoError(t, r.Handle(t.Context(), eventstore.Delivery{Live: true}))
			<-r.CaughtUp()
		}
	})
	t.Run("leaves everything as it was where the rows cannot be written, and the page may come again", func(t *testing.T) {
		t.Parallel()
		r := start(t, projections.Fleet(), projectiontest.NewLog(), projections.Options{})
		register(t, r.log, 1)
		r.log.Add(t, domain.EvaluationsStream, evaluated(1))
		r.engine.Fail(errDisk)
		page := eventstore.Delivery{Page: r.log.Page(0, 2)}
		require.ErrorIs(t, r.Handle(t.Context(), page), errDisk)
		assert.Zero(t, r.State().AsOf)
		assert.Empty(t, projectiontest.Dump(t, r.engine, "fleet"))
		r.engine.Fail(nil)
		require.NoError(t, r.Handle(t.Context(), page))
		assert.Len(t, projectiontest.Dump(t, r.engine, "fleet"), 1)
	})
	t.Run("tells what became visible", func(t *testing.T) {
		t.Parallel()
		var told []projections.Folded
		r := start(t, projections.Fleet(), projectiontest.NewLog(), projections.Options{
			OnFolded: func(f projections.Folded) { told = append(told, f) },
		})
		register(t, r.log, 1)
		r.log.Add(t, domain.ConnectionsStream, &domain.VehicleConnected{Transition: domain.Transition{VIN: projectiontest.VIN(1), At: 7, ProvedAt: 8}})
		r.log.Add(t, domain.EvaluationsStream, evaluated(2))
		r.rest(t, 0)
		r.rest(t, 0) // comes again: nothing is new
		assert.Equal(t, []projections.Folded{{
			View: "fleet", Events: 3, AsOf: 2000, Position: projectiontest.Position(3),
			Transitions: []projections.Transition{{Status: domain.Connected, At: 7, ProvedAt: 8}},
		}}, told)
	})
	t.Run("does not pass over an event that it cannot read", func(t *testing.T) {
		t.Parallel()
		r := start(t, projections.Fleet(), projectiontest.NewLog(), projections.Options{})
		var b eventstore.PageBuilder
		b.Add(eventstore.Recorded{
			Event: eventstore.Event{ID: [16]byte{1}, Type: domain.TypeVehicleRegistered, Data: []byte("{")}, Stream: "x",
			Position: projectiontest.Position(1), Time: time.UnixMilli(1),
		})
		require.ErrorIs(t, r.Handle(t.Context(), eventstore.Delivery{Page: b.Page()}), eventstore.ErrCorrupt)
		assert.Zero(t, r.State().Position)
	})
}

func TestStartRebuilds(t *testing.T) {
	t.Parallel()
	full := func(t *testing.T) *projectiontest.Log { return projectiontest.Generate(t, 5, 200) }
	tests := []struct {
		name    string
		change  func(t *testing.T, log *projectiontest.Log) // what happens to the log while nobody looks
		logID   string
		rebuilt bool
	}{
		{name: "not where the log is as it was", change: func(*testing.T, *projectiontest.Log) {}},
		{name: "not where the log has grown", change: func(t *testing.T, log *projectiontest.Log) { register(t, log, 39) }},
		{name: "a view of another log", change: func(*testing.T, *projectiontest.Log) {}, logID: "another", rebuilt: true},
		{name: "a view that is ahead of the log, though its newest event is there", rebuilt: true,
			change: func(_ *testing.T, log *projectiontest.Log) { log.Cut(log.Len() - 1) }}, // the last is an evaluation
		{name: "a view whose newest event is gone", rebuilt: true, change: func(t *testing.T, log *projectiontest.Log) {
			log.Cut(log.Len() - 2)
			for range 9 {
				log.Add(t, domain.SettingsStream, &domain.SettingsChanged{})
			}
		}},
		{name: "a view whose newest event is another now", rebuilt: true, change: func(t *testing.T, log *projectiontest.Log) {
			log.Cut(log.Len() - 2)
			register(t, log, 38) // the same stream and revision
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			log := full(t)
			register(t, log, 38)
			log.Add(t, domain.EvaluationsStream, evaluated(1))
			r := start(t, projections.Fleet(), log, projections.Options{})
			generations, err := r.engine.Generations(t.Context(), "fleet")
			require.NoError(t, err)
			test.change(t, log)
			id := projectiontest.LogID
			if test.logID != "" {
				id = test.logID
			}
			again := projections.New(projections.Fleet(), r.engine, log, id, projections.Options{})
			from, err := again.From(t.Context())
			require.NoError(t, err)
			now, err := r.engine.Generations(t.Context(), "fleet")
			require.NoError(t, err)
			require.Len(t, now, 1)
			assert.Equal(t, test.rebuilt, now[0].Number != generations[0].Number)
			head, err := log.Head(t.Context())
			require.NoError(t, err)
			assert.False(t, head.Before(from))
		})
	}
}
