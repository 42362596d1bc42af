package sqlite

import (
	"context"
	"fmt"

	"fleetbeat/domain"
	"fleetbeat/queries"
)

// Relations finds customers. All methods may be called by many goroutines at once.
type Relations struct {
	queries.View
	views *Views
}

var _ queries.RelationsReader = (*Relations)(nil)

// Relations returns the reader of the relations view; view says how far it is folded.
func (v *Views) Relations(view queries.View) *Relations { return &Relations{View: view, views: v} }

const relationsView = "relations"

// CustomersByID returns these customers, or all where ids is nil.
func (r *Relations) CustomersByID(ctx context.Context, ids []domain.CustomerID) (map[domain.CustomerID]domain.Customer, error) {
	var found map[domain.CustomerID]domain.Customer
	err := r.views.answer(ctx, relationsView, func(t tables) error {
		found = make(map[domain.CustomerID]domain.Customer, len(ids))
		if ids == nil {
			s := t.prepare(relationsCustomerColumns)
			return s.run(func() error { c := nextCustomer(s); found[c.ID] = c; return nil })
		}
		s := t.prepare(relationsCustomerColumns + ` WHERE id = ?1`)
		for _, id := range unique(ids) {
			if err := s.text(string(id)).run(func() error { found[id] = nextCustomer(s); return nil }); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read customers: %w", err)
	}
	return found, nil
}
