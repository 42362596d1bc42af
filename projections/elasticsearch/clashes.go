package elasticsearch

import (
	"context"

	"fleetbeat/domain"
)

// clashing returns the keys of registration numbers that more than one vehicle has, of a customer or of all for none.
func (f *Fleet) clashing(ctx context.Context, at where, owner domain.CustomerID) ([]string, error) {
	var noted []string
	for d, err := range f.views.every(ctx, at, exists("shared"), "shared") {
		if err != nil {
			return nil, err
		}
		noted = append(noted, d.Source.Shared)
	}
	var clashing []string
	for len(noted) > 0 {
		n := min(len(noted), f.views.limits.terms)
		query := []object{terms("plate_key", noted[:n]), alive()}
		if owner != "" {
			query = append(query, term("customer", string(owner)))
		}
		some, err := f.views.countKeys(ctx, at, all(query), 2)
		if err != nil {
			return nil, err
		}
		clashing, noted = append(clashing, some...), noted[n:]
	}
	return clashing, nil
}
