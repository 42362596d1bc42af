package commands

import (
	"context"

	"fleetbeat/domain"
)

// TransferVehicle gives a vehicle to another customer; its registration number and its own overrides go with it. Errors:
// NotFound; Invalid for an unknown customer, or where the timeout inherited from the new one is too long.
type TransferVehicle struct {
	VIN        string
	CustomerID domain.CustomerID
}

// transferVehicle decides as a change of nothing but the customer does: two rules for one thing would come to differ.
func (w *writer) transferVehicle(ctx context.Context, cmd TransferVehicle) (VehicleResult, error) {
	return w.changeVehicle(ctx, ChangeVehicle{VIN: cmd.VIN, CustomerID: &cmd.CustomerID})
}
