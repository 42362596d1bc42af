package commands

import (
	"context"

	"fleetbeat/domain"
)

// ChangeVehicle changes what is given and leaves the rest. Another CustomerID transfers the vehicle; its own overrides go
// with it. Errors: NotFound; Invalid, also for an unknown customer; Taken where another vehicle has the registration
// number.
type ChangeVehicle struct {
	VIN                string
	RegistrationNumber *string            // nil leaves it
	CustomerID         *domain.CustomerID // nil leaves it
	IntervalSeconds    Change[int64]
	GraceSeconds       Change[int64]
}

func (w *writer) changeVehicle(ctx context.Context, cmd ChangeVehicle) (VehicleResult, error) {
	vin, err := domain.ParseVIN(cmd.VIN)
	if err != nil {
		return VehicleResult{}, err
	}
	wanted := []string{vehicleLock(vin)}
	var holder domain.VIN
	if cmd.RegistrationNumber != nil {
		wanted = append(wanted, plateLock(*cmd.RegistrationNumber))
	}
	giveBack, err := w.begin(ctx, wanted...)
	if err != nil {
		return VehicleResult{}, err
	}
	defer giveBack()
	state, err := loadVehicle(ctx, w.store, vin)
	if err != nil {
		return VehicleResult{}, err
	}
	id := state.vehicle.CustomerID
	if cmd.CustomerID != nil {
		id = *cmd.CustomerID
	}
	var o owner
	if o.Customer, o.known, err = w.customer(ctx, id); err != nil {
		return VehicleResult{}, err
	}
	if cmd.RegistrationNumber != nil {
		holder, _ = w.registry.PlateHolder(*cmd.RegistrationNumber, vin)
	}
	events, err := decideChangeVehicle(state, o, holder, cmd, w.limits(), w.now())
	if err != nil {
		return VehicleResult{}, err
	}
	return w.appendVehicle(ctx, state, o.Customer, events...)
}

// decideChangeVehicle decides; no events where nothing changes. o is the owner afterwards, holder another vehicle that
// has the registration number, if any does.
func decideChangeVehicle(s vehicleState, o owner, holder domain.VIN, cmd ChangeVehicle, l limits, now domain.Instant) (events []domain.Event, err error) {
	if !s.registered {
		return nil, unknownVehicle(cmd.VIN)
	}
	after := s.vehicle
	var err1, err2, err3 error
	if cmd.RegistrationNumber != nil {
		after.RegistrationNumber, err1 = domain.ParseRegistrationNumber("registrationNumber", *cmd.RegistrationNumber)
	}
	if cmd.CustomerID != nil {
		after.CustomerID = *cmd.CustomerID
		if !o.known {
			err2 = noSuchOwner()
		}
	}
	after.Overrides = overridesAfter(after.Overrides, cmd.IntervalSeconds, cmd.GraceSeconds)
	transferred := after.CustomerID != s.vehicle.CustomerID
	tuned := !after.Overrides.Equal(s.vehicle.Overrides)
	if tuned || transferred { // a plate may be changed of a vehicle whose timeout was allowed once
		err3 = l.check(o.Overrides, after.Overrides, after.Overrides)
	}
	if err := together(err1, err2, err3); err != nil {
		return nil, err
	}
	renumbered := after.RegistrationNumber != s.vehicle.RegistrationNumber
	if renumbered && holder != "" {
		return nil, plateTaken(after.RegistrationNumber, holder)
	}
	if transferred {
		events = append(events, &domain.VehicleTransferred{VIN: after.VIN, CustomerID: after.CustomerID, At: now})
	}
	if renumbered || tuned {
		events = append(events, &domain.VehicleChanged{
			VIN: after.VIN, RegistrationNumber: after.RegistrationNumber, Overrides: after.Overrides, At: now,
		})
	}
	return events, nil
}

func unknownVehicle(vin string) error {
	return domain.Errorf(domain.NotFound, "there is no vehicle %q", vin)
}
