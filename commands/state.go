package commands

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// place is how far a stream was read: what an append to it expects, and the position to answer when nothing changes.
type place struct {
	revision eventstore.Revision
	position domain.Position
}

// customerState is what a customer's stream says.
type customerState struct {
	place
	known    bool
	customer domain.Customer
}

// apply takes in one event. It cannot fail: what does not concern it, it ignores.
func (s *customerState) apply(event domain.Event) {
	switch e := event.(type) {
	case *domain.CustomerRegistered:
		s.known, s.customer = true, e.Customer
	case *domain.CustomerChanged:
		s.customer = e.Customer
	}
}

// vehicleState is what a vehicle's stream says.
type vehicleState struct {
	place
	registered   bool
	registeredAt domain.Instant
	vehicle      domain.Vehicle // of a decommissioned one: as it last was
}

// apply takes in one event. It cannot fail: what does not concern it, it ignores.
func (s *vehicleState) apply(event domain.Event) {
	switch e := event.(type) {
	case *domain.VehicleRegistered:
		s.registered, s.registeredAt, s.vehicle = true, e.At, e.Vehicle
	case *domain.VehicleChanged:
		s.vehicle.RegistrationNumber, s.vehicle.Overrides = e.RegistrationNumber, e.Overrides
	case *domain.VehicleTransferred:
		s.vehicle.CustomerID = e.CustomerID
	case *domain.VehicleDecommissioned:
		s.registered = false
	}
}

// loadCustomer reads a customer's stream.
func loadCustomer(ctx context.Context, store eventstore.Store, id domain.CustomerID) (customerState, error) {
	var s customerState
	var err error
	s.place, err = load(ctx, store, domain.CustomerStream(id), func(e domain.Event, _ uuid.UUID) { s.apply(e) })
	return s, err
}

// loadVehicle reads a vehicle's stream.
func loadVehicle(ctx context.Context, store eventstore.Store, vin domain.VIN) (vehicleState, error) {
	var s vehicleState
	var err error
	s.place, err = load(ctx, store, domain.VehicleStream(vin), func(e domain.Event, _ uuid.UUID) { s.apply(e) })
	return s, err
}

// load reads a stream from its beginning and hands each event and its id to apply.
func load(ctx context.Context, store eventstore.Store, stream string, apply func(domain.Event, uuid.UUID)) (place, error) {
	at := place{revision: eventstore.NoStream}
	for r, err := range store.ReadStream(ctx, stream, 0, eventstore.Forwards) {
		if err != nil {
			return at, fmt.Errorf("read %q: %w", stream, err)
		}
		event, err := eventstore.Decode(r)
		if err != nil {
			return at, err
		}
		apply(event, r.ID)
		at = place{revision: r.Revision, position: r.Position}
	}
	return at, nil
}
