package sqlite

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"zombiezen.com/go/sqlite"

	"fleetbeat/eventstore"
)

// request is one append on its way to the writer.
type request struct {
	stream   string
	expected eventstore.Revision
	ids      []uuid.UUID
	rows     []row
	size     int // of all bodies, in bytes
	answer   chan answer
}

// row is consecutive events of one type: what becomes one row of the table.
type row struct {
	eventType string
	count     int
	body      []byte
}

type answer struct {
	appended eventstore.Appended
	err      error
}

// Append stores events at the end of stream if its last revision is expected. Appends that wait at the same time share
// one transaction, each with its own verdict.
func (s *Store) Append(ctx context.Context, stream string, expected eventstore.Revision, events ...eventstore.Event) (eventstore.Appended, error) {
	if err := eventstore.Check(stream, expected, events); err != nil {
		return eventstore.Appended{}, err
	}
	step := func(err error) error { return fmt.Errorf("append to %q: %w", stream, err) }
	if s.isClosed() {
		return eventstore.Appended{}, step(eventstore.ErrClosed)
	}
	if err := ctx.Err(); err != nil {
		return eventstore.Appended{}, step(err)
	}
	if s.db.ReadOnly() {
		return eventstore.Appended{}, step(eventstore.ErrUnavailable)
	}
	r := encode(stream, expected, events)
	select {
	case s.requests <- r:
	case <-ctx.Done():
		return eventstore.Appended{}, step(ctx.Err())
	case <-s.closing:
		return eventstore.Appended{}, step(eventstore.ErrClosed)
	}
	select {
	case a := <-r.answer:
		return a.appended, a.err
	case <-ctx.Done():
		return eventstore.Appended{}, step(ctx.Err())
	}
}

// encode copies what is to be stored, so that the caller may use its memory again even if it does not wait.
func encode(stream string, expected eventstore.Revision, events []eventstore.Event) *request {
	r := &request{stream: stream, expected: expected, ids: make([]uuid.UUID, len(events)), answer: make(chan answer, 1)}
	for i, e := range events {
		r.ids[i] = e.ID
	}
	for len(events) > 0 {
		n, size := 0, 0
		for n < len(events) && events[n].Type == events[0].Type {
			size += len(events[n].Data) + len(events[n].Metadata) + 24 // an id and two short counts
			n++
		}
		body := eventstore.AppendBody(make([]byte, 0, size), events[:n]...)
		r.rows = append(r.rows, row{eventType: events[0].Type, count: n, body: body})
		r.size += len(body)
		events = events[n:]
	}
	return r
}

// SetMaxAge lets events of stream older than age go, at the next sweep after that, whole appends at a time. The newest
// append of a stream stays: it is what remembers the revision.
func (s *Store) SetMaxAge(ctx context.Context, stream string, age time.Duration) error {
	if stream == "" || len(stream) > 255 || age < 0 {
		return fmt.Errorf("set maximum age of %q to %v: %w", stream, age, eventstore.ErrInvalid)
	}
	step := fmt.Sprintf("set maximum age of %q", stream)
	if err := ctx.Err(); err != nil {
		return fault(step, err)
	}
	if age > 0 {
		age = max(age, time.Millisecond) // 0 would keep for ever
	}
	if now, err := s.MaxAge(ctx, stream); err == nil && now == age.Truncate(time.Millisecond) {
		return nil // each start says it again, and one on a full disk must come to where it waits for room
	}
	err := s.db.Write(func(conn *sqlite.Conn) error {
		stmt, err := conn.Prepare(`INSERT INTO streams (name, max_age) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET max_age = ?2`)
		if err != nil {
			return err
		}
		stmt.BindText(1, stream)
		stmt.BindInt64(2, age.Milliseconds())
		return rows(stmt, nil)
	})
	if err != nil {
		return fault(step, err)
	}
	return nil
}

// MaxAge returns what SetMaxAge set last for a stream; 0 where nothing was ever set, or for ever.
func (s *Store) MaxAge(ctx context.Context, stream string) (age time.Duration, err error) {
	err = s.db.Read(ctx, func(conn *sqlite.Conn) error {
		ms, err := lookup(conn, `SELECT max_age FROM streams WHERE name = ?1`, stream)
		age = time.Duration(ms) * time.Millisecond
		return err
	})
	if err != nil {
		return 0, fault(fmt.Sprintf("read the maximum age of %q", stream), err)
	}
	return age, nil
}
