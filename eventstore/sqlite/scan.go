package sqlite

import (
	"context"
	"math"
	"time"

	"zombiezen.com/go/sqlite"

	"fleetbeat/eventstore"
)

// span is a part of the log: the events after one position up to and including another, of some types or (nil) of all.
type span struct {
	after, upto int64
	types       []string
}

// beyond is the end of a span that ends where the log does.
const beyond = math.MaxInt64

// number returns what a position is in the table. A position past all that can be is the end of them.
func number(p eventstore.Position) int64 {
	return int64(min(p.Commit, uint64(beyond-1)))
}

// columns are what is read of a row of appends a and its stream s, in the order that scanner.add expects.
const columns = `a.position, a.revision, a.count, a.type, a.time, s.name, a.body`

// page gathers the first events of a span, as many as a page holds, and reports whether there are more. One transaction
// reads it: in several, an event could be overlooked that was committed in between and lies before one that is in the page.
func (s *Store) page(ctx context.Context, of span) (page eventstore.Page, more bool, err error) {
	sc := scanner{names: &s.names, span: of}
	err = s.db.Read(ctx, func(conn *sqlite.Conn) error {
		first, err := firstRow(conn, of.after)
		if err != nil {
			return err
		}
		if of.types == nil {
			return sc.all(conn, first)
		}
		return sc.some(conn, first)
	})
	return sc.builder.Page(), sc.more, err
}

// firstRow returns the position of the row that holds the event after a position, or where it would begin: a reader may
// stand in the middle of a row.
func firstRow(conn *sqlite.Conn, after int64) (int64, error) {
	first := after + 1
	const sql = `SELECT position, count FROM appends WHERE position <= ?1 ORDER BY position DESC LIMIT 1`
	err := query(conn, sql, []int64{after}, func(stmt *sqlite.Stmt) error {
		if position := stmt.ColumnInt64(0); position+stmt.ColumnInt64(1)-1 > after {
			first = position
		}
		return nil
	})
	return first, err
}

// scanner gathers rows into one page.
type scanner struct {
	names   *names
	span    span
	builder eventstore.PageBuilder
	more    bool
	body    []byte // of the last row: one buffer for all
	used    int    // bytes of the page, about
	room    int    // bytes that the page has room for, about
}

// all takes every row. CROSS JOIN keeps SQLite from starting at the streams.
func (sc *scanner) all(conn *sqlite.Conn, first int64) error {
	const sql = `SELECT ` + columns + ` FROM appends a CROSS JOIN streams s ON s.id = a.stream WHERE a.position BETWEEN ?1 AND ?2 ORDER BY a.position`
	stmt, err := conn.Prepare(sql)
	if err != nil {
		return err
	}
	stmt.BindInt64(1, first)
	stmt.BindInt64(2, sc.span.upto)
	for !sc.more {
		found, err := stmt.Step()
		if err != nil || !found {
			return err
		}
		if err := sc.add(conn, stmt); err != nil {
			_ = stmt.Reset() // repeats the error of a step, and there was none
			return err
		}
	}
	return stmt.Reset()
}

// some takes the rows of the types asked for, found by the index: rows in between cost nothing.
func (sc *scanner) some(conn *sqlite.Conn, first int64) error {
	m, err := newMerge(conn, sc.span.types, first, sc.span.upto)
	if err != nil {
		return err
	}
	const sql = `SELECT ` + columns + ` FROM appends a CROSS JOIN streams s ON s.id = a.stream WHERE a.position = ?1`
	args := make([]int64, 1)
	for !sc.more {
		position, ok, err := m.next()
		if err != nil || !ok {
			return err
		}
		args[0] = position
		if err := query(conn, sql, args, func(stmt *sqlite.Stmt) error { return sc.add(conn, stmt) }); err != nil {
			return err
		}
	}
	return nil
}

// add puts one row into the page, or as much of it as fits: then there is more.
func (sc *scanner) add(conn *sqlite.Conn, stmt *sqlite.Stmt) (err error) {
	head := eventstore.Block{
		Position: at(stmt.ColumnInt64(0)), Revision: eventstore.Revision(stmt.ColumnInt64(1)), Count: stmt.ColumnInt(2),
		Time: time.UnixMilli(stmt.ColumnInt64(4)), Stream: stmt.ColumnText(5),
	}
	if head.Type, err = sc.names.typeOf(conn, stmt.ColumnInt64(3)); err != nil {
		return err
	}
	if sc.builder.Full() {
		sc.more = true
		return nil
	}
	sc.body = column(stmt, 6, sc.body)
	body := sc.body
	if seen := sc.span.after - stmt.ColumnInt64(0) + 1; seen > 0 {
		if head, body, err = eventstore.Skip(head, body, int(seen)); err != nil {
			return err
		}
	}
	sc.grow(len(body) + blockHeader)
	n, err := sc.builder.AddBlock(head, body)
	sc.more = n < head.Count
	return err
}

// blockHeader is about what a block has besides its body, in bytes.
const blockHeader = 100

// grow makes room for n more bytes, eight times as much each time: a small page stays small, and little of a large one is
// copied on the way.
func (sc *scanner) grow(n int) {
	sc.used += n
	if sc.used <= sc.room {
		return
	}
	sc.room = min(max(8*sc.room, sc.used), eventstore.MaxPageBytes+blockHeader)
	if sc.room > sc.used {
		sc.builder.Grow(n + sc.room - sc.used)
	}
}
