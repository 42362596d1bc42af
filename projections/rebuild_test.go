package projections_test

import (
	"context"
	"iter"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/projections"
	"fleetbeat/projections/projectiontest"
)

// watched is a log that calls a function each time it is read.
type watched struct {
	*projectiontest.Log
	reading func() error
}

func (w watched) ReadAll(ctx context.Context, after domain.Position, types ...string) iter.Seq2[eventstore.Page, error] {
	return func(yield func(eventstore.Page, error) bool) {
		if err := w.reading(); err != nil {
			yield(eventstore.Page{}, err)
			return
		}
		for page, err := range w.Log.ReadAll(ctx, after, types...) {
			if !yield(page, err) {
				return
			}
		}
	}
}

func generations(t *testing.T, engine projections.Engine) []projections.Generation {
	t.Helper()
	found, err := engine.Generations(t.Context(), "fleet")
	require.NoError(t, err)
	return found
}

func TestNewVersion(t *testing.T) {
	t.Parallel()
	log := projectiontest.Generate(t, 8, 300)
	old := start(t, projections.Fleet(), log, projections.Options{})
	rows := projectiontest.Dump(t, old.engine, "fleet")
	asOf := old.State().AsOf
	log.Add(t, domain.EvaluationsStream, &domain.FleetEvaluated{AsOf: asOf + 5000})

	view := projections.Fleet()
	view.Version++
	var p *projections.Projection
	looks := 0
	p = projections.New(view, old.engine, watched{log, func() error {
		looks++
		assert.Equal(t, rows, projectiontest.Dump(t, old.engine, "fleet"), "the old rows are served meanwhile")
		assert.Equal(t, asOf, p.State().AsOf, "with their moment")
		assert.True(t, p.State().Building)
		return nil
	}}, projectiontest.LogID, projections.Options{})
	_, err := p.From(t.Context())
	require.NoError(t, err)
	require.Positive(t, looks)
	now := generations(t, old.engine)
	require.Len(t, now, 1)
	assert.Equal(t, view.Version, now[0].Version)
	assert.Equal(t, asOf+5000, p.State().AsOf)
	assert.False(t, p.State().Building)
	assert.Equal(t, rows, projectiontest.Dump(t, old.engine, "fleet"))
}

func TestRebuildKeepsTheMomentWhereEvaluationsHaveExpired(t *testing.T) {
	t.Parallel()
	log := projectiontest.NewLog()
	r := start(t, projections.Fleet(), log, projections.Options{})
	register(t, log, 1)
	log.Add(t, domain.EvaluationsStream, evaluated(1))
	r.rest(t, 0)
	log.Cut(1)
	require.NoError(t, r.Rebuild(t.Context(), nil))
	asOf, err := r.Await(t.Context(), projectiontest.Position(1))
	require.NoError(t, err)
	assert.Equal(t, domain.Instant(1000), asOf)
}

func TestRebuildWithoutExpiredHeartbeats(t *testing.T) {
	t.Parallel()
	log := projectiontest.Generate(t, 21, 500)
	for _, view := range projections.All() {
		whole := start(t, view, log, projections.Options{})
		want := projectiontest.Dump(t, whole.engine, view.Name)
		expired := projectiontest.Generate(t, 21, 500)
		expired.Expire(250)
		rest := start(t, view, expired, projections.Options{})
		got := projectiontest.Dump(t, rest.engine, view.Name)
		if view.Name != "latest" {
			assert.Equal(t, want, got, view.Name)
			continue
		}
		require.Len(t, got, len(want))
		for i := range got {
			a, b := want[i].(*projections.LatestVehicle), got[i].(*projections.LatestVehicle)
			assert.Equal(t, a.FirstHeartbeat, b.FirstHeartbeat, "it does not depend on heartbeats that expire")
			assert.LessOrEqual(t, b.LastHeartbeat, a.LastHeartbeat)
		}
	}
}

func TestFailedRebuild(t *testing.T) {
	t.Parallel()
	log := projectiontest.Generate(t, 9, 300)
	r := start(t, projections.Fleet(), log, projections.Options{})
	before, rows := generations(t, r.engine), projectiontest.Dump(t, r.engine, "fleet")
	var fail error
	broken := projections.New(projections.Fleet(), r.engine, watched{log, func() error { return fail }}, projectiontest.LogID, projections.Options{})
	_, err := broken.From(t.Context())
	require.NoError(t, err, "nothing is to be built")
	fail = errDisk
	require.ErrorIs(t, broken.Rebuild(t.Context(), nil), errDisk)
	assert.Equal(t, before, generations(t, r.engine), "what was begun is dropped, what is read stays")
	assert.Equal(t, rows, projectiontest.Dump(t, r.engine, "fleet"))
	assert.False(t, broken.State().Building)
}

func TestStoppedRebuild(t *testing.T) {
	t.Parallel()
	log := projectiontest.Generate(t, 9, 300)
	ctx, cancel := context.WithCancel(t.Context())
	engine := projectiontest.NewMemory()
	stopped := projections.New(projections.Fleet(), engine, watched{log, func() error { cancel(); return nil }}, projectiontest.LogID, projections.Options{})
	_, err := stopped.From(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, generations(t, engine))
	_, err = stopped.From(t.Context())
	require.NoError(t, err, "the next one begins anew")
	require.Len(t, generations(t, engine), 1)
}

