package postgres

import (
	"context"
	"fmt"

	"fleetbeat/domain"
	"fleetbeat/queries"
)

// Relations finds customers, and vehicles by their registration numbers. All methods may be called by many goroutines at
// once.
type Relations struct {
	queries.View
	views *Views
}

var (
	_ queries.RelationsReader = (*Relations)(nil)
	_ queries.PlateReader     = (*Relations)(nil)
)

// Relations returns the reader of the relations view; view says how far it is folded.
func (v *Views) Relations(view queries.View) *Relations { return &Relations{View: view, views: v} }

// CustomersByID returns these customers, or all where ids is nil.
func (l *Relations) CustomersByID(ctx context.Context, ids []domain.CustomerID) (map[domain.CustomerID]domain.Customer, error) {
	query, args := relationsCustomers().selects(), []any(nil)
	if ids != nil {
		query, args = query+` WHERE id = ANY ($1)`, []any{unique(ids)}
	}
	var found map[domain.CustomerID]domain.Customer
	err := l.views.answer(ctx, relationsView, func(ctx context.Context, t tables) error {
		found = make(map[domain.CustomerID]domain.Customer, len(ids))
		return t.each(ctx, func(r *reader) error {
			c := readCustomer(r)
			found[c.ID] = c
			return nil
		}, query, args...)
	})
	if err != nil {
		return nil, fmt.Errorf("read customers: %w", err)
	}
	return found, nil
}

// VINsByPlate returns the VINs of the vehicles with these registration numbers, folded to letters and digits.
func (l *Relations) VINsByPlate(ctx context.Context, folded []string) (map[string][]domain.VIN, error) {
	var found map[string][]domain.VIN
	err := l.views.answer(ctx, relationsView, func(ctx context.Context, t tables) error {
		found = map[string][]domain.VIN{}
		return t.each(ctx, func(r *reader) error {
			number, vin := r.text(), domain.VIN(r.text())
			found[number] = append(found[number], vin)
			return nil
		}, `SELECT plate_key, vin FROM relations_vehicles# WHERE plate_key = ANY ($1) ORDER BY vin`, unique(folded))
	})
	if err != nil {
		return nil, fmt.Errorf("read registration numbers: %w", err)
	}
	return found, nil
}
