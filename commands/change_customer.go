package commands

import (
	"context"

	"fleetbeat/domain"
)

// ChangeCustomer changes what is given and leaves the rest. Errors: NotFound; Invalid; Taken where another customer has
// the name.
type ChangeCustomer struct {
	ID              domain.CustomerID
	Name            *string // nil leaves it
	Address         Change[string]
	IntervalSeconds Change[int64]
	GraceSeconds    Change[int64]
}

func (w *writer) changeCustomer(ctx context.Context, cmd ChangeCustomer) (CustomerResult, error) {
	wanted := []string{customerLock(cmd.ID)}
	if cmd.Name != nil {
		wanted = append(wanted, w.nameLocks(*cmd.Name)...)
	}
	giveBack, err := w.begin(ctx, wanted...)
	if err != nil {
		return CustomerResult{}, err
	}
	defer giveBack()
	if len(domain.CustomerStream(cmd.ID)) > maxStreamName {
		return CustomerResult{}, unknownCustomer(cmd.ID)
	}
	state, err := loadCustomer(ctx, w.store, cmd.ID)
	if err != nil {
		return CustomerResult{}, err
	}
	var holder domain.Customer
	if cmd.Name != nil {
		holder, _ = w.registry.CustomerNamed(*cmd.Name)
	}
	event, err := decideChangeCustomer(state, holder, cmd, w.limits(), w.now())
	if err != nil {
		return CustomerResult{}, err
	}
	if event == nil {
		return CustomerResult{state.customer, state.position}, nil
	}
	appended, err := appendNew(ctx, w.store, domain.CustomerStream(cmd.ID), state.revision, event)
	if err != nil {
		return CustomerResult{}, err
	}
	w.settle(ctx, appended.Position)
	return CustomerResult{event.Customer, appended.Position}, nil
}

// decideChangeCustomer decides; nil where nothing changes. holder is who has the new name, if anybody.
func decideChangeCustomer(s customerState, holder domain.Customer, cmd ChangeCustomer, l limits, now domain.Instant) (*domain.CustomerChanged, error) {
	if !s.known {
		return nil, unknownCustomer(cmd.ID)
	}
	after := s.customer
	var err1, err2 error
	if cmd.Name != nil {
		after.Name, err1 = domain.ParseName("name", *cmd.Name)
	}
	if cmd.Address.Set {
		after.Address = ""
		if cmd.Address.Value != nil {
			after.Address, err2 = domain.ParseAddress("address", *cmd.Address.Value)
		}
	}
	after.Overrides = overridesAfter(after.Overrides, cmd.IntervalSeconds, cmd.GraceSeconds)
	var err3 error
	if !after.Overrides.Equal(s.customer.Overrides) { // a customer may be renamed whose timeout was allowed once
		err3 = l.check(after.Overrides, domain.Overrides{}, after.Overrides)
	}
	if err := together(err1, err2, err3); err != nil {
		return nil, err
	}
	if holder.ID != "" && holder.ID != cmd.ID {
		return nil, taken("name", "there is a customer named %q already", holder.Name)
	}
	if after.Name == s.customer.Name && after.Address == s.customer.Address && after.Overrides.Equal(s.customer.Overrides) {
		return nil, nil
	}
	return &domain.CustomerChanged{Customer: after, At: now}, nil
}

func unknownCustomer(id domain.CustomerID) error {
	if len(id) > 64 {
		id = id[:64] + "…"
	}
	return domain.Errorf(domain.NotFound, "there is no customer %q", string(id))
}