func TestOnlyOneBuildsAView(t *testing.T) {
	t.Parallel()
	log := projectiontest.Generate(t, 9, 100)
	engine := projectiontest.NewMemory()
	var p *projections.Projection
	p = projections.New(projections.Fleet(), engine, watched{log, func() error {
		assert.ErrorIs(t, p.Rebuild(t.Context(), nil), projections.ErrBuilding)
		return nil
	}}, projectiontest.LogID, projections.Options{})
	_, err := p.From(t.Context())
	require.NoError(t, err)
}

func TestServeRebuilds(t *testing.T) {
	t.Parallel()
	serve := func(t *testing.T, r run) (stop func()) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			r.ServeRebuilds(ctx)
		}()
		return func() {
			cancel()
			<-done
		}
	}
	state := func(t *testing.T, r run) projections.Rebuild {
		request, err := r.engine.Rebuild(t.Context(), "fleet")
		require.NoError(t, err)
		return request
	}
	// wait lets two of the looks for a request pass: a bubble's clock moves when all in it wait.
	wait := func() {
		timer := time.NewTimer(2 * projections.RequestEvery)
		<-timer.C
		synctest.Wait()
	}
	t.Run("builds the view anew for whoever asks", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			r := start(t, projections.Fleet(), projectiontest.Generate(t, 9, 100), projections.Options{})
			defer serve(t, r)()
			before := generations(t, r.engine)
			wait()
			require.Equal(t, before, generations(t, r.engine), "nobody asked")
			require.NoError(t, projections.AskRebuild(t.Context(), r.engine, "fleet"))
			wait()
			request := state(t, r)
			assert.Equal(t, projections.RebuildDone, request.State)
			assert.Positive(t, request.Progress.Events)
			assert.NotEqual(t, before[0].Number, generations(t, r.engine)[0].Number)
		})
	})
	t.Run("begins one anew that a crash cut short", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			r := start(t, projections.Fleet(), projectiontest.Generate(t, 9, 100), projections.Options{})
			require.NoError(t, r.engine.SaveRebuild(t.Context(), projections.Rebuild{View: "fleet", State: projections.RebuildRunning}))
			stop := serve(t, r)
			wait()
			stop()
			assert.Equal(t, projections.RebuildDone, state(t, r).State)
		})
	})
	t.Run("says why it failed and goes on serving", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			log := projectiontest.Generate(t, 9, 100)
			r := start(t, projections.Fleet(), log, projections.Options{})
			fail := errDisk
			r.Projection = projections.New(projections.Fleet(), r.engine, watched{log, func() error { return fail }}, projectiontest.LogID, projections.Options{})
			defer serve(t, r)()
			require.NoError(t, projections.AskRebuild(t.Context(), r.engine, "fleet"))
			wait()
			request := state(t, r)
			require.Equal(t, projections.RebuildFailed, request.State)
			assert.Contains(t, request.Problem, errDisk.Error())
			fail = nil
			require.NoError(t, projections.AskRebuild(t.Context(), r.engine, "fleet"))
			wait()
			assert.Equal(t, projections.RebuildDone, state(t, r).State)
		})
	})
}

// A log that was restored has the id of the one that was lost, and soon goes past the same positions.
func TestAViewOfTheBranchThatWasLostIsFoldedAnew(t *testing.T) {
	t.Parallel()
	heard := func(n int) *domain.HeartbeatsRecorded {
		return &domain.HeartbeatsRecorded{Until: domain.Instant(1000 * n), Heartbeats: []domain.Heartbeat{
			{ID: "1", VIN: projectiontest.VIN(1), ReceivedAt: domain.Instant(1000 * n)},
		}}
	}
	backup := func() *projectiontest.Log {
		log := projectiontest.NewLog()
		log.Add(t, domain.CustomerStream("c1"), &domain.CustomerRegistered{Customer: domain.Customer{ID: "c1", Name: "Kalle"}})
		register(t, log, 1)
		log.Add(t, "ingest-local", heard(1))
		return log
	}
	for _, view := range projections.All() {
		t.Run(view.Name, func(t *testing.T) {
			t.Parallel()
			lost := backup()
			now := time.Unix(1000, 0)
			r := start(t, view, lost, projections.Options{Now: func() time.Time { return now }})
			now = now.Add(time.Hour) // so that the checkpoint is stored
			for n := range 6 {       // nothing that is kept for ever
				lost.Add(t, "ingest-local", heard(10+n))
				lost.Add(t, domain.EvaluationsStream, evaluated(uint64(n+4)))
			}
			r.rest(t, 3)

			same := projections.New(view, r.engine, lost, projectiontest.LogID, projections.Options{})
			before, err := r.engine.Generations(t.Context(), view.Name)
			require.NoError(t, err)
			_, err = same.From(t.Context())
			require.NoError(t, err)
			after, err := r.engine.Generations(t.Context(), view.Name)
			require.NoError(t, err)
			require.Equal(t, before, after, "a view of this log is not built anew")

			restored := backup()
			restored.Add(t, domain.ConnectionsStream, &domain.ObservationInterrupted{Span: domain.Span{From: 1000, To: 9000}, Why: "restart"})
			register(t, restored, 2)
			for n := range 12 {
				restored.Add(t, "ingest-local", heard(2+n))
			}
			other := projections.New(view, r.engine, restored, projectiontest.LogID, projections.Options{})
			from, err := other.From(t.Context())
			require.NoError(t, err)
			for page, err := range restored.ReadAll(t.Context(), from, view.Types()...) {
				require.NoError(t, err)
				require.NoError(t, other.Handle(t.Context(), eventstore.Delivery{Page: page}))
			}
			fresh := start(t, view, restored, projections.Options{})
			assert.Equal(t, projectiontest.Dump(t, fresh.engine, view.Name), projectiontest.Dump(t, r.engine, view.Name))
		})
	}
}
