package postgres_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/internal/testengines"
	"fleetbeat/projections"
	"fleetbeat/projections/postgres"
	"fleetbeat/projections/projectiontest"
)

// server is a Postgres that tests share. Each test has a schema of its own.
type server struct{ url string }

func newServer(t testing.TB) server {
	t.Helper()
	return server{testengines.Postgres(t)}
}

// named returns a name of the test's own, for a schema or a role.
func named(of string) string {
	sum := sha256.Sum256([]byte(of))
	return "test_" + hex.EncodeToString(sum[:8])
}

// open opens the views in a schema of the test's own, which is dropped when the test ends.
func (s server) open(t testing.TB, schema string) *postgres.Views {
	t.Helper()
	return s.with(t, postgres.Options{URL: s.url, Schema: schema})
}

func (s server) with(t testing.TB, o postgres.Options) *postgres.Views {
	t.Helper()
	views, err := postgres.Open(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, views.Close())
		s.exec(t, `DROP SCHEMA IF EXISTS `+o.Schema+` CASCADE`)
	})
	return views
}

// exec runs statements as whoever looks after the server does.
func (s server) exec(t testing.TB, statements ...string) {
	t.Helper()
	s.as(t, func(ctx context.Context, conn *pgx.Conn) {
		for _, sql := range statements {
			_, err := conn.Exec(ctx, sql)
			require.NoError(t, err, sql)
		}
	})
}

// number returns the one number that a query gives.
func (s server) number(t testing.TB, sql string) (n int64) {
	t.Helper()
	s.as(t, func(ctx context.Context, conn *pgx.Conn) { require.NoError(t, conn.QueryRow(ctx, sql).Scan(&n), sql) })
	return n
}

func (s server) as(t testing.TB, f func(ctx context.Context, conn *pgx.Conn)) {
	t.Helper()
	ctx := context.Background() // the test's own ends before its cleanup
	conn, err := pgx.Connect(ctx, s.url)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(ctx)) }()
	f(ctx, conn)
}

// user returns the URL of another user of another database; empty parts stay as they are.
func (s server) user(t testing.TB, name, database string) string {
	t.Helper()
	u, err := url.Parse(s.url)
	require.NoError(t, err)
	if name != "" {
		u.User = url.User(name)
	}
	if database != "" {
		u.Path = "/" + database
	}
	return u.String()
}

// follow returns a view that has folded a log to its end.
func follow(t testing.TB, views *postgres.Views, view projections.View, log *projectiontest.Log) *projections.Projection {
	t.Helper()
	p := projections.New(view, views, log, projectiontest.LogID, projections.Options{})
	_, err := p.From(t.Context())
	require.NoError(t, err)
	return p
}

// inMemory returns the rows of a view folded by the simplest engine.
func inMemory(t testing.TB, view projections.View, log *projectiontest.Log) []projections.Row {
	t.Helper()
	memory := projectiontest.NewMemory()
	_, err := projections.New(view, memory, log, projectiontest.LogID, projections.Options{}).From(t.Context())
	require.NoError(t, err)
	return projectiontest.Dump(t, memory, view.Name)
}

// page returns all events of a log that a view folds.
func page(log *projectiontest.Log, view projections.View, from, to int) eventstore.Delivery {
	return eventstore.Delivery{Page: log.Page(from, to, view.Types()...)}
}
