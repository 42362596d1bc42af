package queries

import (
	"context"

	"fleetbeat/domain"
)

// ListCustomersHandler answers [ListCustomers] from the relations view, with the counters of the fleet view.
type ListCustomersHandler struct {
	Relations RelationsReader
	Counts    CountsReader
	Now       Clock
}

// Handle returns one list page. Errors are Invalid where the question is, Unavailable where the views do not reach After
// in time.
func (h ListCustomersHandler) Handle(ctx context.Context, q ListCustomers) (CustomerList, error) {
	var err error
	if q.Limit, err = pageSize(q.Limit); err != nil {
		return CustomerList{}, err
	}
	if err := checkText("q", q.Text); err != nil {
		return CustomerList{}, err
	}
	fresh, err := await(ctx, h.Now, q.After, h.Relations, h.Counts)
	if err != nil {
		return CustomerList{}, err
	}
	found, total, next, err := h.Relations.Customers(ctx, q)
	if err != nil {
		return CustomerList{}, err
	}
	items, err := withCounts(ctx, h.Counts, found)
	if err != nil {
		return CustomerList{}, err
	}
	return CustomerList{Items: items, Next: next, Total: total, Freshness: fresh}, nil
}

// withCounts gives customers the numbers of their vehicles.
func withCounts(ctx context.Context, reader CountsReader, customers []domain.Customer) ([]Customer, error) {
	items := make([]Customer, len(customers))
	if len(customers) == 0 {
		return items, nil // the reader would take no ids for all ids
	}
	ids := make([]domain.CustomerID, len(customers))
	for i, c := range customers {
		ids[i] = c.ID
	}
	counts, err := reader.CountsByCustomer(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i, c := range customers {
		items[i] = Customer{Customer: c, Counts: counts[c.ID]}
	}
	return items, nil
}
