package commands

import (
	"context"
	"errors"

	"fleetbeat/domain"
)

// unassigned registers vehicles that nobody registered, when they ping, under the customer [domain.UnassignedCustomer].
type unassigned struct {
	registry *Registry
	handler  Handler[RegisterVehicle, VehicleResult]
}

// register registers a vehicle, or finds that somebody else just did.
//
// Its registration number has to be made up, unlike every other, and has one character less room than a VIN. So it is
// the VIN without its first character, which people recognise: the last six are the serial number. Where a
// vehicle has that one, the VIN without its second character, and so on.
func (u *unassigned) register(ctx context.Context, vin domain.VIN) error {
	cmd := RegisterVehicle{VIN: string(vin), Customer: domain.UnassignedCustomer}
	if c, ok := u.registry.CustomerNamed(domain.UnassignedCustomer); ok {
		cmd.Customer, cmd.CustomerID = "", c.ID // by name, vehicles would wait for each other
	}
	var err error
	for leftOut := range len(vin) {
		cmd.RegistrationNumber = string(vin[:leftOut] + vin[leftOut+1:])
		if _, err = u.handler.Handle(ctx, cmd); !takenField(err, "registrationNumber") {
			break
		}
	}
	if takenField(err, "vin") {
		return nil // by another node, or by another heartbeat of the same vehicle
	}
	return err
}

func takenField(err error, field string) bool {
	var e *domain.Error
	return errors.As(err, &e) && e.Kind == domain.Taken && len(e.Fields) == 1 && e.Fields[0].Field == field
}
