package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"

	"zombiezen.com/go/sqlite"

	file "fleetbeat/internal/sqlite"
	"fleetbeat/projections"
)

// Views is the file of views. It is a [projections.Engine]; its readers are made by Fleet, Latest, Relations and
// Timeline. All methods may be called by many goroutines at once.
type Views struct {
	path   string
	served bool // by another process, whose file this is
	anew   error

	mu     sync.RWMutex // held for writing while a corrupt file is made anew
	db     *file.DB
	closed bool
}

var _ projections.Engine = (*Views)(nil)

// applicationID marks a file of views: "FbVw".
const applicationID = 0x46625677

// cacheSize is what each connection may keep in memory, in bytes: the inner pages of the tables of a million vehicles. With 24 MiB
// text was found no sooner.
const cacheSize = 16 << 20

// migrations returns the steps from an empty file to today's layout. The tables of the views themselves are made with
// their generations.
func migrations() []string {
	return []string{`
CREATE TABLE views (
	generation INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again, so that no row of a former one is ever met
	view       TEXT NOT NULL,
	version    INTEGER NOT NULL,
	active     INTEGER NOT NULL DEFAULT 0,
	finished   INTEGER NOT NULL DEFAULT 0,
	log        TEXT NOT NULL DEFAULT '',
	position   TEXT NOT NULL DEFAULT '0',
	stream     TEXT NOT NULL DEFAULT '', -- of the newest event that is kept for ever
	revision   INTEGER NOT NULL DEFAULT 0,
	event      TEXT NOT NULL DEFAULT '',
	as_of      INTEGER NOT NULL DEFAULT 0,
	through    TEXT NOT NULL DEFAULT '0'
) STRICT;
CREATE UNIQUE INDEX views_active ON views (view) WHERE active;
CREATE TABLE rebuilds (
	view     TEXT PRIMARY KEY,
	state    TEXT NOT NULL,
	events   INTEGER NOT NULL,
	rate     REAL NOT NULL,
	position TEXT NOT NULL,
	head     TEXT NOT NULL,
	problem  TEXT NOT NULL
) STRICT;
`}
}

// Open opens the views at path, and makes the file if it is not there. A file that is corrupt, or that a newer version
// made, is made anew: its views are then built from the log. A file of another program is an error.
func Open(path string) (*Views, error) {
	db, err := open(path)
	var unusable error
	if errors.Is(err, file.ErrNewer) || file.Classify(err) == file.Corrupt {
		unusable = err
		if err := remove(path); err != nil {
			return nil, fmt.Errorf("make the views anew: %w", err)
		}
		db, err = open(path)
	}
	if err != nil {
		return nil, fmt.Errorf("open the views: %w", err)
	}
	return &Views{path: path, db: db, anew: unusable}, nil
}

// MadeAnew returns why Open could not use the file that was there, and made it anew; nil where it could, or there was none.
func (v *Views) MadeAnew() error { return v.anew }

// OpenServed opens views that another process owns, to ask it for a rebuild and to follow that. A file that cannot be read
// is its owner's to make anew: taking it away would leave the owner with one that nobody sees.
func OpenServed(path string) (*Views, error) {
	db, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("open the views: %w", err)
	}
	return &Views{path: path, served: true, db: db}, nil
}

func open(path string) (*file.DB, error) {
	return file.Open(path, file.Options{
		ApplicationID: applicationID, Migrations: migrations(), Synchronous: file.Normal, CacheSize: cacheSize,
	})
}

// remove deletes a file of views and what SQLite keeps beside it.
func remove(path string) error {
	var errs error
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = errors.Join(errs, err)
		}
	}
	return errs
}

// Close waits for what is under way and closes the file. Closing twice is harmless.
func (v *Views) Close() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.closed = true
	return v.db.Close()
}

func (v *Views) current() *file.DB {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.db
}

// write runs f in a transaction, with the tables of a generation.
func (v *Views) write(ctx context.Context, g projections.Generation, f func(tables) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	db := v.current()
	return v.checked(db, db.Write(func(conn *sqlite.Conn) error { return f(tablesOf(conn, g)) }))
}

// read runs f on one unchanging state of the file, with the tables of a generation.
func (v *Views) read(ctx context.Context, g projections.Generation, f func(tables) error) error {
	db := v.current()
	return v.checked(db, db.Read(ctx, func(conn *sqlite.Conn) error { return f(tablesOf(conn, g)) }))
}

// checked passes an error on. Where it says that the file is corrupt, the file is made anew, and the error wraps ErrMoved
// so that every projection builds its view again.
func (v *Views) checked(db *file.DB, err error) error {
	if err == nil || v.served || file.Classify(err) != file.Corrupt {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.db != db || v.closed {
		return fmt.Errorf("views were corrupt: %w: %w", projections.ErrMoved, err)
	}
	_ = db.Close() // a corrupt file has nothing left to lose
	if err := remove(v.path); err != nil {
		return fmt.Errorf("make corrupt views anew: %w", err)
	}
	anew, openErr := open(v.path)
	if openErr != nil {
		return fmt.Errorf("make corrupt views anew: %w", openErr)
	}
	v.db = anew
	return fmt.Errorf("views were corrupt and are made anew: %w: %w", projections.ErrMoved, err)
}

// tables is a connection and the names of one generation's tables, for one transaction.
type tables struct {
	conn     *sqlite.Conn
	g        projections.Generation
	suffix   string
	prepared map[string]*statement // by the text, as it stands in the code
}

func tablesOf(conn *sqlite.Conn, g projections.Generation) tables {
	return tables{conn: conn, g: g, suffix: fmt.Sprintf("_g%d", g.Number), prepared: map[string]*statement{}}
}

// sql returns a statement with # replaced by the suffix of the generation's tables.
func (t tables) sql(text string) string { return strings.ReplaceAll(text, "#", t.suffix) }
