package sqlite

import (
	"fmt"
	"sync"

	"zombiezen.com/go/sqlite"

	"fleetbeat/eventstore"
)

// query runs a statement, kept prepared, with arguments that are all numbers, and calls row for each row. After an error
// of row it stops and returns it.
func query(conn *sqlite.Conn, sql string, args []int64, row func(*sqlite.Stmt) error) error {
	stmt, err := conn.Prepare(sql)
	if err != nil {
		return err
	}
	for i, arg := range args {
		stmt.BindInt64(i+1, arg)
	}
	return rows(stmt, row)
}

// rows steps through a bound statement and leaves it ready for the next use.
func rows(stmt *sqlite.Stmt, row func(*sqlite.Stmt) error) error {
	for {
		more, err := stmt.Step()
		if err != nil {
			return err
		}
		if !more {
			return stmt.Reset()
		}
		if row == nil {
			continue
		}
		if err := row(stmt); err != nil {
			_ = stmt.Reset() // repeats the error of a step, and there was none
			return err
		}
	}
}

// lookup returns the id of a name in table types or streams, 0 where it is not there.
func lookup(conn *sqlite.Conn, sql, name string) (id int64, err error) {
	stmt, err := conn.Prepare(sql)
	if err != nil {
		return 0, err
	}
	stmt.BindText(1, name)
	err = rows(stmt, func(stmt *sqlite.Stmt) error {
		id = stmt.ColumnInt64(0)
		return nil
	})
	return id, err
}

const (
	findType   = `SELECT id FROM types WHERE name = ?1`
	findStream = `SELECT id FROM streams WHERE name = ?1`
)

// names remembers the types for readers. There are few, and what is committed never changes.
type names struct {
	mu    sync.RWMutex
	types map[int64]string
}

// typeOf returns the name of a type.
func (n *names) typeOf(conn *sqlite.Conn, id int64) (string, error) {
	n.mu.RLock()
	name, ok := n.types[id]
	n.mu.RUnlock()
	if ok {
		return name, nil
	}
	err := query(conn, `SELECT name FROM types WHERE id = ?1`, []int64{id}, func(stmt *sqlite.Stmt) error {
		name, ok = stmt.ColumnText(0), true
		return nil
	})
	if err == nil && !ok {
		err = fmt.Errorf("event type %d has no name: %w", id, eventstore.ErrCorrupt)
	}
	if err != nil {
		return "", err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.types == nil {
		n.types = map[int64]string{}
	}
	n.types[id] = name
	return name, nil
}
