package postgres

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/projections"
)

// An owner that is suspended in the middle of a save holds the row of its checkpoint.
func TestAnOwnerThatIsPausedInASaveHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	const schema = "test_paused"
	connect(t, schema) // drops it in the end
	ctx := t.Context()
	successor, err := Open(ctx, Options{URL: testURL(t), Schema: schema})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, successor.Close()) })
	g, err := successor.Create(ctx, relationsView, 1)
	require.NoError(t, err)
	g, err = successor.Activate(ctx, g, projections.Checkpoint{LogID: "x"})
	require.NoError(t, err)

	config, _, err := Options{URL: testURL(t), Schema: schema}.config()
	require.NoError(t, err)
	require.Equal(t, "5000", config.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"])
	config.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = "100" // the test has less time
	paused, err := pgx.ConnectConfig(ctx, config.ConnConfig)
	require.NoError(t, err)
	defer func() { _ = paused.Close(ctx) }() // the server has closed it
	tx, err := paused.Begin(ctx)
	require.NoError(t, err)
	to := projections.Checkpoint{LogID: "x", Position: domain.Position{Commit: 7, Prepare: 7}}
	moved, err := tx.Exec(ctx, moveCheckpoint, checkpointArgs(g, domain.Position{}, to)...)
	require.NoError(t, err)
	require.EqualValues(t, 1, moved.RowsAffected())

	require.NoError(t, successor.Save(ctx, g, projections.Checkpoint{}, to, nil))
	require.Error(t, tx.Commit(ctx), "it wakes up")
	generations, err := successor.Generations(ctx, relationsView)
	require.NoError(t, err)
	require.Len(t, generations, 1)
	assert.Equal(t, to.Position, generations[0].Checkpoint.Position)
}
