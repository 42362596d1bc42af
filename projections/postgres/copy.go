package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"fleetbeat/projections"
)

// copied is new rows of one kind.
type copied struct {
	layout  layout
	changes []projections.Change
}

// fresh takes from changes, which are sorted by kind, those that only add rows: copying them is half the work. Numbers are
// added to what may be there.
func fresh(g projections.Generation, changes []projections.Change) (rest []projections.Change, added []copied, _ error) {
	err := byKind(g, changes, func(l layout, changes []projections.Change) error {
		c := copied{layout: l}
		for _, change := range changes {
			if l.set == "" && change.Before == nil && change.After != nil {
				c.changes = append(c.changes, change)
			} else {
				rest = append(rest, change)
			}
		}
		if len(c.changes) > 0 {
			added = append(added, c)
		}
		return nil
	})
	return rest, added, err
}

// copy writes new rows the way a dump is restored.
func (c copied) copy(ctx context.Context, tx pgx.Tx, g projections.Generation) error {
	names := make([]string, len(c.layout.columns))
	for i, column := range c.layout.columns {
		names[i] = column.name
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{inGeneration(c.layout.table(), g)}, names,
		pgx.CopyFromSlice(len(c.changes), func(i int) ([]any, error) { return c.layout.write(c.changes[i].After) }))
	return err
}
