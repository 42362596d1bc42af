package projections_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/projections"
	"fleetbeat/projections/projectiontest"
)

// flaky is an engine whose generations cannot be read while broken says why.
type flaky struct {
	projections.Engine
	broken atomic.Pointer[error]
	hangs  atomic.Bool
}

func (f *flaky) Generations(ctx context.Context, view string) ([]projections.Generation, error) {
	if f.hangs.Load() {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if broken := f.broken.Load(); broken != nil {
		return nil, *broken
	}
	return f.Engine.Generations(ctx, view)
}

// follow runs a follower of a view that r folds, until the test ends.
func follow(t *testing.T, view projections.View, engine projections.Engine, log projections.Log) *projections.Follower {
	t.Helper()
	f := projections.NewFollower(view, engine, log, projectiontest.LogID)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); f.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
	return f
}

func TestAFollowerShowsWhatAnotherProcessFolds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := projectiontest.NewLog()
		r := start(t, projections.Fleet(), log, projections.Options{Followed: true})
		f := follow(t, projections.Fleet(), r.engine, log)
		synctest.Wait()
		assert.True(t, f.State().Serving, "an empty view is one, too")

		register(t, log, 1)
		log.Add(t, domain.EvaluationsStream, evaluated(1))
		began := time.Now()
		r.rest(t, 0)
		asOf, err := f.Await(t.Context(), projectiontest.Position(1))
		require.NoError(t, err)
		assert.Equal(t, domain.Instant(1000), asOf)
		assert.LessOrEqual(t, time.Since(began), projections.LookEvery)
		position, _ := f.Folded()
		assert.Equal(t, r.State().Position, position)
	})
}

func TestAnEvaluationThatJudgesRowsIsWrittenAtOnceWhereOthersFollow(t *testing.T) {
	t.Parallel()
	for _, followed := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			log := projectiontest.NewLog()
			r := start(t, projections.Fleet(), log, projections.Options{Followed: followed})
			register(t, log, 1)
			r.rest(t, 0)
			log.Add(t, domain.EvaluationsStream, evaluated(1))
			r.rest(t, 1)
			stored, err := r.engine.Generations(t.Context(), "fleet")
			require.NoError(t, err)
			assert.Equal(t, followed, stored[0].Checkpoint.Through == projectiontest.Position(1))
		})
	}
}

func TestAFollowerOfAnEngineThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		fail func(*flaky)
	}{
		{"but refuses, shows what it saw and says why", func(f *flaky) { f.broken.Store(&errDisk) }},
		{"and hangs, finds out in time", func(f *flaky) { f.hangs.Store(true) }},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				log := projectiontest.NewLog()
				r := start(t, projections.Fleet(), log, projections.Options{})
				register(t, log, 1)
				r.rest(t, 0)
				engine := &flaky{Engine: r.engine}
				f := follow(t, projections.Fleet(), engine, log)
				synctest.Wait()
				before := f.State()
				require.NoError(t, f.Err())
				test.fail(engine)
				synctest.Wait()
				<-time.After(3 * time.Second)
				synctest.Wait()
				require.Error(t, f.Err())
				assert.Equal(t, before, f.State())
				engine.broken.Store(nil)
				engine.hangs.Store(false)
				<-time.After(3 * time.Second)
				synctest.Wait()
				assert.NoError(t, f.Err(), "it goes on by itself")
			})
		})
	}
}

func TestAFollowerDoesNotShowAViewOfAnotherLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := projectiontest.NewLog()
		register(t, log, 1)
		r := start(t, projections.Fleet(), log, projections.Options{})
		restored := projectiontest.NewLog()
		register(t, restored, 2)
		f := follow(t, projections.Fleet(), r.engine, restored)
		synctest.Wait()
		assert.False(t, f.State().Serving)
		position, _ := f.Folded()
		assert.True(t, position.IsZero())
		require.NoError(t, f.Err())
	})
}

func TestAFollowerLooksWhenItIsNudged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		log := projectiontest.NewLog()
		r := start(t, projections.Relations(), log, projections.Options{})
		f := follow(t, projections.Relations(), r.engine, log)
		synctest.Wait()
		register(t, log, 1)
		r.rest(t, 0)
		f.Nudge()
		synctest.Wait() // without the passing of time
		position, _ := f.Folded()
		assert.Equal(t, r.State().Position, position)
	})
}
