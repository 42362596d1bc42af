package postgres_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/projections"
	"fleetbeat/projections/projectiontest"
)

// A Postgres that crashed, or a standby that took over, may have lost the last moments.
func TestLostMoments(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	view := projections.Relations()
	t.Run("are not shown as if nothing had been, and are folded again", func(t *testing.T) {
		t.Parallel()
		schema := named(t.Name())
		log := projectiontest.Generate(t, 8, 200)
		views := s.open(t, schema)
		p := follow(t, views, view, projectiontest.NewLog())
		relations := views.Relations(p)
		s.exec(t, `CREATE TABLE `+schema+`.saved AS SELECT * FROM `+schema+`.views`)
		require.NoError(t, p.Handle(t.Context(), page(log, view, 0, log.Len())))
		_, err := relations.CustomersByID(t.Context(), nil)
		require.NoError(t, err)

		s.exec(t, `UPDATE `+schema+`.views SET position = saved.position, log = saved.log FROM `+schema+`.saved`,
			`DELETE FROM `+schema+`.relations_vehicles_g1`, `DELETE FROM `+schema+`.relations_customers_g1`)
		_, err = relations.CustomersByID(t.Context(), nil)
		requireUnavailable(t, err)
		more := eventstore.Delivery{Page: log.Page(0, log.Len(), view.Types()...)}
		log.Add(t, domain.CustomerStream("new"), &domain.CustomerRegistered{Customer: domain.Customer{ID: "new", Name: "New"}, At: 1})
		require.NoError(t, p.Handle(t.Context(), more), "all of it was folded")
		require.ErrorIs(t, p.Handle(t.Context(), page(log, view, log.Len()-1, log.Len())), projections.ErrMoved)
		from, err := p.From(t.Context())
		require.NoError(t, err)
		require.True(t, from.IsZero())
		require.NoError(t, p.Handle(t.Context(), page(log, view, 0, log.Len())))
		assert.Equal(t, inMemory(t, view, log), projectiontest.Dump(t, views, view.Name))
		_, err = relations.CustomersByID(t.Context(), nil)
		require.NoError(t, err)
	})
	t.Run("of a view that is being built end the building", func(t *testing.T) {
		t.Parallel()
		schema := named(t.Name())
		views := s.open(t, schema)
		g, err := views.Create(t.Context(), view.Name, view.Version)
		require.NoError(t, err)
		require.NoError(t, views.Fill(t.Context(), g, nil))
		s.exec(t, `UPDATE `+schema+`.views SET steps = steps - 1`)
		require.ErrorIs(t, views.Fill(t.Context(), g, nil), projections.ErrMoved)
		_, err = views.Activate(t.Context(), g, projections.Checkpoint{})
		require.ErrorIs(t, err, projections.ErrMoved)
	})
	t.Run("are not lost where a step of building was done and nobody heard of it", func(t *testing.T) {
		t.Parallel()
		schema := named(t.Name())
		views := s.open(t, schema)
		g, err := views.Create(t.Context(), view.Name, view.Version)
		require.NoError(t, err)
		s.exec(t, `UPDATE `+schema+`.views SET steps = steps + 1`) // as if the answer had been lost on the way
		customer := &projections.RelationsCustomer{Customer: domain.Customer{ID: "c1", Name: "Johans Bulk AB"}}
		require.NoError(t, views.Fill(t.Context(), g, []projections.Change{{Key: customer.Key(), After: customer}}))
		assert.Zero(t, s.number(t, `SELECT count(*) FROM `+schema+`.relations_customers_g1`), "it is not done twice")
		require.NoError(t, views.Fill(t.Context(), g, []projections.Change{{Key: customer.Key(), After: customer}}))
		assert.EqualValues(t, 1, s.number(t, `SELECT count(*) FROM `+schema+`.relations_customers_g1`))
	})
}

func TestAViewWhoseTablesAreGone(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for _, view := range []projections.View{projections.Relations(), projections.Latest(), projections.Timeline()} {
		t.Run(view.Name+" is built anew", func(t *testing.T) {
			t.Parallel()
			schema := named(t.Name())
			log := projectiontest.Generate(t, 9, 200)
			views := s.open(t, schema)
			p := follow(t, views, view, projectiontest.NewLog())
			for _, table := range map[string][]string{
				"relations": {"relations_vehicles"}, "latest": {"latest_vehicles"}, "timeline": {"timeline_vehicles", "timeline_totals"},
			}[view.Name] {
				s.exec(t, `DROP TABLE `+schema+`.`+table+`_g1`)
			}
			require.ErrorIs(t, p.Handle(t.Context(), page(log, view, 0, log.Len())), projections.ErrMoved)
			follow(t, views, view, log)
			assert.Equal(t, inMemory(t, view, log), projectiontest.Dump(t, views, view.Name))
		})
	}
}

func TestReadersNeverNoticeARebuild(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	schema := named(t.Name())
	log := projectiontest.Generate(t, 10, 300)
	views := s.open(t, schema)
	timeline, relations := follow(t, views, projections.Timeline(), log), follow(t, views, projections.Relations(), log)
	changes, err := views.Changes(timeline).Changes(t.Context(), domain.Position{}, 1000)
	require.NoError(t, err)
	customers, err := views.Relations(relations).CustomersByID(t.Context(), nil)
	require.NoError(t, err)

	asking, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for asking.Err() == nil {
				got, err := views.Changes(timeline).Changes(t.Context(), domain.Position{}, 1000)
				if !assert.NoError(t, err) || !assert.Equal(t, changes, got) {
					return
				}
				some, err := views.Relations(relations).CustomersByID(t.Context(), nil)
				if !assert.NoError(t, err) || !assert.Equal(t, customers, some) {
					return
				}
			}
		})
	}
	for range 8 {
		require.NoError(t, timeline.Rebuild(t.Context(), nil))
		require.NoError(t, relations.Rebuild(t.Context(), nil))
	}
	stop()
	readers.Wait()
	assert.EqualValues(t, 2, s.number(t, `SELECT count(*) FROM `+schema+`.views`))
	assert.EqualValues(t, 13, s.number(t, `SELECT count(*) FROM pg_tables WHERE schemaname = '`+schema+`'`), "of former generations nothing is left")
}

func TestTextsThatPostgresRefuses(t *testing.T) {
	t.Parallel()
	views := newServer(t).open(t, named(t.Name()))
	g, err := views.Create(t.Context(), "relations", 1)
	require.NoError(t, err)
	var changes []projections.Change
	var keys []projections.Key
	for _, odd := range []string{"a\x00b", "a\x01b", "a\x0100b", "\xff\xfe", "å\xc3", "\x00", "plain"} {
		row := &projections.RelationsVehicle{Vehicle: domain.Vehicle{VIN: domain.VIN(odd), RegistrationNumber: odd, CustomerID: domain.CustomerID(odd)}}
		changes, keys = append(changes, projections.Change{Key: row.Key(), After: row}), append(keys, row.Key())
	}
	require.NoError(t, views.Fill(t.Context(), g, changes))
	stored, err := views.Load(t.Context(), g, keys)
	require.NoError(t, err)
	require.Len(t, stored, len(keys))
	for _, change := range changes {
		assert.Contains(t, stored, projections.Stored{Row: change.After})
	}
}
