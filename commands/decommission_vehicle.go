package commands

import (
	"context"

	"fleetbeat/domain"
)

// DecommissionVehicle ends the life of a vehicle; its registration number is free again. Error: NotFound.
type DecommissionVehicle struct {
	VIN string
}

// DecommissionResult says where the end of a vehicle's life lies.
type DecommissionResult struct {
	Position domain.Position
}

func (w *writer) decommissionVehicle(ctx context.Context, cmd DecommissionVehicle) (DecommissionResult, error) {
	vin, err := domain.ParseVIN(cmd.VIN)
	if err != nil {
		return DecommissionResult{}, err
	}
	giveBack, err := w.locks.take(ctx, vehicleLock(vin))
	if err != nil {
		return DecommissionResult{}, err
	}
	defer giveBack()
	state, err := loadVehicle(ctx, w.store, vin)
	if err != nil {
		return DecommissionResult{}, err
	}
	event, err := decideDecommissionVehicle(state, cmd, w.now())
	if err != nil {
		return DecommissionResult{}, err
	}
	appended, err := appendNew(ctx, w.store, domain.VehicleStream(vin), state.revision, event)
	if err != nil {
		return DecommissionResult{}, err
	}
	w.settle(ctx, appended.Position)
	return DecommissionResult{appended.Position}, nil
}

func decideDecommissionVehicle(s vehicleState, cmd DecommissionVehicle, now domain.Instant) (*domain.VehicleDecommissioned, error) {
	if !s.registered {
		return nil, unknownVehicle(cmd.VIN)
	}
	return &domain.VehicleDecommissioned{VIN: s.vehicle.VIN, At: now}, nil
}
