package sqlite

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"zombiezen.com/go/sqlite"

	"fleetbeat/eventstore"
)

// ReadAll yields the log after a position up to where it ended when reading began. Each page is a read of its own, so
// that a slow reader keeps nothing open.
func (s *Store) ReadAll(ctx context.Context, after eventstore.Position, types ...string) iter.Seq2[eventstore.Page, error] {
	return func(yield func(eventstore.Page, error) bool) {
		head, err := s.Head(ctx)
		if err != nil {
			yield(eventstore.Page{}, err)
			return
		}
		of := span{after: number(after), upto: number(head), types: distinct(types)}
		for more := true; more; {
			var page eventstore.Page
			page, more, err = s.page(ctx, of)
			if err != nil {
				yield(eventstore.Page{}, fault("read the log", err))
				return
			}
			if page.Len() == 0 || !yield(page, nil) {
				return
			}
			of.after = number(page.Last())
		}
	}
}

// distinct returns types without repetitions, which would yield events twice; nil for none.
func distinct(types []string) []string {
	if len(types) == 0 {
		return nil
	}
	types = slices.Clone(types)
	slices.Sort(types)
	return slices.Compact(types)
}

const (
	// chunkBytes and chunkRows are how much of a stream is read at once.
	chunkBytes = 1 << 20
	chunkRows  = 256
)

// chunk is a part of a stream, and where the next one begins.
type chunk struct {
	rows []storedRow
	next eventstore.Revision
	more bool
}

type storedRow struct {
	head eventstore.Block
	body []byte
}

// ReadStream yields the events of stream from revision from on, forwards or backwards. Nothing stays open while the
// caller looks at them.
func (s *Store) ReadStream(ctx context.Context, stream string, from eventstore.Revision, d eventstore.Direction) iter.Seq2[eventstore.Recorded, error] {
	return func(yield func(eventstore.Recorded, error) bool) {
		if stream == "" || from < 0 {
			yield(eventstore.Recorded{}, fmt.Errorf("read %q from revision %d: %w", stream, from, eventstore.ErrInvalid))
			return
		}
		for more := true; more; {
			c, err := s.chunk(ctx, stream, from, d)
			if err != nil {
				yield(eventstore.Recorded{}, fault(fmt.Sprintf("read %q", stream), err))
				return
			}
			for _, row := range c.rows {
				if !unfold(row, from, d, yield) {
					return
				}
			}
			from, more = c.next, c.more
		}
	}
}

// unfold yields the events of a row from a revision on and reports whether to go on.
func unfold(row storedRow, from eventstore.Revision, d eventstore.Direction, yield func(eventstore.Recorded, error) bool) bool {
	if d == eventstore.Forwards {
		for e, err := range eventstore.Unfold(row.head, row.body) {
			if e.Revision < from && err == nil {
				continue
			}
			if !yield(e, err) || err != nil {
				return false
			}
		}
		return true
	}
	var events []eventstore.Recorded
	for e, err := range eventstore.Unfold(row.head, row.body) {
		if err != nil {
			yield(e, err)
			return false
		}
		if e.Revision <= from {
			events = append(events, e)
		}
	}
	for _, e := range slices.Backward(events) {
		if !yield(e, nil) {
			return false
		}
	}
	return true
}

// chunk reads the rows of a stream from the one that holds a revision on.
func (s *Store) chunk(ctx context.Context, stream string, from eventstore.Revision, d eventstore.Direction) (c chunk, err error) {
	err = s.db.Read(ctx, func(conn *sqlite.Conn) error {
		id, err := lookup(conn, findStream, stream)
		if err != nil || id == 0 {
			return err
		}
		// LIMIT ?3 alone would have SQLite plan the statement anew each time it is bound.
		sql := `SELECT position, revision, count, type, time, body FROM appends WHERE stream = ?1 AND revision <= ?2 ORDER BY revision DESC LIMIT ?3 + 0`
		first := int64(from)
		if d == eventstore.Forwards {
			sql = `SELECT position, revision, count, type, time, body FROM appends WHERE stream = ?1 AND revision >= ?2 ORDER BY revision LIMIT ?3 + 0`
			row, err := rowAt(conn, id, from)
			if err != nil {
				return err
			}
			if row >= 0 {
				first = row
			}
		}
		return s.rows(conn, sql, []int64{id, first, chunkRows}, stream, &c)
	})
	if err != nil || len(c.rows) == 0 {
		return c, err
	}
	last := c.rows[len(c.rows)-1].head
	if d == eventstore.Forwards {
		c.next = last.Revision + eventstore.Revision(last.Count)
	} else {
		c.next, c.more = last.Revision-1, c.more && last.Revision > 0
	}
	return c, nil
}

// rows gathers rows of a stream until there are enough for one chunk.
func (s *Store) rows(conn *sqlite.Conn, sql string, args []int64, stream string, c *chunk) error {
	stmt, err := conn.Prepare(sql)
	if err != nil {
		return err
	}
	for i, arg := range args {
		stmt.BindInt64(i+1, arg)
	}
	for size := 0; ; {
		found, err := stmt.Step()
		if err != nil {
			return err
		}
		if !found {
			c.more = len(c.rows) == chunkRows
			return stmt.Reset()
		}
		head := eventstore.Block{
			Stream: stream, Position: at(stmt.ColumnInt64(0)), Revision: eventstore.Revision(stmt.ColumnInt64(1)),
			Count: stmt.ColumnInt(2), Time: time.UnixMilli(stmt.ColumnInt64(4)).UTC(),
		}
		if head.Type, err = s.names.typeOf(conn, stmt.ColumnInt64(3)); err != nil {
			_ = stmt.Reset() // repeats the error of a step, and there was none
			return err
		}
		body := column(stmt, 5, nil)
		c.rows = append(c.rows, storedRow{head, body})
		if size += len(body); size >= chunkBytes {
			c.more = true
			return stmt.Reset()
		}
	}
}
