package sqlite

import (
	"context"
	"fmt"
	"strings"

	"fleetbeat/domain"
	"fleetbeat/internal/textfold"
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

// Customers returns one list page in order of folded name, then id.
func (r *Relations) Customers(ctx context.Context, q queries.ListCustomers) (items []domain.Customer, total int64, next string, err error) {
	o := order{sort: "name"}
	after, err := o.read(q.Cursor)
	if err != nil {
		return nil, 0, "", err
	}
	text := textfold.Fold(q.Text)
	var last sortKey
	more := false
	err = r.views.answer(ctx, relationsView, func(t tables) error {
		items, total, more = []domain.Customer{}, 0, false
		// All names are looked at, for the total: there are thousands of customers, not millions.
		s := t.prepare(relationsCustomerColumns + ` ORDER BY folded, id`)
		return s.run(func() error {
			key := sortKey{VIN: s.ColumnText(0), Text: textfold.Fold(s.ColumnText(1))}
			if q.Owner != "" && key.VIN != string(q.Owner) || !strings.Contains(key.Text, text) {
				return nil
			}
			total++
			if after != nil && o.compare(*after, key) >= 0 {
				return nil
			}
			if len(items) == q.Limit {
				more = true
				return nil
			}
			items, last = append(items, nextCustomer(s)), key
			return nil
		})
	})
	if err == nil && more {
		next, err = o.write(last)
	}
	if err != nil {
		return nil, 0, "", fmt.Errorf("list customers: %w", err)
	}
	return items, total, next, nil
}

// Customer returns one customer.
func (r *Relations) Customer(ctx context.Context, id domain.CustomerID) (domain.Customer, bool, error) {
	found, err := r.CustomersByID(ctx, []domain.CustomerID{id})
	customer, ok := found[id]
	return customer, ok, err
}

// CustomersByID returns these customers.
func (r *Relations) CustomersByID(ctx context.Context, ids []domain.CustomerID) (map[domain.CustomerID]domain.Customer, error) {
	var found map[domain.CustomerID]domain.Customer
	err := r.views.answer(ctx, relationsView, func(t tables) error {
		found = make(map[domain.CustomerID]domain.Customer, len(ids))
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
