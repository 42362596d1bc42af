package sqlite

import (
	"errors"
	"fmt"

	"zombiezen.com/go/sqlite"

	"fleetbeat/eventstore"
)

const (
	// maxBatch is how many bytes of events a transaction takes, so that neither memory nor the wait of the first grows
	// without bound.
	maxBatch = 16 << 20
	// maxStreams is how many streams' ends the writer remembers before it forgets all and looks them up again.
	maxStreams = 4096
)

// writer is the one goroutine that appends. What it remembers is what the file says, and is forgotten whenever a
// transaction fails.
type writer struct {
	store   *Store
	known   bool
	version int64 // PRAGMA data_version: changes when another process writes
	last    int64 // position of the log's last event
	streams map[string]end
	types   map[string]int64
}

// end is where a stream ends.
type end struct {
	id       int64
	revision eventstore.Revision
}

// run takes all appends that wait, stores them together, and answers each, until the store closes.
func (w *writer) run() {
	for {
		select {
		case first := <-w.store.requests:
			w.handle(w.gather(first))
		case <-w.store.closing:
			return
		}
	}
}

func (w *writer) gather(first *request) []*request {
	batch := []*request{first}
	for size := first.size; size < maxBatch; size += batch[len(batch)-1].size {
		select {
		case r := <-w.store.requests:
			batch = append(batch, r)
		default:
			return batch
		}
	}
	return batch
}

// handle stores a batch in one transaction. A verdict (a conflict) is one append's own; an error of the engine is
// everybody's, since nothing of the transaction is there then, not even what a conflict was found with.
func (w *writer) handle(batch []*request) {
	answers := make([]answer, len(batch))
	moved := map[string]struct{}{}
	err := w.store.db.Write(func(conn *sqlite.Conn) error {
		if err := w.refresh(conn); err != nil {
			return err
		}
		now := w.store.now().UnixMilli()
		for i, r := range batch {
			a, err := w.append(conn, r, now)
			if conflict := (*eventstore.ConflictError)(nil); err != nil && !errors.As(err, &conflict) {
				return err
			}
			answers[i] = answer{a, err}
			for _, row := range r.rows {
				moved[row.eventType] = struct{}{}
			}
		}
		return nil
	})
	if err != nil {
		w.known = false
		for i, r := range batch {
			answers[i] = answer{err: fault(fmt.Sprintf("append to %q", r.stream), err)}
		}
	} else {
		w.store.hub.publish(moved)
	}
	for i, r := range batch {
		r.answer <- answers[i]
	}
}

// refresh makes what the writer remembers true.
func (w *writer) refresh(conn *sqlite.Conn) error {
	var version int64
	err := query(conn, `PRAGMA data_version`, nil, func(stmt *sqlite.Stmt) error {
		version = stmt.ColumnInt64(0)
		return nil
	})
	if err != nil || (w.known && version == w.version) {
		return err
	}
	if w.last, err = lastPosition(conn); err != nil {
		return err
	}
	w.known, w.version = true, version
	w.streams, w.types = map[string]end{}, map[string]int64{}
	return nil
}

// append gives one append its verdict and stores it, or finds that it is stored already.
func (w *writer) append(conn *sqlite.Conn, r *request, now int64) (eventstore.Appended, error) {
	stream, err := w.stream(conn, r.stream)
	if err != nil {
		return eventstore.Appended{}, err
	}
	if stream.revision != r.expected {
		appended, same, err := stored(conn, stream, r)
		if err == nil && !same {
			err = &eventstore.ConflictError{Stream: r.stream, Expected: r.expected, Actual: stream.revision}
		}
		return appended, err
	}
	if stream.id == 0 {
		if stream.id, err = insertName(conn, `INSERT INTO streams (name) VALUES (?1)`, r.stream); err != nil {
			return eventstore.Appended{}, err
		}
	}
	for _, row := range r.rows {
		if err := w.insert(conn, stream, row, now); err != nil {
			return eventstore.Appended{}, err
		}
		w.last += int64(row.count)
		stream.revision += eventstore.Revision(row.count)
	}
	w.streams[r.stream] = stream
	return eventstore.Appended{Revision: stream.revision, Position: at(w.last)}, nil
}

func (w *writer) insert(conn *sqlite.Conn, stream end, row row, now int64) error {
	eventType, err := w.eventType(conn, row.eventType)
	if err != nil {
		return err
	}
	stmt, err := conn.Prepare(`INSERT INTO appends (position, stream, revision, count, type, time, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`)
	if err != nil {
		return err
	}
	for i, n := range []int64{w.last + 1, stream.id, int64(stream.revision) + 1, int64(row.count), eventType, now} {
		stmt.BindInt64(i+1, n)
	}
	stmt.BindBytes(7, row.body)
	return rows(stmt, nil)
}

// stream returns where a stream ends: id 0 where nothing ever named it, revision NoStream where nothing is in it.
func (w *writer) stream(conn *sqlite.Conn, name string) (end, error) {
	if e, ok := w.streams[name]; ok {
		return e, nil
	}
	if len(w.streams) >= maxStreams {
		clear(w.streams)
	}
	e := end{revision: eventstore.NoStream}
	var err error
	if e.id, err = lookup(conn, findStream, name); err != nil || e.id == 0 {
		return e, err
	}
	err = query(conn, `SELECT revision + count - 1 FROM appends WHERE stream = ?1 ORDER BY revision DESC LIMIT 1`, []int64{e.id}, func(stmt *sqlite.Stmt) error {
		e.revision = eventstore.Revision(stmt.ColumnInt64(0))
		return nil
	})
	if err == nil && e.revision != eventstore.NoStream {
		w.streams[name] = e
	}
	return e, err
}

// eventType returns the id of a type, which it gives a new one.
func (w *writer) eventType(conn *sqlite.Conn, name string) (int64, error) {
	if id, ok := w.types[name]; ok {
		return id, nil
	}
	id, err := lookup(conn, findType, name)
	if err == nil && id == 0 {
		id, err = insertName(conn, `INSERT INTO types (name) VALUES (?1)`, name)
	}
	if err == nil {
		w.types[name] = id
	}
	return id, err
}

func insertName(conn *sqlite.Conn, sql, name string) (int64, error) {
	if _, err := lookup(conn, sql, name); err != nil {
		return 0, err
	}
	return conn.LastInsertRowID(), nil
}
