package commands

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

func TestDecommissionVehicle(t *testing.T) {
	t.Parallel()
	world := []domain.Event{customer("Kalle"), vehicle(honda, "ABC 123", "Kalle")}

	t.Run("ends the vehicle's life, and this node knows at once", func(t *testing.T) {
		t.Parallel()
		s := given(t, world...)
		result, err := s.DecommissionVehicle.Handle(t.Context(), DecommissionVehicle{VIN: string(honda)})
		require.NoError(t, err)
		s.then(&domain.VehicleDecommissioned{VIN: honda, At: now})
		assert.Equal(t, DecommissionResult{s.lastPosition()}, result)
		assert.False(t, s.registry.Registered(honda))
	})

	t.Run("refuses a vehicle that is unknown or decommissioned already", func(t *testing.T) {
		t.Parallel()
		s := given(t, append(world, decommissioned(honda))...)
		for _, vin := range []domain.VIN{honda, volvo} {
			_, err := s.DecommissionVehicle.Handle(t.Context(), DecommissionVehicle{VIN: string(vin)})
			refused(t, err, domain.NotFound)
		}
		s.thenNothing()
	})

	t.Run("refuses a VIN that is none", func(t *testing.T) {
		t.Parallel()
		s := given(t)
		_, err := s.DecommissionVehicle.Handle(t.Context(), DecommissionVehicle{VIN: "not a VIN"})
		refused(t, err, domain.Invalid, "vin")
	})

	t.Run("of two nodes one ends it and the other finds it gone", func(t *testing.T) {
		t.Parallel()
		s := given(t, world...)
		other := newNode(t, s.store, nil)
		end := func(n *node) func() error {
			return func() error {
				_, err := n.DecommissionVehicle.Handle(t.Context(), DecommissionVehicle{VIN: string(honda)})
				return err
			}
		}
		won := 0
		for _, err := range race(end(s.node), end(other)) {
			if err == nil {
				won++
				continue
			}
			refused(t, err, domain.NotFound)
		}
		assert.Equal(t, 1, won)
		assert.Len(t, s.store.since(s.given), 1)
	})
}
