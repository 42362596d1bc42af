package commands

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

func TestTransferVehicle(t *testing.T) {
	t.Parallel()
	anna := customerIDFor("Anna")
	world := []domain.Event{customer("Kalle"), customer("Anna"), vehicle(honda, "ABC 123", "Kalle")}

	t.Run("gives the vehicle to another customer", func(t *testing.T) {
		t.Parallel()
		s := given(t, world...)
		result, err := s.TransferVehicle.Handle(t.Context(), TransferVehicle{VIN: string(honda), CustomerID: anna})
		require.NoError(t, err)
		s.then(&domain.VehicleTransferred{VIN: honda, CustomerID: anna, At: now})
		assert.Equal(t, "Anna", result.Customer.Name)
		assert.Equal(t, "ABC 123", result.RegistrationNumber)
		owner, _ := s.registry.Owner(honda)
		assert.Equal(t, anna, owner, "the node reads its own write")
	})

	t.Run("changes nothing when the customer has it already", func(t *testing.T) {
		t.Parallel()
		s := given(t, world...)
		result, err := s.TransferVehicle.Handle(t.Context(), TransferVehicle{VIN: string(honda), CustomerID: customerIDFor("Kalle")})
		require.NoError(t, err)
		s.thenNothing()
		assert.Equal(t, s.lastPosition(), result.Position)
	})

	t.Run("refuses an unknown customer and none", func(t *testing.T) {
		t.Parallel()
		s := given(t, world...)
		for _, id := range []domain.CustomerID{"nobody", ""} {
			_, err := s.TransferVehicle.Handle(t.Context(), TransferVehicle{VIN: string(honda), CustomerID: id})
			refused(t, err, domain.Invalid, "customerId")
		}
		s.thenNothing()
	})

	t.Run("refuses an unknown vehicle", func(t *testing.T) {
		t.Parallel()
		s := given(t, world...)
		_, err := s.TransferVehicle.Handle(t.Context(), TransferVehicle{VIN: string(volvo), CustomerID: anna})
		refused(t, err, domain.NotFound)
		s.thenNothing()
	})

	t.Run("refuses where half of the timeout, inherited from the new customer, makes it too long", func(t *testing.T) {
		t.Parallel()
		patient := customer("Patient")
		patient.GraceSeconds = seconds64(7*24*3600 - 60)
		long := vehicle(volvo, "L", "Kalle")
		long.IntervalSeconds = seconds64(61)
		s := given(t, append(world, patient, long)...)
		_, err := s.TransferVehicle.Handle(t.Context(), TransferVehicle{VIN: string(volvo), CustomerID: patient.ID})
		refused(t, err, domain.Invalid, "graceSeconds")
		s.thenNothing()
	})
}
