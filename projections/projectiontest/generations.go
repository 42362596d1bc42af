package projectiontest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/projections"
)

// droppedWhileBuilt has another owner take over from one that builds and was paused: it drops what is half built, and the one
// that wakes up must not bring it back, least of all in place of what is served.
func droppedWhileBuilt(t *testing.T, open Open) {
	ctx := t.Context()
	log := Generate(t, 5, 200)
	o := open(t, t.TempDir())
	for _, view := range o.views() {
		start(t, o, view, log)
		want := Dump(t, o.Engine, view.Name)
		at := projections.Checkpoint{LogID: LogID, Position: domain.Position{Commit: 9, Prepare: 9}}
		filled, err := o.Engine.Create(ctx, view.Name, view.Version)
		require.NoError(t, err)
		finished, err := o.Engine.Create(ctx, view.Name, view.Version)
		require.NoError(t, err)
		changes := added(want)
		require.NoError(t, o.Engine.Fill(ctx, filled, changes))
		require.NoError(t, o.Engine.Fill(ctx, finished, changes))
		finished, err = o.Engine.Finish(ctx, finished)
		require.NoError(t, err)
		for _, g := range []projections.Generation{filled, finished} {
			require.NoError(t, o.Engine.Drop(ctx, g))
			require.ErrorIs(t, o.Engine.Fill(ctx, g, changes), projections.ErrMoved, view.Name)
			_, err = o.Engine.Activate(ctx, g, at)
			require.ErrorIs(t, err, projections.ErrMoved, view.Name)
		}
		_, err = o.Engine.Finish(ctx, filled)
		require.ErrorIs(t, err, projections.ErrMoved, view.Name)
		generations, err := o.Engine.Generations(ctx, view.Name)
		require.NoError(t, err)
		require.Len(t, generations, 1)
		assert.True(t, generations[0].Active, "what was served is served")
		assert.Equal(t, want, Dump(t, o.Engine, view.Name))
	}
	require.NoError(t, o.Close())
}

// added returns the changes that add rows, in order of their keys.
func added(rows []projections.Row) (changes []projections.Change) {
	for _, row := range rows {
		changes = append(changes, projections.Change{Key: row.Key(), After: row, Version: domain.Position{Commit: 1, Prepare: 1}})
	}
	return changes
}
