package e2e

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/projections"
	"fleetbeat/projections/elasticsearch"
	"fleetbeat/projections/postgres"
)

// The one place in this package that reaches inside: that a view equals its rebuild row by row is no question the API answers.

// rows are all rows of a view.
type rows map[projections.Key]projections.Row

// dump reads every row of every view from the engines.
func (c *cluster) dump() map[string]rows {
	c.t.Helper()
	ctx := cleanup(c.t)
	relations, err := postgres.Open(ctx, postgres.Options{URL: c.relations})
	require.NoError(c.t, err)
	defer func() { assert.NoError(c.t, relations.Close()) }()
	o, err := elasticsearch.OptionsFromURL(c.fleet)
	require.NoError(c.t, err)
	fleet, err := elasticsearch.Open(o)
	require.NoError(c.t, err)
	defer func() { assert.NoError(c.t, fleet.Close()) }()
	all := map[string]rows{}
	for _, view := range projections.All() {
		engine := projections.Engine(relations)
		if view.Name == projections.Fleet().Name {
			engine = fleet
		}
		all[view.Name] = rows{}
		for row, err := range engine.Dump(ctx, view.Name) {
			require.NoError(c.t, err, view.Name)
			_, twice := all[view.Name][row.Key()] // testify would look through all of them
			require.False(c.t, twice, "%v is there twice", row.Key())
			all[view.Name][row.Key()] = row
		}
		require.NotEmpty(c.t, all[view.Name], view.Name)
	}
	return all
}

// rebuild has every view built anew, by whoever owns it, and reports how long each took.
func (c *cluster) rebuild() {
	c.t.Helper()
	for _, view := range projections.All() {
		began := time.Now()
		done := fleetbeatWithin(c.t, 5*time.Minute, nil, "rebuild", view.Name, "--events", c.events, "--relations", c.relations, "--fleet", c.fleet)
		require.Equal(c.t, 0, done.code, "rebuild %s: %s", view.Name, done.stderr)
		c.t.Logf("rebuilt %s in %s", view.Name, since(began))
	}
}

// requireRebuilt requires that every view is what the log says: as it is, and as it is built anew. Nothing may be happening.
func (c *cluster) requireRebuilt() {
	c.t.Helper()
	kept := c.dump()
	c.rebuild()
	built := c.dump()
	for view, want := range built {
		requireSameRows(c.t, view, want, kept[view])
	}
}

// requireSameRows names the first rows that differ.
func requireSameRows(t *testing.T, view string, want, got rows) {
	t.Helper()
	wrong := 0
	differs := func(format string, args ...any) {
		if wrong++; wrong <= 5 {
			t.Logf(format, args...)
		}
	}
	for key, row := range want {
		switch kept, is := got[key]; {
		case !is:
			differs("%s: %v is missing: %+v", view, key, reflect.Indirect(reflect.ValueOf(row)))
		case !reflect.DeepEqual(row, kept):
			differs("%s: %v is\n%+v and should be\n%+v", view, key, reflect.Indirect(reflect.ValueOf(kept)), reflect.Indirect(reflect.ValueOf(row)))
		}
	}
	for key := range got {
		if _, is := want[key]; !is {
			differs("%s: %v is there and should not", view, key)
		}
	}
	require.Zero(t, wrong, "rows of %s differ from a rebuild, of %d", view, len(want))
	t.Logf("%s: %d rows, the same after a rebuild", view, len(want))
}
