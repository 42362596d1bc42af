package projections

import "fleetbeat/domain"

// FleetVehicle is a vehicle in the fleet view. Status, Since, LastHeartbeat and Location come from transitions alone:
// pings do not touch it.
type FleetVehicle struct {
	VIN                domain.VIN
	Life               int64
	RegistrationNumber string
	CustomerID         domain.CustomerID
	CustomerName       string
	Overrides          domain.Overrides
	Status             domain.Status
	Since              domain.Instant // zero while never seen
	LastHeartbeat      domain.Instant
	Location           *domain.LocationAt
	RegisteredAt       domain.Instant
}

// FleetCustomer is what the fleet view needs of a customer.
type FleetCustomer struct {
	ID        domain.CustomerID
	Name      string
	Overrides domain.Overrides
}

// FleetMeta is the one row of what concerns all vehicles.
type FleetMeta struct {
	Settings domain.Settings
	Spans    domain.Spans // the union of all unobserved spans
}

// Key returns the row's name.
func (v *FleetVehicle) Key() Key   { return FleetVehicleKey(v.VIN) }
func (v *FleetVehicle) clone() Row { c := *v; return &c }

// Key returns the row's name.
func (c *FleetCustomer) Key() Key   { return FleetCustomerKey(c.ID) }
func (c *FleetCustomer) clone() Row { d := *c; return &d }

// Key returns the row's name.
func (m *FleetMeta) Key() Key   { return FleetMetaKey() }
func (m *FleetMeta) clone() Row { c := *m; return &c }

// FleetVehicleKey returns the key of a vehicle's row.
func FleetVehicleKey(vin domain.VIN) Key { return Key{KindFleetVehicle, string(vin)} }

// FleetCustomerKey returns the key of a customer's row.
func FleetCustomerKey(id domain.CustomerID) Key { return Key{KindFleetCustomer, string(id)} }

// FleetMetaKey returns the key of the one row of what concerns all vehicles.
func FleetMetaKey() Key { return Key{KindFleetMeta, "all"} }

// Fleet returns the view that lists, filters, counts and searches vehicles.
func Fleet() View {
	return View{Name: "fleet", Version: 3, Status: true, table: table(
		on(func(_ *domain.SettingsChanged, touch func(Key)) { touch(FleetMetaKey()) }, fleetSettings),
		on(func(_ *domain.ObservationInterrupted, touch func(Key)) { touch(FleetMetaKey()) }, fleetInterrupted),
		on(func(e *domain.CustomerRegistered, touch func(Key)) { touch(FleetCustomerKey(e.ID)) },
			func(b *Batch, e *domain.CustomerRegistered) { fleetCustomer(b, e.Customer) }),
		on(func(e *domain.CustomerChanged, touch func(Key)) { touch(FleetCustomerKey(e.ID)) },
			func(b *Batch, e *domain.CustomerChanged) { fleetCustomer(b, e.Customer) }),
		on(func(e *domain.VehicleRegistered, touch func(Key)) {
			touch(FleetVehicleKey(e.VIN))
			touch(FleetCustomerKey(e.CustomerID))
		}, fleetRegistered),
		on(func(e *domain.VehicleChanged, touch func(Key)) { touch(FleetVehicleKey(e.VIN)) }, fleetChanged),
		on(func(e *domain.VehicleTransferred, touch func(Key)) {
			touch(FleetVehicleKey(e.VIN))
			touch(FleetCustomerKey(e.CustomerID))
		}, fleetTransferred),
		on(func(e *domain.VehicleDecommissioned, touch func(Key)) { touch(FleetVehicleKey(e.VIN)) },
			func(b *Batch, e *domain.VehicleDecommissioned) { b.remove(FleetVehicleKey(e.VIN)) }),
		on(func(e *domain.VehicleConnected, touch func(Key)) { touch(FleetVehicleKey(e.VIN)) },
			func(b *Batch, e *domain.VehicleConnected) { fleetTransition(b, e.Transition, domain.Connected) }),
		on(func(e *domain.VehicleDisconnected, touch func(Key)) { touch(FleetVehicleKey(e.VIN)) },
			func(b *Batch, e *domain.VehicleDisconnected) { fleetTransition(b, e.Transition, domain.Disconnected) }),
	)}
}

// meta returns the row of what concerns all vehicles, to be put back; nil where it has seen this event before.
func fleetMeta(b *Batch) *FleetMeta {
	if get[FleetMeta](b, FleetMetaKey()) == nil {
		b.put(&FleetMeta{Settings: domain.Settings{
			IntervalSeconds: domain.DefaultIntervalSeconds, GraceSeconds: domain.DefaultGraceSeconds,
		}})
	}
	return edit[FleetMeta](b, FleetMetaKey())
}

func fleetSettings(b *Batch, e *domain.SettingsChanged) {
	if m := fleetMeta(b); m != nil {
		m.Settings = e.Settings
	}
}

func fleetInterrupted(b *Batch, e *domain.ObservationInterrupted) {
	if m := fleetMeta(b); m != nil {
		m.Spans, _ = m.Spans.Add(e.Span)
	}
}

// fleetCustomer keeps a customer and, where its name is another, rewrites its vehicles: they are found and sorted by it.
func fleetCustomer(b *Batch, c domain.Customer) {
	b.put(&FleetCustomer{ID: c.ID, Name: c.Name, Overrides: c.Overrides})
	for _, key := range b.vehiclesOf(c.ID) {
		if get[FleetVehicle](b, key).CustomerName == c.Name {
			continue
		}
		if v := edit[FleetVehicle](b, key); v != nil {
			v.CustomerName = c.Name
		}
	}
}

func fleetRegistered(b *Batch, e *domain.VehicleRegistered) {
	v := &FleetVehicle{
		VIN: e.VIN, Life: b.place.Revision, RegistrationNumber: e.RegistrationNumber, CustomerID: e.CustomerID,
		Overrides: e.Overrides, Status: domain.NeverSeen, RegisteredAt: e.At,
	}
	if c := get[FleetCustomer](b, FleetCustomerKey(e.CustomerID)); c != nil {
		v.CustomerName = c.Name
	}
	b.put(v)
	b.owns(v.CustomerID, v.Key())
}

func fleetChanged(b *Batch, e *domain.VehicleChanged) {
	if v := edit[FleetVehicle](b, FleetVehicleKey(e.VIN)); v != nil {
		v.RegistrationNumber, v.Overrides = e.RegistrationNumber, e.Overrides
	}
}

func fleetTransferred(b *Batch, e *domain.VehicleTransferred) {
	v := edit[FleetVehicle](b, FleetVehicleKey(e.VIN))
	if v == nil {
		return
	}
	v.CustomerID, v.CustomerName = e.CustomerID, ""
	if c := get[FleetCustomer](b, FleetCustomerKey(e.CustomerID)); c != nil {
		v.CustomerName = c.Name
	}
	b.owns(v.CustomerID, v.Key())
}

func fleetTransition(b *Batch, t domain.Transition, status domain.Status) {
	key := FleetVehicleKey(t.VIN)
	if v := get[FleetVehicle](b, key); v == nil || v.Life != t.Life {
		return
	}
	v := edit[FleetVehicle](b, key)
	if v == nil {
		return
	}
	v.Status, v.Since = status, t.At
	v.LastHeartbeat = max(v.LastHeartbeat, t.LastHeartbeat)
	if t.LastLocation != nil && (v.Location == nil || t.LastLocation.At >= v.Location.At) {
		v.Location = t.LastLocation
	}
}
