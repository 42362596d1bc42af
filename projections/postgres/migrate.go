package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/tern/v2/migrate"

	"fleetbeat/projections"
)

//go:embed migrations/*.sql
var files embed.FS

// versionTable holds the number of the last migration that was done.
const versionTable = "schema_version"

// What no waiting ends.
var (
	// errNewer is tables that a newer version of Fleetbeat made.
	errNewer = errors.New("tables of a newer version")
	// errEncoding is a database that cannot keep every name.
	errEncoding = errors.New("database is not in UTF-8")
)

// errClosed is a use after Close.
var errClosed = errors.New("views are closed")

const (
	migrateWithin = 10 * time.Minute
	// problemHolds is how long whoever comes is told what the last try ran into. Each would wait for a server that is not there
	// otherwise.
	problemHolds = 500 * time.Millisecond
)

// gate lets nobody through before the tables are there.
type gate struct {
	open    atomic.Bool
	working sync.WaitGroup

	mu      sync.Mutex
	try     chan struct{} // closed when the try under way has ended; nil while there is none
	problem error         // of the last try
	at      time.Time
}

// ready returns when the tables are there and of this version, or why they are not. The work itself is done once at a time
// and goes on where ctx ends: it may take longer than anybody who asks has time.
func (v *Views) ready(ctx context.Context) error {
	g := &v.layout
	if g.open.Load() {
		return nil
	}
	g.mu.Lock()
	if g.problem != nil && time.Since(g.at) < problemHolds {
		defer g.mu.Unlock()
		return g.problem
	}
	if v.life.Err() != nil {
		defer g.mu.Unlock()
		return errClosed
	}
	if g.try == nil {
		g.try = make(chan struct{})
		g.working.Go(func() { v.prepare(g.try) })
	}
	try := g.try
	g.mu.Unlock()
	select {
	case <-try:
	case <-ctx.Done():
		return named(ctx.Err())
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.problem
}

// prepare brings the tables up to date and says how it went.
func (v *Views) prepare(done chan struct{}) {
	ctx, cancel := context.WithTimeout(v.life, migrateWithin)
	defer cancel()
	err := named(v.migrate(ctx))
	g := &v.layout
	g.mu.Lock()
	defer g.mu.Unlock()
	g.try, g.problem, g.at = nil, err, time.Now()
	g.open.Store(err == nil)
	close(done)
}

// shut has the tables looked for again: somebody dropped them.
func (g *gate) shut() { g.open.Store(false) }

// migrate makes the schema and its tables or brings them up to date. Of several processes one does it, the others wait.
func (v *Views) migrate(ctx context.Context) error {
	conn, err := v.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	numbered, err := fs.Sub(files, "migrations")
	if err != nil {
		return err
	}
	return migrateSchema(ctx, conn.Conn(), v.schema, numbered)
}

func migrateSchema(ctx context.Context, conn *pgx.Conn, schema string, numbered fs.FS) error {
	names, err := migrate.FindMigrations(numbered)
	if err != nil {
		return fmt.Errorf("list the migrations: %w", err)
	}
	encoding := ""
	if err := conn.QueryRow(ctx, `SHOW server_encoding`).Scan(&encoding); err != nil {
		return fmt.Errorf("read the encoding of the database: %w", err)
	}
	if encoding != "UTF8" {
		return projections.Fault(errEncoding, "the database in Postgres is kept in %s: make one with ENCODING 'UTF8'", encoding)
	}
	version, err := schemaVersion(ctx, conn, schema)
	switch {
	case err != nil:
		return fmt.Errorf("read the version of schema %q: %w", schema, err)
	case version == len(names):
		return nil
	case version > len(names):
		return projections.Fault(errNewer, "schema %q in Postgres is of a newer version of Fleetbeat (%d, this one knows %d): use that one, or another schema",
			schema, version, len(names))
	}
	if err := makeSchema(ctx, conn, schema); err != nil {
		return fmt.Errorf("make schema %q: %w", schema, err)
	}
	m, err := migrate.NewMigrator(ctx, conn, versionTable)
	if err != nil {
		return fmt.Errorf("prepare schema %q: %w", schema, err)
	}
	if err := m.LoadMigrations(numbered); err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	if err := m.Migrate(ctx); err != nil {
		return fmt.Errorf("bring schema %q up to date: %w", schema, err)
	}
	return nil
}

// schemaVersion returns how many migrations a schema has seen; 0 also where it is not there.
func schemaVersion(ctx context.Context, conn *pgx.Conn, schema string) (version int, err error) {
	known := false
	err = conn.QueryRow(ctx, `SELECT to_regclass($1) IS NOT NULL`, schema+"."+versionTable).Scan(&known)
	if err != nil || !known {
		return 0, err
	}
	err = conn.QueryRow(ctx, `SELECT version FROM `+versionTable).Scan(&version)
	return version, err
}

// makeSchema makes a schema where it is not there. Asking first lets a user in that may not make one.
func makeSchema(ctx context.Context, conn *pgx.Conn, schema string) error {
	known := false
	err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)`, schema).Scan(&known)
	if err != nil || known {
		return err
	}
	_, err = conn.Exec(ctx, `CREATE SCHEMA IF NOT EXISTS `+pgx.Identifier{schema}.Sanitize())
	if codeOf(err) == uniqueViolation { // another process was a moment sooner
		return nil
	}
	return err
}
