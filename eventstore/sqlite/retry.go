package sqlite

import (
	"zombiezen.com/go/sqlite"

	"fleetbeat/eventstore"
)

// stored reports whether the events of an append are in the stream just where it wants to put them, the same ids in the
// same order: then it is a retry, and is answered as it was the first time. An id that is elsewhere, or only some of
// them, is a conflict.
func stored(conn *sqlite.Conn, stream end, r *request) (appended eventstore.Appended, same bool, err error) {
	first := r.expected + 1
	last := r.expected + eventstore.Revision(len(r.ids))
	if last > stream.revision {
		return eventstore.Appended{}, false, nil
	}
	start, err := rowAt(conn, stream.id, first)
	if err != nil || start < 0 {
		return eventstore.Appended{}, false, err
	}
	found := 0
	const sql = `SELECT position, revision, count, body FROM appends WHERE stream = ?1 AND revision BETWEEN ?2 AND ?3 ORDER BY revision`
	err = query(conn, sql, []int64{stream.id, start, int64(last)}, func(stmt *sqlite.Stmt) error {
		head := eventstore.Block{
			Stream: r.stream, Position: at(stmt.ColumnInt64(0)), Revision: eventstore.Revision(stmt.ColumnInt64(1)), Count: stmt.ColumnInt(2),
		}
		for e, err := range eventstore.Unfold(head, column(stmt, 3, nil)) {
			if err != nil {
				return err
			}
			if e.Revision < first || e.Revision > last {
				continue
			}
			if e.Revision != first+eventstore.Revision(found) || e.ID != r.ids[found] {
				return nil
			}
			found++
			appended = eventstore.Appended{Revision: e.Revision, Position: e.Position}
		}
		return nil
	})
	return appended, err == nil && found == len(r.ids), err
}

// rowAt returns the first revision of the row that holds a revision, -1 where it is gone or never was.
func rowAt(conn *sqlite.Conn, stream int64, revision eventstore.Revision) (int64, error) {
	start := int64(-1)
	const sql = `SELECT revision, count FROM appends WHERE stream = ?1 AND revision <= ?2 ORDER BY revision DESC LIMIT 1`
	err := query(conn, sql, []int64{stream, int64(revision)}, func(stmt *sqlite.Stmt) error {
		if first := stmt.ColumnInt64(0); first+stmt.ColumnInt64(1) > int64(revision) {
			start = first
		}
		return nil
	})
	return start, err
}

// column returns the bytes of a column, in buf where that is large enough.
func column(stmt *sqlite.Stmt, i int, buf []byte) []byte {
	n := stmt.ColumnLen(i)
	if cap(buf) < n {
		buf = make([]byte, n)
	}
	stmt.ColumnBytes(i, buf[:n])
	return buf[:n]
}
