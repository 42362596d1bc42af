package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/projections"
	"fleetbeat/projections/projectiontest"
	"fleetbeat/projections/sqlite"
	"fleetbeat/queries"
)

// secondLife returns the log of a vehicle that is registered, heard, decommissioned, registered again, heard and lost and
// heard again, all of it seconds after asOf, and how many events it has up to the end of its heartbeats.
func secondLife(t *testing.T) (log *projectiontest.Log, heartbeats int) {
	t.Helper()
	log = projectiontest.NewLog()
	vin := projectiontest.VIN(1)
	at := func(n int) domain.Instant { return asOf() + domain.Instant(n*1000) }
	add := func(stream string, e domain.Event) int64 { return log.Add(t, stream, e) }
	register := func(n int) int64 {
		return add(domain.VehicleStream(vin), &domain.VehicleRegistered{
			Vehicle: domain.Vehicle{VIN: vin, RegistrationNumber: "ABC 123", CustomerID: "c1"}, At: at(n),
		})
	}
	heard := func(n int) {
		add(domain.IngestStream("a"), &domain.HeartbeatsRecorded{Until: at(n) + 1, Heartbeats: []domain.Heartbeat{{VIN: vin, ID: "x", ReceivedAt: at(n)}}})
	}
	became := func(life int64, n int) domain.Transition {
		return domain.Transition{VIN: vin, Life: life, CustomerID: "c1", At: at(n), ProvedAt: at(n), LastHeartbeat: at(n)}
	}
	add(domain.CustomerStream("c1"), &domain.CustomerRegistered{Customer: domain.Customer{ID: "c1", Name: "Johans Bulk AB"}, At: at(0)})
	first := register(1)
	heard(2)
	add(domain.ConnectionsStream, &domain.VehicleConnected{Transition: became(first, 2)})
	add(domain.VehicleStream(vin), &domain.VehicleDecommissioned{VIN: vin, At: at(3)})
	second := register(4)
	heard(5)
	add(domain.ConnectionsStream, &domain.VehicleConnected{Transition: became(second, 5)})
	heard(6)
	heartbeats = log.Len()
	lost := became(second, 96)
	lost.LastHeartbeat = at(6)
	add(domain.ConnectionsStream, &domain.VehicleDisconnected{Transition: lost})
	add(domain.ConnectionsStream, &domain.VehicleConnected{Transition: became(second, 200)})
	add(domain.EvaluationsStream, &domain.FleetEvaluated{AsOf: at(201), Through: projectiontest.Position(uint64(log.Len()))})
	return log, heartbeats
}

func TestFirstHeardAndRegisteredAreThoseOfTheCurrentLife(t *testing.T) {
	t.Parallel()
	log, heartbeats := secondLife(t)
	path := filepath.Join(t.TempDir(), "views.db")
	check := func(t *testing.T, path string) {
		t.Helper()
		views, err := sqlite.Open(path)
		require.NoError(t, err)
		defer func() { assert.NoError(t, views.Close()) }()
		of := func(view projections.View) *projections.Projection {
			p := projections.New(view, views, log, projectiontest.LogID, projections.Options{})
			_, err := p.From(t.Context())
			require.NoError(t, err)
			return p
		}
		h := queries.GetVehicleHandler{Fleet: views.Fleet(of(projections.Fleet())), Latest: views.Latest(of(projections.Latest())), Now: asOf}
		got, err := h.Handle(t.Context(), queries.GetVehicle{VIN: projectiontest.VIN(1)})
		require.NoError(t, err)
		assert.Equal(t, asOf()+4_000, got.RegisteredAt)
		assert.Equal(t, asOf()+5_000, got.FirstHeartbeat)
		assert.Equal(t, asOf()+200_000, got.Since)
	}
	check(t, path)
	check(t, path) // after a restart
	log.Expire(heartbeats)
	check(t, filepath.Join(t.TempDir(), "views.db")) // built anew from what does not expire
}
