package commands

import (
	"context"

	"github.com/google/uuid"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// RegisterVehicle makes a vehicle known, or begins a new life of a decommissioned one. The customer is named by
// CustomerID or, registered if there is none of that name, by Customer. Errors: Invalid, also for an unknown customer;
// Taken where the VIN is registered or another vehicle has the registration number. A new customer may stay registered
// where another node registered the same VIN at the same moment.
type RegisterVehicle struct {
	VIN                string
	RegistrationNumber string
	CustomerID         domain.CustomerID
	Customer           string
	domain.Overrides
}

// VehicleResult is a vehicle after a change, what was resolved for it, and where the change lies.
type VehicleResult struct {
	domain.Vehicle
	Customer     domain.Customer
	Timeout      domain.Timeout
	RegisteredAt domain.Instant
	Position     domain.Position
	Warnings     []string // for people: nothing was refused
}

// owner is the customer a vehicle is to belong to.
type owner struct {
	domain.Customer
	known bool // else it is to be registered, or has no id and cannot be
}

func (w *writer) registerVehicle(ctx context.Context, cmd RegisterVehicle) (VehicleResult, error) {
	vin, err := domain.ParseVIN(cmd.VIN)
	if unnamed := checkNaming(cmd); err != nil || unnamed != nil { // nothing can be looked up; all else is decided with what was
		_, wrong := domain.ParseRegistrationNumber("registrationNumber", cmd.RegistrationNumber)
		return VehicleResult{}, together(err, wrong, unnamed)
	}
	wanted := []string{plateLock(cmd.RegistrationNumber)}
	if cmd.CustomerID == "" {
		wanted = append(wanted, w.nameLocks(cmd.Customer)...)
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
	owner, err := w.ownerOf(ctx, cmd)
	if err != nil {
		return VehicleResult{}, err
	}
	holder, _ := w.registry.PlateHolder(cmd.RegistrationNumber, vin)
	event, err := decideRegisterVehicle(state, owner, holder, cmd, w.limits(), w.now())
	if err != nil {
		return VehicleResult{}, err
	}
	if !owner.known {
		registered := &domain.CustomerRegistered{Customer: owner.Customer, At: event.At}
		if _, err := appendNew(ctx, w.store, domain.CustomerStream(owner.ID), eventstore.NoStream, registered); err != nil {
			return VehicleResult{}, err
		}
	}
	result, err := w.appendVehicle(ctx, state, owner.Customer, event)
	result.Warnings = warnings(vin)
	return result, err
}

// checkNaming returns the Invalid error of a command that does not name one customer in one way, or nil.
func checkNaming(cmd RegisterVehicle) error {
	switch {
	case cmd.CustomerID == "" && cmd.Customer == "":
		return domain.InvalidField("customerId", "a vehicle belongs to a customer: give customerId, or customer with a name")
	case cmd.CustomerID != "" && cmd.Customer != "":
		return domain.InvalidField("customer", "give customerId or customer, not both")
	}
	return nil
}

func (w *writer) ownerOf(ctx context.Context, cmd RegisterVehicle) (o owner, err error) {
	if cmd.CustomerID != "" {
		o.Customer, o.known, err = w.customer(ctx, cmd.CustomerID)
		return o, err
	}
	name, err := domain.ParseName("customer", cmd.Customer)
	if err != nil {
		return o, err
	}
	o.Customer, o.known, err = w.customerNamed(ctx, name, uuid.NewString())
	return o, err
}

// decideRegisterVehicle decides. holder is another vehicle that has the registration number, if any does.
func decideRegisterVehicle(s vehicleState, o owner, holder domain.VIN, cmd RegisterVehicle, l limits, now domain.Instant) (*domain.VehicleRegistered, error) {
	vin, err1 := domain.ParseVIN(cmd.VIN)
	number, err2 := domain.ParseRegistrationNumber("registrationNumber", cmd.RegistrationNumber)
	var err3 error
	if !o.known && o.ID == "" {
		err3 = noSuchOwner()
	}
	if err := together(err1, err2, err3, l.check(o.Overrides, cmd.Overrides, cmd.Overrides)); err != nil {
		return nil, err
	}
	if s.registered {
		return nil, taken("vin", "vehicle %q is registered already", string(vin))
	}
	if holder != "" {
		return nil, plateTaken(number, holder)
	}
	return &domain.VehicleRegistered{
		Vehicle: domain.Vehicle{VIN: vin, RegistrationNumber: number, CustomerID: o.ID, Overrides: cmd.Overrides}, At: now,
	}, nil
}

func noSuchOwner() error {
	return domain.InvalidField("customerId", "there is no such customer")
}

func plateTaken(number string, holder domain.VIN) error {
	return taken("registrationNumber", "registration number %q belongs to vehicle %q", number, string(holder))
}

// appendVehicle appends what was decided about a vehicle, if anything, and returns the vehicle as it is then.
func (w *writer) appendVehicle(ctx context.Context, s vehicleState, customer domain.Customer, events ...domain.Event) (VehicleResult, error) {
	if len(events) > 0 {
		for _, e := range events {
			s.apply(e)
		}
		appended, err := appendNew(ctx, w.store, domain.VehicleStream(s.vehicle.VIN), s.revision, events...)
		if err != nil {
			return VehicleResult{}, err
		}
		s.position = appended.Position
		w.settle(ctx, s.position)
	}
	return VehicleResult{
		Vehicle: s.vehicle, Customer: customer, RegisteredAt: s.registeredAt, Position: s.position,
		Timeout: domain.Resolve(w.registry.Settings(), customer.Overrides, s.vehicle.Overrides),
	}, nil
}

func warnings(vin domain.VIN) []string {
	if vin.CheckDigitHolds() {
		return nil
	}
	return []string{checkDigitWarning}
}

const checkDigitWarning = "the ninth character of the VIN is not the check digit that North American makers put there; " +
	"right for a vehicle from elsewhere, else a typing error"
