package postgres

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/internal/testengines"
)

// versions returns the migrations of every version up to today's, and of one after it.
func versions(t *testing.T) []fstest.MapFS {
	t.Helper()
	all := fstest.MapFS{}
	var found []fstest.MapFS
	names, err := fs.Glob(files, "migrations/*.sql")
	require.NoError(t, err)
	slices.Sort(names)
	for _, name := range names {
		sql, err := files.ReadFile(name)
		require.NoError(t, err)
		all[name[len("migrations/"):]] = &fstest.MapFile{Data: sql}
		found = append(found, maps.Clone(all))
	}
	all[fmt.Sprintf("%03d_next.sql", len(found)+1)] = &fstest.MapFile{Data: []byte(`ALTER TABLE leases ADD COLUMN why text`)}
	return append(found, all)
}

func TestMigrations(t *testing.T) {
	t.Parallel()
	conn := connect(t, "test_migrations")
	ctx := t.Context()
	known := versions(t)
	for i, version := range known {
		require.NoError(t, migrateSchema(ctx, conn, "test_migrations", version), "version %d", i+1)
		if i == 0 {
			_, err := conn.Exec(ctx, `INSERT INTO leases VALUES ('timeline', 'a', now())`)
			require.NoError(t, err)
		}
		require.NoError(t, migrateSchema(ctx, conn, "test_migrations", version), "a second time there is nothing to do")
		var kept, at int
		require.NoError(t, conn.QueryRow(ctx, `SELECT count(*) FROM leases`).Scan(&kept))
		require.NoError(t, conn.QueryRow(ctx, `SELECT version FROM schema_version`).Scan(&at))
		assert.Equal(t, 1, kept, "what is there stays")
		assert.Equal(t, i+1, at)
	}
	require.ErrorIs(t, migrateSchema(ctx, conn, "test_migrations", known[0]), errNewer)
}

// connect returns a connection to a schema that is not there and is dropped when the test ends.
func connect(t *testing.T, schema string) *pgx.Conn {
	t.Helper()
	config, _, err := Options{URL: testengines.Postgres(t), Schema: schema}.config()
	require.NoError(t, err)
	ctx := context.Background()
	conn, err := pgx.ConnectConfig(ctx, config.ConnConfig)
	require.NoError(t, err)
	drop := func() {
		_, err := conn.Exec(ctx, `DROP SCHEMA IF EXISTS `+schema+` CASCADE`)
		require.NoError(t, err)
	}
	drop()
	t.Cleanup(func() {
		drop()
		require.NoError(t, conn.Close(ctx))
	})
	return conn
}

func testURL(t *testing.T) string { return testengines.Postgres(t) }
