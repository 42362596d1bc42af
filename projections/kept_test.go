package projections_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/projections"
	"fleetbeat/projections/projectiontest"
)

// counting is an engine that counts the rows it is asked for.
type counting struct {
	*projectiontest.Memory
	asked int
}

func (c *counting) Load(ctx context.Context, g projections.Generation, keys []projections.Key) ([]projections.Stored, error) {
	c.asked += len(keys)
	return c.Memory.Load(ctx, g, keys)
}

func TestKeptRows(t *testing.T) {
	t.Parallel()
	ping := func(t *testing.T, log *projectiontest.Log, n int) {
		log.Add(t, domain.IngestStream("n"), &domain.HeartbeatsRecorded{
			Until: domain.Instant(2000 + n), Heartbeats: []domain.Heartbeat{{VIN: projectiontest.VIN(1), ID: "x", ReceivedAt: domain.Instant(1000 + n)}},
		})
	}
	begin := func(t *testing.T) (*counting, *projectiontest.Log, *projections.Projection) {
		engine, log := &counting{Memory: projectiontest.NewMemory()}, projectiontest.NewLog()
		p := projections.New(projections.Latest(), engine, log, projectiontest.LogID, projections.Options{})
		_, err := p.From(t.Context())
		require.NoError(t, err)
		register(t, log, 1)
		require.NoError(t, p.Handle(t.Context(), eventstore.Delivery{Page: log.Page(0, 1)}))
		return engine, log, p
	}
	latest := func(t *testing.T, engine *counting) domain.Instant {
		rows := projectiontest.Dump(t, engine.Memory, "latest")
		require.Len(t, rows, 1)
		for _, row := range rows {
			v, ok := row.(*projections.LatestVehicle)
			require.True(t, ok)
			return v.LastHeartbeat
		}
		return 0
	}

	t.Run("a vehicle that comes again is not loaded again", func(t *testing.T) {
		t.Parallel()
		engine, log, p := begin(t)
		for n := range 5 {
			ping(t, log, n)
			require.NoError(t, p.Handle(t.Context(), eventstore.Delivery{Page: log.Page(n+1, n+2)}))
		}
		assert.Equal(t, 1, engine.asked)
		assert.Equal(t, domain.Instant(1004), latest(t, engine))
	})
	t.Run("what could not be saved is forgotten, and read again", func(t *testing.T) {
		t.Parallel()
		engine, log, p := begin(t)
		ping(t, log, 0)
		engine.Fail(errDisk)
		require.ErrorIs(t, p.Handle(t.Context(), eventstore.Delivery{Page: log.Page(1, 2)}), errDisk)
		engine.Fail(nil)
		assert.Zero(t, latest(t, engine))
		require.NoError(t, p.Handle(t.Context(), eventstore.Delivery{Page: log.Page(1, 2)}))
		assert.Equal(t, domain.Instant(1000), latest(t, engine))
		assert.Equal(t, 2, engine.asked)
	})
	t.Run("after a rebuild the rows are those of the new generation", func(t *testing.T) {
		t.Parallel()
		engine, log, p := begin(t)
		require.NoError(t, p.Rebuild(t.Context(), nil))
		before := engine.asked
		ping(t, log, 0)
		require.NoError(t, p.Handle(t.Context(), eventstore.Delivery{Page: log.Page(1, 2)}))
		assert.Equal(t, before+1, engine.asked)
		assert.Equal(t, domain.Instant(1000), latest(t, engine))
	})
	t.Run("a change of a customer reaches vehicles whose rows came after another customer's change", func(t *testing.T) {
		t.Parallel()
		log := projectiontest.NewLog()
		customer := func(id domain.CustomerID) domain.Customer { return domain.Customer{ID: id, Name: "old " + string(id)} }
		for n, id := range []domain.CustomerID{"a", "b"} {
			log.Add(t, domain.CustomerStream(id), &domain.CustomerRegistered{Customer: customer(id)})
			log.Add(t, domain.VehicleStream(projectiontest.VIN(n)), &domain.VehicleRegistered{
				Vehicle: domain.Vehicle{VIN: projectiontest.VIN(n), CustomerID: id}, At: 1000,
			})
		}
		r := start(t, projections.Fleet(), log, projections.Options{}) // builds: nothing of it is kept
		rename := func(id domain.CustomerID) domain.Event {
			c := customer(id)
			c.Name = fmt.Sprintf("new %s", id)
			return &domain.CustomerChanged{Customer: c, At: 2000}
		}
		for _, e := range []domain.Event{
			rename("a"),
			&domain.VehicleChanged{VIN: projectiontest.VIN(1), RegistrationNumber: "X", At: 2000},
			rename("b"),
		} {
			log.Add(t, "x", e)
			r.rest(t, log.Len()-1)
		}
		names := map[domain.VIN]string{}
		for _, row := range projectiontest.Dump(t, r.engine, "fleet") {
			if v, ok := row.(*projections.FleetVehicle); ok {
				names[v.VIN] = v.CustomerName
			}
		}
		assert.Equal(t, map[domain.VIN]string{projectiontest.VIN(0): "new a", projectiontest.VIN(1): "new b"}, names)
	})
}
