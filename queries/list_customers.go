package queries

import (
	"context"
	"slices"

	"fleetbeat/domain"
)

// ListCustomersHandler answers [ListCustomers].
type ListCustomersHandler struct {
	Roster *Roster
}

// Handle returns one list page. Errors are Invalid where the question is, Unavailable where the views do not reach After
// in time.
func (h ListCustomersHandler) Handle(ctx context.Context, q ListCustomers) (CustomerList, error) {
	if err := q.complete(); err != nil {
		return CustomerList{}, err
	}
	order := q.order()
	after, err := order.read(q.Cursor)
	if err != nil {
		return CustomerList{}, err
	}
	fresh, err := h.Roster.await(ctx, q.After)
	if err != nil {
		return CustomerList{}, err
	}
	all, err := h.Roster.listed(ctx, q.Owner, !q.After.IsZero(), fresh.AsOf)
	if err != nil {
		return CustomerList{}, err
	}
	page := order.page(all, q.Text, after, q.Limit)
	list := CustomerList{Total: page.total, Freshness: fresh}
	if page.more {
		if list.Next, err = order.write(page.places[len(page.places)-1]); err != nil {
			return CustomerList{}, err
		}
	}
	if list.Items, err = h.Roster.read(ctx, page.ids(), fresh.AsOf); err != nil {
		return CustomerList{}, err
	}
	order.sort(list.Items) // by the numbers that it shows, which may be newer than those it was found by
	return list, nil
}

// complete fills in what was left out and checks the rest.
func (q *ListCustomers) complete() (err error) {
	if q.Sort == "" {
		q.Sort = SortName
	}
	if q.Limit, err = pageSize(q.Limit); err != nil {
		return err
	}
	if !slices.Contains(CustomerSorts(), q.Sort) {
		return domain.InvalidField("sort", "must be one of name, beyond, vehicles, connected, disconnected, never_seen and longest")
	}
	return checkText("q", q.Text)
}

func (q *ListCustomers) order() customerOrder { return customerOrder{Sort: q.Sort, Desc: q.Descending} }
