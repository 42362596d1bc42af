package commands

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

func TestUnknownVehiclesThatRegisterThemselves(t *testing.T) {
	t.Parallel()
	selfRegistering := func(o *Options) { o.RegisterUnknown = true }
	registered := func(vin domain.VIN, plate string) domain.Event {
		return &domain.VehicleRegistered{Vehicle: domain.Vehicle{VIN: vin, RegistrationNumber: plate, CustomerID: customerIDFor("Unassigned")}, At: now}
	}
	unassigned := &domain.CustomerRegistered{Customer: domain.Customer{ID: customerIDFor("Unassigned"), Name: "Unassigned"}, At: now}

	t.Run("belong to a customer of their own and are heard at once", func(t *testing.T) {
		t.Parallel()
		s := givenOn(t, selfRegistering)
		result, err := s.RecordHeartbeats.Handle(t.Context(), RecordHeartbeats{Heartbeats: beats(honda, honda)})
		require.NoError(t, err)
		assert.Zero(t, result.Rejected)
		_, err = s.RecordHeartbeats.One(t.Context(), beat(volvo), "")
		require.NoError(t, err)
		s.then(unassigned, registered(honda, "HGCM82633A004352"), registered(volvo, "V2R40A00FA000001"))
		assert.Len(t, s.recorder.recorded(), 3)
	})

	t.Run("get another number where somebody has theirs", func(t *testing.T) {
		t.Parallel()
		s := givenOn(t, selfRegistering, customer("Kalle"), vehicle(volvo, "HGCM82633A004352", "Kalle"))
		_, err := s.RecordHeartbeats.One(t.Context(), beat(honda), "")
		require.NoError(t, err)
		s.then(unassigned, registered(honda, "1GCM82633A004352"))
	})

	t.Run("are heard when another node registers them at the same moment", func(t *testing.T) {
		t.Parallel()
		s := givenOn(t, selfRegistering, customer("Unassigned"))
		other := newNode(t, s.store, selfRegistering)
		errs := race(
			func() error { return second(s.RecordHeartbeats.One(t.Context(), beat(honda), "")) },
			func() error { return second(other.RecordHeartbeats.One(t.Context(), beat(honda), "")) })
		assert.Equal(t, []error{nil, nil}, errs)
		assert.Len(t, s.store.since(s.given), 1)
	})

	t.Run("are not registered for a heartbeat that is wrong", func(t *testing.T) {
		t.Parallel()
		s := givenOn(t, selfRegistering)
		_, err := s.RecordHeartbeats.One(t.Context(), domain.Heartbeat{VIN: honda, ID: "\x00"}, "")
		refused(t, err, domain.Invalid, "id")
		s.thenNothing()
	})

	t.Run("are not heard when they could not be registered", func(t *testing.T) {
		t.Parallel()
		s := givenOn(t, selfRegistering)
		s.store.before = func(int, string) error { return eventstore.ErrUnavailable }
		_, err := s.RecordHeartbeats.One(t.Context(), beat(honda), "")
		refused(t, err, domain.Unavailable)
		assert.Empty(t, s.recorder.recorded())
	})
}
