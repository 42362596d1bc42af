package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// Synchronous says what a commit waits for.
type Synchronous string

// The two kinds of commit.
const (
	// Full waits until the disk has it: nothing committed is lost when the power goes.
	Full Synchronous = "FULL"
	// Normal does not wait: the last commits may be lost when the power goes (not when the process dies), never half of
	// one. For what can be made again.
	Normal Synchronous = "NORMAL"
)

// Options says how a file is opened.
type Options struct {
	// ApplicationID marks the file as its owner's; a file with another mark is refused. Not 0.
	ApplicationID int32
	// Migrations are SQL scripts: number i takes a file of version i to version i+1. A new file is of version 0. Never
	// change one that was released.
	Migrations []string
	// Synchronous is what a commit waits for.
	Synchronous Synchronous
	// ReadOnly opens a file that exists, for reading, beside the process that writes it; DB.Write then fails.
	ReadOnly bool
	// Readers is how many may read at once; 0 means 4.
	Readers int
	// PageSize is the page size of a new file in bytes, a power of two; 0 means 4096.
	PageSize int
	// CacheSize is what each connection may hold in memory, in bytes; 0 means 8 MiB.
	CacheSize int
	// LogLimit is the size in bytes above which the write-ahead log is emptied even if readers have to wait for it, and to
	// which it is cut; 0 means 64 MiB. It is not cut to nothing: room that is there already is what a full disk still lets
	// us write to.
	LogLimit int64
}

const (
	// busyTimeout is how long a call waits for another process that holds the file's lock.
	busyTimeout = 5 * time.Second
	// checkpointPages is after how many pages of write-ahead log they are copied into the file: few enough for the log to
	// stay in memory, many enough that a page changed by every commit is copied once for hundreds of them.
	checkpointPages = 2000
)

// Open opens the file at path, makes it if it is not there (unless ReadOnly), and takes it to the newest version. The
// error wraps ErrForeign or ErrNewer where the file is not for us; Classify tells the rest.
func Open(path string, o Options) (*DB, error) {
	if o.Readers <= 0 {
		o.Readers = 4
	}
	if o.PageSize <= 0 {
		o.PageSize = 4096
	}
	if o.CacheSize <= 0 {
		o.CacheSize = 8 << 20
	}
	if o.LogLimit <= 0 {
		o.LogLimit = 64 << 20
	}
	db := &DB{
		path: path, readOnly: o.ReadOnly, logLimit: o.LogLimit,
		readers: make(chan *sqlite.Conn, o.Readers), closed: make(chan struct{}),
	}
	if err := db.open(o); err != nil {
		return nil, errors.Join(fmt.Errorf("open %q: %w", path, err), db.Close())
	}
	return db, nil
}

func (db *DB) open(o Options) (err error) {
	if o.ReadOnly {
		if _, err := os.Stat(db.path); err != nil {
			return err
		}
	} else {
		makePrivate(db.path)
		if db.writer, err = connect(db.path, o, sqlite.OpenReadWrite|sqlite.OpenCreate); err != nil {
			return err
		}
		if err := prepare(db.writer, o); err != nil {
			return err
		}
	}
	for range o.Readers {
		conn, err := connect(db.path, o, sqlite.OpenReadOnly)
		if err != nil {
			return err
		}
		db.readers <- conn
		db.opened++
	}
	if !o.ReadOnly {
		target, err := filepath.EvalSymlinks(db.path)
		db.wal = target + "-wal"
		return err
	}
	conn := <-db.readers
	defer func() { db.readers <- conn }()
	return inspect(conn, o)
}

// makePrivate makes the file, if it is not there, for nobody else to read: in a folder that others may enter, whatever umask
// leaves would show them where every vehicle was. SQLite gives the files beside it the same mode, and says what cannot be
// made. A file that is there is not touched: to close it would take away the locks that this process has on it.
func makePrivate(path string) {
	if file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600); err == nil {
		_ = file.Close() // nothing was written
	}
}

