package queries

import (
	"context"
	"iter"
	"slices"

	"fleetbeat/domain"
)

// ExportCustomersHandler answers [ListCustomers] with all matches, a list page at a time.
type ExportCustomersHandler struct {
	Roster *Roster
}

// Pages yields list pages until there are no more: at least one, perhaps empty. Limit and Cursor of q are not used. An
// error is the last thing yielded; its kinds are those of [ListCustomersHandler.Handle].
//
// Nothing is locked, so that an export may take as long as its reader likes. The order is found once, so each customer is
// there exactly once; the numbers of each list page hold as of its own AsOf.
func (h ExportCustomersHandler) Pages(ctx context.Context, q ListCustomers) iter.Seq2[CustomerList, error] {
	return func(yield func(CustomerList, error) bool) {
		ids, fresh, err := h.matches(ctx, q)
		if err != nil {
			yield(CustomerList{}, err)
			return
		}
		list := CustomerList{Items: []Customer{}, Total: int64(len(ids)), Freshness: fresh}
		if len(ids) == 0 {
			yield(list, nil)
			return
		}
		for some := range slices.Chunk(ids, exportRows) {
			list.Freshness, err = h.Roster.await(ctx, domain.Position{})
			if err == nil {
				list.Items, err = h.Roster.read(ctx, some, list.AsOf)
			}
			if err != nil {
				yield(CustomerList{}, err)
				return
			}
			if !yield(list, nil) {
				return
			}
		}
	}
}

// matches returns the ids of all matches in order.
func (h ExportCustomersHandler) matches(ctx context.Context, q ListCustomers) ([]domain.CustomerID, Freshness, error) {
	q.Limit = 0
	if err := q.complete(); err != nil {
		return nil, Freshness{}, err
	}
	fresh, err := h.Roster.await(ctx, q.After)
	if err != nil {
		return nil, Freshness{}, err
	}
	all, err := h.Roster.listed(ctx, q.Owner, !q.After.IsZero(), fresh.AsOf)
	return q.order().page(all, q.Text, nil, 0).ids(), fresh, err
}
