package queries

import (
	"context"

	"fleetbeat/domain"
)

// GetCustomerHandler answers [GetCustomer].
type GetCustomerHandler struct {
	Roster *Roster
}

// Handle returns the customer, or a NotFound error.
func (h GetCustomerHandler) Handle(ctx context.Context, q GetCustomer) (CustomerDetail, error) {
	fresh, err := h.Roster.await(ctx, q.After)
	if err != nil {
		return CustomerDetail{}, err
	}
	found, err := h.Roster.read(ctx, []domain.CustomerID{q.ID}, fresh.AsOf)
	if err != nil {
		return CustomerDetail{}, err
	}
	if len(found) == 0 || !owns(q.Owner, q.ID) {
		return CustomerDetail{}, domain.Errorf(domain.NotFound, "there is no customer with this id")
	}
	return CustomerDetail{Customer: found[0], Freshness: fresh}, nil
}
