package projections

import "fleetbeat/domain"

// RelationsCustomer is a customer in the relations view.
type RelationsCustomer struct {
	Customer     domain.Customer
	RegisteredAt domain.Instant
}

// RelationsVehicle is a vehicle in the relations view: who owns it.
type RelationsVehicle struct {
	Vehicle      domain.Vehicle
	Life         int64
	RegisteredAt domain.Instant
}

// Key returns the row's name.
func (c *RelationsCustomer) Key() Key   { return RelationsCustomerKey(c.Customer.ID) }
func (c *RelationsCustomer) clone() Row { d := *c; return &d }

// Key returns the row's name.
func (v *RelationsVehicle) Key() Key   { return RelationsVehicleKey(v.Vehicle.VIN) }
func (v *RelationsVehicle) clone() Row { c := *v; return &c }

// RelationsCustomerKey returns the key of a customer's row.
func RelationsCustomerKey(id domain.CustomerID) Key { return Key{KindRelationsCustomer, string(id)} }

// RelationsVehicleKey returns the key of a vehicle's row.
func RelationsVehicleKey(vin domain.VIN) Key { return Key{KindRelationsVehicle, string(vin)} }

// Relations returns the view of customers, vehicles and who owns what.
func Relations() View {
	return View{Name: "relations", Version: 1, table: table(
		on(func(e *domain.CustomerRegistered, touch func(Key)) { touch(RelationsCustomerKey(e.ID)) },
			func(b *Batch, e *domain.CustomerRegistered) {
				b.put(&RelationsCustomer{Customer: e.Customer, RegisteredAt: e.At})
			}),
		on(func(e *domain.CustomerChanged, touch func(Key)) { touch(RelationsCustomerKey(e.ID)) },
			func(b *Batch, e *domain.CustomerChanged) {
				if c := edit[RelationsCustomer](b, RelationsCustomerKey(e.ID)); c != nil {
					c.Customer = e.Customer
				}
			}),
		on(func(e *domain.VehicleRegistered, touch func(Key)) { touch(RelationsVehicleKey(e.VIN)) },
			func(b *Batch, e *domain.VehicleRegistered) {
				b.put(&RelationsVehicle{Vehicle: e.Vehicle, Life: b.place.Revision, RegisteredAt: e.At})
			}),
		on(func(e *domain.VehicleChanged, touch func(Key)) { touch(RelationsVehicleKey(e.VIN)) },
			func(b *Batch, e *domain.VehicleChanged) {
				if v := edit[RelationsVehicle](b, RelationsVehicleKey(e.VIN)); v != nil {
					v.Vehicle.RegistrationNumber, v.Vehicle.Overrides = e.RegistrationNumber, e.Overrides
				}
			}),
		on(func(e *domain.VehicleTransferred, touch func(Key)) { touch(RelationsVehicleKey(e.VIN)) },
			func(b *Batch, e *domain.VehicleTransferred) {
				if v := edit[RelationsVehicle](b, RelationsVehicleKey(e.VIN)); v != nil {
					v.Vehicle.CustomerID = e.CustomerID
				}
			}),
		on(func(e *domain.VehicleDecommissioned, touch func(Key)) { touch(RelationsVehicleKey(e.VIN)) },
			func(b *Batch, e *domain.VehicleDecommissioned) { b.remove(RelationsVehicleKey(e.VIN)) }),
	)}
}
