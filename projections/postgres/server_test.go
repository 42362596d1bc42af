package postgres_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"fleetbeat/internal/testengines"
	"fleetbeat/projections/postgres"
)

// server is a Postgres that tests share. Each test has a schema of its own.
type server struct{ url string }

func newServer(t testing.TB) server {
	return server{testengines.Postgres(t)}
}

// schemaOf returns a name made of any text.
func schemaOf(name string) string {
	sum := sha256.Sum256([]byte(name))
	return "test_" + hex.EncodeToString(sum[:8])
}

// open opens the views in a schema, which is dropped when the test ends.
func (s server) open(t testing.TB, schema string) *postgres.Views {
	t.Helper()
	views, err := postgres.Open(t.Context(), postgres.Options{URL: s.url, Schema: schema})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, views.Close())
		s.exec(t, `DROP SCHEMA IF EXISTS `+schema+` CASCADE`)
	})
	return views
}

// exec runs a statement as whoever looks after the server does.
func (s server) exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), s.url)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(context.Background())) }()
	_, err = conn.Exec(context.Background(), sql, args...)
	require.NoError(t, err)
}
