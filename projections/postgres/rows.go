package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"fleetbeat/domain"
	"fleetbeat/projections"
)

const generationThere = `SELECT EXISTS (SELECT FROM views WHERE generation = $1 AND view = $2 AND NOT dropped)`

// Load returns what is stored under these keys.
func (v *Views) Load(ctx context.Context, g projections.Generation, keys []projections.Key) ([]projections.Stored, error) {
	byKind := map[projections.Kind][]string{}
	for _, key := range keys {
		byKind[key.Kind] = append(byKind[key.Kind], storable(key.ID))
	}
	u := loading
	if !g.Active {
		u.patience = filling.patience
	}
	var found []projections.Stored
	err := v.do(ctx, u, func(ctx context.Context, conn *pgxpool.Conn) error {
		found = make([]projections.Stored, 0, len(keys))
		there := false
		b := &pgx.Batch{}
		b.Queue(generationThere, g.Number, g.View).QueryRow(func(row pgx.Row) error { return row.Scan(&there) })
		for _, l := range layoutsOf(g.View) {
			if some := byKind[l.kind]; len(some) > 0 {
				b.Queue(inGeneration(l.selects(), g)+` WHERE `+l.key()+` = ANY ($1)`, some).Query(func(rows pgx.Rows) error {
					return eachRow(rows, func(r *reader) error {
						row, err := l.read(r)
						found = append(found, projections.Stored{Row: row})
						return err
					})
				})
			}
		}
		err := send(ctx, conn, b)
		if codeOf(err) == undefinedTable { // it says so before it answers anything
			if askErr := conn.QueryRow(ctx, generationThere, g.Number, g.View).Scan(&there); askErr != nil {
				return askErr
			}
		}
		if !there && (err == nil || codeOf(err) == undefinedTable) {
			return projections.ErrMoved
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("load rows of %q: %w", g.View, v.ruined(ctx, g, err))
	}
	return found, nil
}

// Owned is asked of the fleet view alone, which is kept elsewhere.
func (v *Views) Owned(_ context.Context, g projections.Generation, id domain.CustomerID) ([]projections.Stored, error) {
	return nil, fmt.Errorf("load vehicles of customer %q: Postgres keeps no %s view of them", id, g.View)
}

// Fill writes changes of a generation that is being built.
func (v *Views) Fill(ctx context.Context, g projections.Generation, changes []projections.Change) error {
	changes, added, err := fresh(g, changes)
	var rows []statement
	if err == nil {
		rows, err = statements(g, changes)
	}
	if err == nil {
		err = v.step(ctx, filling, g, func(ctx context.Context, tx pgx.Tx) error {
			for _, c := range added {
				if err := c.copy(ctx, tx, g); err != nil {
					return err
				}
			}
			b := &pgx.Batch{}
			for _, s := range rows {
				b.Queue(s.sql, s.args...)
			}
			return send(ctx, tx, b)
		})
	}
	if err != nil {
		return fmt.Errorf("fill generation %d of %q: %w", g.Number, g.View, err)
	}
	return nil
}

// statement is one statement of a transaction.
type statement struct {
	sql  string
	args []any
}

// statements returns what writes changes, which are sorted by kind: two statements a kind at most, whatever their number.
func statements(g projections.Generation, changes []projections.Change) (all []statement, _ error) {
	err := byKind(g, changes, func(l layout, changes []projections.Change) error {
		arrays, gone, err := l.arrays(changes)
		if err != nil {
			return err
		}
		if len(gone) > 0 {
			all = append(all, statement{inGeneration(`DELETE FROM `+l.table()+` WHERE `+l.key()+` = ANY ($1)`, g), []any{gone}})
		}
		if len(gone) < len(changes) {
			for _, sql := range append([]string{l.upsert()}, l.then...) {
				all = append(all, statement{inGeneration(sql, g), arrays})
			}
		}
		return nil
	})
	return all, err
}

// byKind calls f with the changes of each kind.
func byKind(g projections.Generation, changes []projections.Change, f func(layout, []projections.Change) error) error {
	layouts := layoutsOf(g.View)
	for len(changes) > 0 {
		kind, n := changes[0].Key.Kind, 1
		for n < len(changes) && changes[n].Key.Kind == kind {
			n++
		}
		i := slices.IndexFunc(layouts, func(l layout) bool { return l.kind == kind })
		if i < 0 {
			return fmt.Errorf("view %q has no rows of kind %q", g.View, kind)
		}
		if err := f(layouts[i], changes[:n]); err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
		changes = changes[n:]
	}
	return nil
}

// arrays returns the rows that are there after changes, column by column, and the keys of those that are gone.
func (l layout) arrays(changes []projections.Change) (arrays []any, gone []string, _ error) {
	columns := make([]pgtype.FlatArray[any], len(l.columns))
	for i := range columns {
		columns[i] = make(pgtype.FlatArray[any], 0, len(changes))
	}
	for _, c := range changes {
		if c.After == nil {
			gone = append(gone, storable(c.Key.ID))
			continue
		}
		values, err := l.write(c.After)
		if err != nil {
			return nil, nil, err
		}
		for i, value := range values {
			columns[i] = append(columns[i], value)
		}
	}
	for _, column := range columns {
		arrays = append(arrays, column)
	}
	return arrays, gone, nil
}
