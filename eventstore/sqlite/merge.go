package sqlite

import (
	"zombiezen.com/go/sqlite"
)

// merge yields the positions of the rows of several types in the order of the log. Left to SQLite, the same question
// either walks over all rows in between or sorts everything before the first is known.
type merge struct {
	conn  *sqlite.Conn
	upto  int64
	types []typeRows
}

// typeRows is what is known of the rows of one type: the next positions, and from where to ask for more.
type typeRows struct {
	id       int64
	next     []int64
	from     int64
	ask      int64 // how many to ask for
	finished bool
}

const (
	firstAsk = 16 // a live reader wants one or two
	mostAsk  = 1024
)

func newMerge(conn *sqlite.Conn, types []string, first, upto int64) (*merge, error) {
	m := &merge{conn: conn, upto: upto}
	for _, name := range types {
		id, err := lookup(conn, findType, name)
		if err != nil {
			return nil, err
		}
		if id != 0 { // else nothing of that type was ever stored
			m.types = append(m.types, typeRows{id: id, from: first, ask: firstAsk})
		}
	}
	return m, nil
}

// next returns the position of the next row.
func (m *merge) next() (position int64, ok bool, err error) {
	var least *typeRows
	for i := range m.types {
		t := &m.types[i]
		if len(t.next) == 0 && !t.finished {
			if err := m.fill(t); err != nil {
				return 0, false, err
			}
		}
		if len(t.next) > 0 && (least == nil || t.next[0] < least.next[0]) {
			least = t
		}
	}
	if least == nil {
		return 0, false, nil
	}
	position = least.next[0]
	least.next = least.next[1:]
	return position, true, nil
}

// fill reads the next positions of a type. A bare LIMIT ?4 would have SQLite plan the statement anew each time it is bound.
func (m *merge) fill(t *typeRows) error {
	t.next = t.next[:0]
	const sql = `SELECT position FROM appends WHERE type = ?1 AND position BETWEEN ?2 AND ?3 ORDER BY position LIMIT ?4 + 0`
	err := query(m.conn, sql, []int64{t.id, t.from, m.upto, t.ask}, func(stmt *sqlite.Stmt) error {
		t.next = append(t.next, stmt.ColumnInt64(0))
		return nil
	})
	if err != nil {
		return err
	}
	t.finished = int64(len(t.next)) < t.ask
	if !t.finished {
		t.from = t.next[len(t.next)-1] + 1
	}
	t.ask = min(4*t.ask, mostAsk)
	return nil
}
