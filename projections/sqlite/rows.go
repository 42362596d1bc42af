package sqlite

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"fleetbeat/domain"
	"fleetbeat/projections"
)

// Load returns what is stored under these keys.
func (v *Views) Load(ctx context.Context, g projections.Generation, keys []projections.Key) ([]projections.Stored, error) {
	byKind := map[projections.Kind][]projections.Key{}
	for _, key := range keys {
		byKind[key.Kind] = append(byKind[key.Kind], key)
	}
	var found []projections.Stored
	err := v.read(ctx, g, func(t tables) error {
		found = make([]projections.Stored, 0, len(keys))
		if err := t.exists(); err != nil {
			return err
		}
		for _, layout := range layoutOf(g.View) {
			some := byKind[layout.kind]
			if len(some) == 0 || layout.load == nil {
				continue
			}
			// In the order of the table, so that each of its pages is met once.
			slices.SortFunc(some, func(a, b projections.Key) int { return compare(a.ID, b.ID) })
			stored, err := layout.load(t, some)
			if err != nil {
				return fmt.Errorf("%s: %w", layout.kind, err)
			}
			found = append(found, stored...)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load rows of %q: %w", g.View, err)
	}
	return found, nil
}

// Owned returns the rows of a customer's vehicles in the fleet view.
func (v *Views) Owned(ctx context.Context, g projections.Generation, id domain.CustomerID) ([]projections.Stored, error) {
	var found []projections.Stored
	err := v.read(ctx, g, func(t tables) error {
		found = nil
		s := t.prepare(fleetVehicleColumns + ` WHERE customer = ?1`).text(string(id))
		return s.run(func() error {
			row, err := nextFleetVehicle(s)
			found = append(found, projections.Stored{Row: row})
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("load vehicles of customer %q: %w", id, err)
	}
	return found, nil
}

// Save writes changes and checkpoint in one transaction.
func (v *Views) Save(ctx context.Context, g projections.Generation, from, to projections.Checkpoint, changes []projections.Change) error {
	err := v.write(ctx, g, func(t tables) error {
		if err := t.checkpoint(from.Position, to); err != nil {
			return err
		}
		return t.save(changes)
	})
	if err != nil {
		return fmt.Errorf("save generation %d of %q after %s: %w", g.Number, g.View, from.Position, err)
	}
	return nil
}

// Fill writes changes of a generation that is being built.
func (v *Views) Fill(ctx context.Context, g projections.Generation, changes []projections.Change) error {
	err := v.write(ctx, g, func(t tables) error {
		if err := t.exists(); err != nil {
			return err
		}
		return t.save(changes)
	})
	if err != nil {
		return fmt.Errorf("fill generation %d of %q: %w", g.Number, g.View, err)
	}
	return nil
}

// save writes changes, which are sorted by kind.
func (t tables) save(changes []projections.Change) error {
	for len(changes) > 0 {
		kind, n := changes[0].Key.Kind, 1
		for n < len(changes) && changes[n].Key.Kind == kind {
			n++
		}
		i := slices.IndexFunc(layoutOf(t.g.View), func(l layout) bool { return l.kind == kind })
		if i < 0 {
			return fmt.Errorf("view %q has no rows of kind %q", t.g.View, kind)
		}
		if err := layoutOf(t.g.View)[i].save(t, changes[:n]); err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
		changes = changes[n:]
	}
	return nil
}

// errStop ends a dump that nobody listens to any more.
var errStop = errors.New("stop")

// Dump yields every row of a view's active generation.
func (v *Views) Dump(ctx context.Context, view string) iter.Seq2[projections.Row, error] {
	return func(yield func(projections.Row, error) bool) {
		err := v.answer(ctx, view, func(t tables) error {
			for _, layout := range layoutOf(view) {
				err := layout.dump(t, func(row projections.Row) error {
					if !yield(row, nil) {
						return errStop
					}
					return nil
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(nil, fmt.Errorf("dump %q: %w", view, err))
		}
	}
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
