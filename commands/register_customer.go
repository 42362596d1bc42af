package commands

import (
	"context"

	"github.com/google/uuid"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// RegisterCustomer makes a customer known. Errors: Invalid; Taken where another customer has the name, compared by
// letters and digits.
type RegisterCustomer struct {
	Name    string
	Address string
	domain.Overrides
}

// CustomerResult is a customer after a change, and where the change lies.
type CustomerResult struct {
	domain.Customer
	Position domain.Position
}

func (w *writer) registerCustomer(ctx context.Context, cmd RegisterCustomer) (CustomerResult, error) {
	giveBack, err := w.begin(ctx, w.nameLocks(cmd.Name)...)
	if err != nil {
		return CustomerResult{}, err
	}
	defer giveBack()
	holder, known, err := w.customerNamed(ctx, cmd.Name, uuid.NewString())
	if err != nil {
		return CustomerResult{}, err
	}
	event, err := decideRegisterCustomer(holder, known, cmd, w.limits(), w.now())
	if err != nil {
		return CustomerResult{}, err
	}
	appended, err := appendNew(ctx, w.store, domain.CustomerStream(event.ID), eventstore.NoStream, event)
	if err != nil {
		return CustomerResult{}, err
	}
	w.settle(ctx, appended.Position)
	return CustomerResult{event.Customer, appended.Position}, nil
}

// decideRegisterCustomer decides. customer has the name, if it is known; else it is the one to register.
func decideRegisterCustomer(customer domain.Customer, known bool, cmd RegisterCustomer, l limits, now domain.Instant) (*domain.CustomerRegistered, error) {
	name, err1 := domain.ParseName("name", cmd.Name)
	address, err2 := domain.ParseAddress("address", cmd.Address)
	if err := together(err1, err2, l.check(cmd.Overrides, domain.Overrides{}, cmd.Overrides)); err != nil {
		return nil, err
	}
	if known {
		return nil, taken("name", "there is a customer named %q already", customer.Name)
	}
	return &domain.CustomerRegistered{
		Customer: domain.Customer{ID: customer.ID, Name: name, Address: address, Overrides: cmd.Overrides}, At: now,
	}, nil
}
