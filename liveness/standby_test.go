package liveness

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

// pair is an owner and a standby of one log.
func pair(t *testing.T) (w written, owner, standby *reader) {
	t.Helper()
	w = write(t)
	r := rand.New(rand.NewPCG(1, 1))
	owner = newReader(w.log, &memSnapshots{}, r, false)
	w.open("n", 0)
	w.batch("n", 2, heard{1, 1})
	require.NoError(t, owner.read(t.Context()))
	require.True(t, owner.l.Status().Owner, "nobody has ever decided")
	standby = newReader(w.log, &memSnapshots{}, r, false)
	require.NoError(t, standby.read(t.Context()))
	w.batch("n", 3)
	require.NoError(t, owner.read(t.Context()))
	require.NoError(t, standby.read(t.Context()))
	require.False(t, standby.l.Status().Owner)
	return w, owner, standby
}

func TestAnOwnerThatStopsInOrderIsFollowedAtTheNextBatch(t *testing.T) {
	t.Parallel()
	w, owner, standby := pair(t)
	require.NoError(t, owner.l.Close(t.Context()))
	w.batch("n", 4)
	require.NoError(t, standby.read(t.Context()))
	assert.True(t, standby.l.Status().Owner)
	w.batch("n", 12)
	require.NoError(t, standby.read(t.Context()))
	assert.Equal(t, []string{"1 connected 1.0", "1 disconnected 11.0"}, told(t, w.log))
	evaluations := w.log.events(t, domain.EvaluationsStream)
	last, is := evaluations[len(evaluations)-1].(*domain.FleetEvaluated)
	require.True(t, is)
	assert.False(t, last.Resigns, "it is said once")
}

func TestAnOwnerThatDiesIsFollowedAfterTenSecondsOfTheLog(t *testing.T) {
	t.Parallel()
	w, _, standby := pair(t)
	w.batch("n", 12)
	require.NoError(t, standby.read(t.Context()))
	assert.False(t, standby.l.Status().Owner)
	w.batch("n", 13.5)
	require.NoError(t, standby.read(t.Context()))
	assert.True(t, standby.l.Status().Owner)
	assert.Equal(t, []string{"1 connected 1.0", "1 disconnected 11.0"}, told(t, w.log))
}

func TestAnOwnerThatCannotSayThatItStopsStopsAllTheSame(t *testing.T) {
	t.Parallel()
	w, owner, _ := pair(t)
	w.log.before = func(string) error { return errors.New("the log is away") }
	require.NoError(t, owner.l.Close(context.WithoutCancel(t.Context())))
}

func TestAStandbyThatStopsSaysNothing(t *testing.T) {
	t.Parallel()
	w, owner, standby := pair(t)
	before := len(w.log.all)
	require.NoError(t, standby.l.Close(t.Context()))
	assert.Len(t, w.log.all, before)
	w.batch("n", 4)
	require.NoError(t, owner.read(t.Context()))
	assert.True(t, owner.l.Status().Owner)
}

func TestAnOwnerGoesOnWhileAnotherNodeHoldsUpTheWatermark(t *testing.T) {
	t.Parallel()
	w, owner, standby := pair(t)
	w.open("m", 3) // crashes, and W waits for it
	for at := 4.0; at < 16; at += .5 {
		w.batch("n", at)
		require.NoError(t, standby.read(t.Context()), "first, or the owner would have moved W by then")
		require.False(t, standby.l.Status().Owner, "at %v", at)
		require.NoError(t, owner.read(t.Context()))
		require.True(t, owner.l.Status().Owner, "at %v", at)
	}
	assert.Equal(t, []string{"1 connected 1.0", "unobserved 3.0-13.0 left_out"}, told(t, w.log))
}
