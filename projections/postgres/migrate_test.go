package postgres_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/projections"
	"fleetbeat/projections/postgres"
	"fleetbeat/projections/projectiontest"
)

func TestSchema(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	t.Run("is made where it is not there", func(t *testing.T) {
		t.Parallel()
		schema := named(t.Name())
		require.NoError(t, s.open(t, schema).Ping(t.Context()))
		assert.EqualValues(t, 1, s.number(t, `SELECT version FROM `+schema+`.schema_version`))
	})
	t.Run("is made once by processes that start at the same moment", func(t *testing.T) {
		t.Parallel()
		schema := named(t.Name())
		var starting sync.WaitGroup
		for range 6 {
			views := s.open(t, schema)
			starting.Go(func() { assert.NoError(t, views.Ping(t.Context())) })
		}
		starting.Wait()
		assert.EqualValues(t, 1, s.number(t, `SELECT count(*) FROM `+schema+`.schema_version`))
	})
	t.Run("is refused in clear words where a newer version made it", func(t *testing.T) {
		t.Parallel()
		schema := named(t.Name())
		require.NoError(t, s.open(t, schema).Ping(t.Context()))
		s.exec(t, `UPDATE `+schema+`.schema_version SET version = 99`)
		_, err := postgres.Open(t.Context(), postgres.Options{URL: s.url, Schema: schema})
		var fault *projections.FaultError
		require.ErrorAs(t, err, &fault)
		assert.Contains(t, fault.What, "of a newer version of Fleetbeat (99, this one knows 1)")
	})
	t.Run("is not made in a database that cannot keep every name", func(t *testing.T) {
		t.Parallel()
		database := named(t.Name())
		s.exec(t, `CREATE DATABASE `+database+` ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0`)
		t.Cleanup(func() { s.exec(t, `DROP DATABASE `+database) })
		_, err := postgres.Open(t.Context(), postgres.Options{URL: s.user(t, "", database)})
		assert.Contains(t, whatOf(err), "is kept in LATIN1")
	})
	t.Run("that was dropped is made anew, and its views are built from the log", func(t *testing.T) {
		t.Parallel()
		schema := named(t.Name())
		log := projectiontest.Generate(t, 3, 200)
		views := s.open(t, schema)
		p := follow(t, views, projections.Timeline(), log)
		want := projectiontest.Dump(t, views, "timeline")
		s.exec(t, `DROP SCHEMA `+schema+` CASCADE`)
		for range 10 { // as the subscription does
			if _, err := p.From(t.Context()); err == nil {
				err = p.Handle(t.Context(), page(log, projections.Timeline(), 0, log.Len()))
				if err == nil && p.Rebuild(t.Context(), nil) == nil {
					break
				}
			}
		}
		assert.Equal(t, want, projectiontest.Dump(t, views, "timeline"))
	})
}
