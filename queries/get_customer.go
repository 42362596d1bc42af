package queries

import (
	"context"

	"fleetbeat/domain"
)

// GetCustomerHandler answers [GetCustomer] from the relations view, with the counters of the fleet view.
type GetCustomerHandler struct {
	Relations RelationsReader
	Counts    CountsReader
	Now       Clock
}

// Handle returns the customer, or a NotFound error.
func (h GetCustomerHandler) Handle(ctx context.Context, q GetCustomer) (CustomerDetail, error) {
	fresh, err := await(ctx, h.Now, q.After, h.Relations, h.Counts)
	if err != nil {
		return CustomerDetail{}, err
	}
	customer, ok, err := h.Relations.Customer(ctx, q.ID)
	if err != nil {
		return CustomerDetail{}, err
	}
	if !ok || !owns(q.Owner, customer.ID) {
		return CustomerDetail{}, domain.Errorf(domain.NotFound, "there is no customer with this id")
	}
	items, err := withCounts(ctx, h.Counts, []domain.Customer{customer})
	if err != nil {
		return CustomerDetail{}, err
	}
	return CustomerDetail{Customer: items[0], Freshness: fresh}, nil
}