func connect(path string, o Options, flags sqlite.OpenFlags) (*sqlite.Conn, error) {
	conn, err := sqlite.OpenConn(path, flags)
	if err != nil {
		return nil, err
	}
	conn.SetBusyTimeout(busyTimeout)
	for _, pragma := range []string{
		fmt.Sprintf("PRAGMA page_size = %d", o.PageSize),
		fmt.Sprintf("PRAGMA synchronous = %s", o.Synchronous),
		fmt.Sprintf("PRAGMA cache_size = -%d", o.CacheSize>>10),
		fmt.Sprintf("PRAGMA wal_autocheckpoint = %d", checkpointPages),
		fmt.Sprintf("PRAGMA journal_size_limit = %d", o.LogLimit),
		"PRAGMA temp_store = MEMORY",
	} {
		if err := sqlitex.ExecuteTransient(conn, pragma, nil); err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", pragma, err), conn.Close())
		}
	}
	return conn, nil
}

// prepare makes sure that the file is ours and takes it to the newest version, each step in one transaction: a crash in
// between leaves a file of the version it had.
func prepare(conn *sqlite.Conn, o Options) error {
	if err := inspect(conn, o); err != nil && !errors.Is(err, errEmpty) {
		return err
	}
	mode, err := text(conn, "PRAGMA journal_mode = WAL")
	if err != nil {
		return err
	}
	if !strings.EqualFold(mode, "wal") {
		return fmt.Errorf("journal mode is %q, the file system does not allow a write-ahead log", mode)
	}
	return transaction(conn, "BEGIN IMMEDIATE", func() error { return migrate(conn, o) })
}

func migrate(conn *sqlite.Conn, o Options) error {
	version, err := number(conn, "PRAGMA user_version")
	if err != nil {
		return err
	}
	for version < int64(len(o.Migrations)) {
		if err := sqlitex.ExecuteScript(conn, o.Migrations[version], nil); err != nil {
			return fmt.Errorf("migrate to version %d: %w", version+1, err)
		}
		version++
		pragmas := fmt.Sprintf("PRAGMA user_version = %d; PRAGMA application_id = %d;", version, o.ApplicationID)
		if err := sqlitex.ExecuteScript(conn, pragmas, nil); err != nil {
			return fmt.Errorf("mark as version %d: %w", version, err)
		}
	}
	return nil
}

// errEmpty is a file without any table: nobody's yet.
var errEmpty = errors.New("file is empty")

// inspect says whether the file is one of ours, of a version we know.
func inspect(conn *sqlite.Conn, o Options) error {
	id, err := number(conn, "PRAGMA application_id")
	if err != nil {
		return err
	}
	version, err := number(conn, "PRAGMA user_version")
	if err != nil {
		return err
	}
	tables, err := number(conn, "SELECT count(*) FROM sqlite_master")
	switch {
	case err != nil:
		return err
	case tables == 0 && id == 0 && version == 0:
		return errEmpty
	case int32(id) != o.ApplicationID:
		return fmt.Errorf("application id %#x, not %#x: %w", uint32(id), uint32(o.ApplicationID), ErrForeign)
	case version > int64(len(o.Migrations)):
		return fmt.Errorf("version %d, at most %d is known: %w", version, len(o.Migrations), ErrNewer)
	case version < int64(len(o.Migrations)) && o.ReadOnly:
		return fmt.Errorf("version %d is older than %d: open it for writing once: %w", version, len(o.Migrations), ErrReadOnly)
	}
	return nil
}

func number(conn *sqlite.Conn, query string) (n int64, err error) {
	err = sqlitex.ExecuteTransient(conn, query, &sqlitex.ExecOptions{ResultFunc: func(stmt *sqlite.Stmt) error {
		n = stmt.ColumnInt64(0)
		return nil
	}})
	return n, err
}

func text(conn *sqlite.Conn, query string) (s string, err error) {
	err = sqlitex.ExecuteTransient(conn, query, &sqlitex.ExecOptions{ResultFunc: func(stmt *sqlite.Stmt) error {
		s = stmt.ColumnText(0)
		return nil
	}})
	return s, err
}
