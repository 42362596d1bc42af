package sqlite

import (
	"zombiezen.com/go/sqlite/sqlitex"

	"fleetbeat/projections"
)

// layout is how one kind of rows is kept.
type layout struct {
	kind   projections.Kind
	create string // script; # stands for the suffix of the generation's tables
	finish []func(tables) (more bool, err error)
	load   func(t tables, ids []projections.Key) ([]projections.Stored, error) // nil for kinds that are only added to
	save   func(t tables, changes []projections.Change) error
	dump   func(t tables, yield func(projections.Row) error) error
}

// layoutOf returns the kinds of rows of a view.
func layoutOf(view string) []layout {
	switch view {
	case "fleet":
		return []layout{fleetVehicles(), fleetCustomers(), fleetMeta()}
	case "latest":
		return []layout{latestVehicles()}
	case "relations":
		return []layout{relationsCustomers(), relationsVehicles()}
	case "timeline":
		return []layout{timelineVehicles(), timelineSpans(), timelineChanges(), timelineQuarters()}
	}
	return nil
}

// once is a step of finishing that is one script.
func once(script string) func(tables) (bool, error) {
	return func(t tables) (bool, error) { return false, t.script(script) }
}

// script runs statements that are used once.
func (t tables) script(text string) error { return sqlitex.ExecuteScript(t.conn, t.sql(text), nil) }

// loadEach returns the rows that find gives for keys, one statement a key.
func loadEach(t tables, query string, keys []projections.Key, scan func(*statement) (projections.Row, error)) ([]projections.Stored, error) {
	found := make([]projections.Stored, 0, len(keys))
	s := t.prepare(query)
	for _, key := range keys {
		err := s.text(key.ID).run(func() error {
			row, err := scan(s)
			found = append(found, projections.Stored{Row: row})
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// dumpAll yields the rows that query gives.
func dumpAll(query string, scan func(*statement) (projections.Row, error)) func(tables, func(projections.Row) error) error {
	return func(t tables, yield func(projections.Row) error) error {
		s := t.prepare(query)
		return s.run(func() error {
			row, err := scan(s)
			if err != nil {
				return err
			}
			return yield(row)
		})
	}
}
