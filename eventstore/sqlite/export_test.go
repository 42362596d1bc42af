package sqlite

import (
	"fmt"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"fleetbeat/eventstore"
)

// Execute runs SQL as the writer would: it waits for its turn, and holds up appends until it is done.
func (s *Store) Execute(sql string, row func(*sqlite.Stmt) error) error {
	return s.db.Write(func(conn *sqlite.Conn) error {
		return sqlitex.ExecuteTransient(conn, sql, &sqlitex.ExecOptions{ResultFunc: row})
	})
}

// LimitPages sets how large the file may grow, as a disk does that is full.
func (s *Store) LimitPages(n int) error {
	return s.Execute(fmt.Sprintf("PRAGMA max_page_count = %d", n), nil)
}

// Rung reports whether a subscription would read at its next call.
func Rung(s eventstore.Subscription) bool { return len(s.(*subscription).wake) > 0 }

// Hold keeps every append waiting until release is called.
func (s *Store) Hold() (release func()) {
	held, free, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		_ = s.db.Write(func(*sqlite.Conn) error { close(held); <-free; return nil })
	}()
	<-held
	return func() { close(free); <-done }
}
