package sqlite

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// DB is an open file. All methods may be called by many goroutines at once.
type DB struct {
	path     string
	wal      string // path of the write-ahead log, which lies beside the file that a link leads to
	readOnly bool

	write    sync.Mutex // held by the one who writes
	writer   *sqlite.Conn
	logLimit int64
	patience int // how many commits go by until the write-ahead log is looked at again; guarded by write

	// gate is held for reading by each read, and for writing while the write-ahead log is emptied: without it readers that
	// overlap for ever would let the log grow for ever.
	gate    sync.RWMutex
	readers chan *sqlite.Conn
	opened  int // how many readers there are

	closeOnce sync.Once
	closed    chan struct{}
	closeErr  error
}

// Path returns the path that the file was opened with.
func (db *DB) Path() string { return db.path }

// ReadOnly reports whether the file was opened for reading.
func (db *DB) ReadOnly() bool { return db.readOnly }

// Write runs f in a transaction that nobody else writes beside, and commits it; an error of f undoes everything. f must
// not keep the connection. After an error nothing was stored, except where Classify says Uncertain.
func (db *DB) Write(f func(*sqlite.Conn) error) error {
	if db.readOnly {
		return ErrReadOnly
	}
	db.write.Lock()
	defer db.write.Unlock()
	if db.isClosed() {
		return ErrClosed
	}
	if err := transaction(db.writer, "BEGIN IMMEDIATE", func() error { return f(db.writer) }); err != nil {
		return err
	}
	db.emptyLog()
	return nil
}

// Read runs f on a connection that sees one unchanging state of the file, as it was when f began to read or later, and
// cannot write. It waits for a free connection; f must be short (a read that stays open keeps the write-ahead log
// growing), must not keep the connection and must not call Read or Write.
func (db *DB) Read(ctx context.Context, f func(*sqlite.Conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if db.isClosed() {
		return ErrClosed
	}
	var conn *sqlite.Conn
	select {
	case conn = <-db.readers:
	case <-ctx.Done():
		return ctx.Err()
	case <-db.closed:
		return ErrClosed
	}
	defer func() { db.readers <- conn }()
	db.gate.RLock()
	defer db.gate.RUnlock()
	return transaction(conn, "BEGIN", func() error { return f(conn) })
}

// Close waits for what is under way and closes the file. Closing twice is harmless.
func (db *DB) Close() error {
	db.closeOnce.Do(func() {
		db.write.Lock()
		close(db.closed)
		db.write.Unlock()
		for range db.opened {
			db.closeErr = errors.Join(db.closeErr, (<-db.readers).Close())
		}
		if db.writer != nil { // last, so that it empties the write-ahead log into the file
			db.closeErr = errors.Join(db.closeErr, db.writer.Close())
		}
	})
	return db.closeErr
}

func (db *DB) isClosed() bool {
	select {
	case <-db.closed:
		return true
	default:
		return false
	}
}

// emptyLog empties the write-ahead log where it has outgrown its limit because somebody was always reading. That it
// cannot is no error of the write before it: it is tried again.
func (db *DB) emptyLog() {
	if db.patience--; db.patience > 0 {
		return
	}
	if info, err := os.Stat(db.wal); err != nil || info.Size() <= db.logLimit {
		return
	}
	db.gate.Lock()
	defer db.gate.Unlock()
	db.writer.SetBusyTimeout(50 * time.Millisecond) // a reader in another process: not worth holding up everybody
	defer db.writer.SetBusyTimeout(busyTimeout)
	busy, err := number(db.writer, "PRAGMA wal_checkpoint(RESTART)")
	if err != nil || busy != 0 {
		db.patience = 1000
	}
}

// transaction runs f between begin and COMMIT, or ROLLBACK where f or the commit fails.
func transaction(conn *sqlite.Conn, begin string, f func() error) (err error) {
	if err := run(conn, begin); err != nil {
		return err
	}
	done := false
	defer func() {
		// SQLite itself undoes a transaction after some errors; a second ROLLBACK would be an error that hides the first.
		if !done && !conn.AutocommitEnabled() {
			err = errors.Join(err, run(conn, "ROLLBACK"))
		}
	}()
	if err := f(); err != nil {
		return err
	}
	if err := run(conn, "COMMIT"); err != nil {
		return &commitError{err}
	}
	done = true
	return nil
}

func run(conn *sqlite.Conn, query string) error {
	return sqlitex.Execute(conn, query, nil)
}
