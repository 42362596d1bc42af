package bench

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/eventstore/sqlite"
)

// written returns the events of a fleet's log, by type.
func written(t *testing.T, f fleet, more func(*sqlite.Store)) map[string][]domain.Event {
	t.Helper()
	path := filepath.Join(t.TempDir(), "events.db")
	require.NoError(t, f.write(t.Context(), path, time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)))
	store, err := sqlite.Open(path, sqlite.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	if more != nil {
		more(store)
	}
	events := map[string][]domain.Event{}
	ids := map[string]bool{}
	for page, err := range store.ReadAll(t.Context(), domain.Position{}) {
		require.NoError(t, err)
		for r, err := range page.Events() {
			require.NoError(t, err)
			require.False(t, ids[r.ID.String()], "an id is given once")
			ids[r.ID.String()] = true
			e, err := eventstore.Decode(r)
			require.NoError(t, err)
			events[r.Type] = append(events[r.Type], e)
		}
	}
	return events
}

func TestFleetInTheLog(t *testing.T) {
	t.Parallel()
	t.Run("every vehicle is registered once, under a customer that there is", func(t *testing.T) {
		t.Parallel()
		events := written(t, fleet{vehicles: 60, timeout: time.Hour}, nil)
		customers, vehicles, plates := map[domain.CustomerID]bool{}, map[domain.VIN]bool{}, map[string]bool{}
		for _, e := range events[domain.TypeCustomerRegistered] {
			c := e.(*domain.CustomerRegistered)
			_, err := domain.ParseName("name", c.Name)
			require.NoError(t, err)
			customers[c.ID] = true
		}
		for _, e := range events[domain.TypeVehicleRegistered] {
			v := e.(*domain.VehicleRegistered)
			vin, err := domain.ParseVIN(string(v.VIN))
			require.NoError(t, err)
			_, err = domain.ParseRegistrationNumber("registrationNumber", v.RegistrationNumber)
			require.NoError(t, err)
			assert.True(t, customers[v.CustomerID])
			assert.Nil(t, v.IntervalSeconds)
			vehicles[vin], plates[v.RegistrationNumber] = true, true
		}
		assert.Len(t, vehicles, 60)
		assert.Len(t, plates, 60, "registration numbers do not clash")
		assert.Len(t, customers, 5)
		assert.Empty(t, events[domain.TypeHeartbeatsRecorded])
		assert.Len(t, events[domain.TypeLogCreated], 1)
		require.Len(t, events[domain.TypeSettingsChanged], 1)
		assert.Equal(t, domain.Settings{IntervalSeconds: 3600}, events[domain.TypeSettingsChanged][0].(*domain.SettingsChanged).Settings)
	})
	t.Run("every tenth is brief where it should be", func(t *testing.T) {
		t.Parallel()
		brief := 0
		for _, e := range written(t, fleet{vehicles: 60, timeout: time.Hour, brief: 5 * time.Second}, nil)[domain.TypeVehicleRegistered] {
			if v := e.(*domain.VehicleRegistered); v.IntervalSeconds != nil {
				assert.Equal(t, int64(5), *v.IntervalSeconds)
				assert.Zero(t, *v.GraceSeconds)
				brief++
			}
		}
		assert.Equal(t, 6, brief)
	})
	t.Run("of ten vehicles one pinged long ago and eight of late", func(t *testing.T) {
		t.Parallel()
		early, late := 0, 0
		now := domain.InstantOf(time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC))
		for _, e := range written(t, fleet{vehicles: 60, timeout: time.Hour, pinged: true}, nil)[domain.TypeHeartbeatsRecorded] {
			for _, h := range e.(*domain.HeartbeatsRecorded).Heartbeats {
				if now.Sub(h.ReceivedAt) > time.Hour {
					early++
				} else {
					late++
				}
				assert.Less(t, h.ReceivedAt, e.(*domain.HeartbeatsRecorded).Until)
			}
		}
		assert.Equal(t, 6, early)
		assert.Equal(t, 48, late)
	})
	t.Run("a vehicle's transitions take turns, and the log says that all is decided", func(t *testing.T) {
		t.Parallel()
		events := written(t, fleet{vehicles: 60, timeout: time.Hour}, func(s *sqlite.Store) {
			require.NoError(t, writeTransitions(t.Context(), s, 60))
		})
		on, off := len(events[domain.TypeVehicleConnected]), len(events[domain.TypeVehicleDisconnected])
		assert.Equal(t, 60*transitionsAVehicle, on+off)
		assert.LessOrEqual(t, on-off, 60)
		assert.GreaterOrEqual(t, on, off)
		assert.Len(t, events[domain.TypeFleetEvaluated], 1)
	})
	t.Run("it is written up to an end of its context", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := fleet{vehicles: 60, timeout: time.Hour}.write(ctx, filepath.Join(t.TempDir(), "events.db"), time.Now())
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestNames(t *testing.T) {
	t.Parallel()
	names, plates := map[string]bool{}, map[string]bool{}
	for i := range 2000 {
		names[nameOf(i)] = true
	}
	for i := range million {
		plates[plateOf(i)] = true
	}
	assert.Len(t, names, 2000, "customers are told apart")
	assert.Len(t, plates, million, "and so are registration numbers, of a million vehicles too")
	assert.Equal(t, 5, customersOf(100))
	assert.Equal(t, 2000, customersOf(million))
}
