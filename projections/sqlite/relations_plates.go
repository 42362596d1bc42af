package sqlite

import (
	"context"
	"fmt"

	"fleetbeat/domain"
	"fleetbeat/queries"
)

var _ queries.PlateReader = (*Relations)(nil)

// VINsByPlate returns the VINs of the vehicles with these registration numbers, folded to letters and digits.
func (r *Relations) VINsByPlate(ctx context.Context, folded []string) (map[string][]domain.VIN, error) {
	var found map[string][]domain.VIN
	err := r.views.answer(ctx, relationsView, func(t tables) error {
		found = map[string][]domain.VIN{}
		s := t.prepare(`SELECT vin FROM relations_vehicles# WHERE plate_key = ?1 ORDER BY vin`)
		for _, number := range unique(folded) {
			if err := s.text(number).run(func() error {
				found[number] = append(found[number], domain.VIN(s.nextText()))
				return nil
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read registration numbers: %w", err)
	}
	return found, nil
}
