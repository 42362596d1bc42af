package simulate

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/simulate/fleet"
)

func testPlan(t *testing.T, vehicles int) *fleet.Plan {
	t.Helper()
	f, err := fleet.New(4, vehicles, min(vehicles, 5))
	require.NoError(t, err)
	return &fleet.Plan{
		Fleet: f, Seed: 4, Interval: time.Minute, Timeout: 90 * time.Second,
		Outages: .2, Holes: .2, BadClocks: .2, Duplicates: .2, MassOutageEvery: 10 * time.Minute,
	}
}

// sent is a job and when it was handed out.
type sent struct {
	job
	at time.Duration
}

// collect takes what an engine hands out until it ends.
func collect(e *engine, from <-chan job, each func(sent)) {
	for j := range from {
		each(sent{j, time.Since(e.start)})
	}
}

func TestSchedule(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 3))
	s := newSchedule(4)
	var all, got []time.Duration
	take := func(now time.Duration) {
		for {
			e, _, ok := s.due(now)
			if !ok {
				return
			}
			got = append(got, e.at)
		}
	}
	for range 5000 {
		at := time.Duration(random.IntN(10_000))
		all = append(all, at)
		s.add(entry{at: at})
	}
	_, wait, ok := s.due(-5)
	require.False(t, ok)
	slices.Sort(all)
	require.Equal(t, all[0]+5, wait, "it says how long until the next")
	for now := time.Duration(0); now < 10_000; now += 100 {
		take(now)
		require.Equal(t, len(all)-len(got), s.len())
		require.True(t, s.len() == 0 || all[len(got)] > now, "everything that is due is handed out")
	}
	take(10_000)
	require.Equal(t, all, got, "in the order of its moments")
	_, wait, ok = s.due(0)
	require.True(t, !ok && wait < 0, "there is nothing")
}

func TestEverythingIsHandedOutWhenItIsPlanned(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		plan := testPlan(t, 300)
		e := newEngine(plan, 8)
		e.start = time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Hour)
		defer cancel()
		played := make([][]fleet.Step, plan.Fleet.Vehicles())
		keep := func(s sent) {
			assert.GreaterOrEqual(t, s.at, s.step.At, "never early")
			assert.LessOrEqual(t, s.at, s.step.At+2*coalesced, "and never late")
			played[s.vehicle] = append(played[s.vehicle], s.step)
		}
		uploads := make(chan struct{})
		var kept []sent
		go func() { collect(e, e.uploads, func(s sent) { kept = append(kept, s) }); close(uploads) }()
		go e.dispatch(ctx)
		collect(e, e.pings, keep)
		<-uploads
		for _, s := range kept {
			keep(s)
		}
		for v := range plan.Fleet.Vehicles() {
			route := plan.Route(v)
			slices.SortStableFunc(played[v], func(a, b fleet.Step) int { return int(a.Beat - b.Beat) })
			for _, got := range played[v] {
				require.Equal(t, plan.Next(v, &route), got, "vehicle %d does what its plan says", v)
			}
			next := plan.Next(v, &route)
			require.GreaterOrEqual(t, next.At, 2*time.Hour-2*coalesced, "all of it")
		}
	})
}

func TestAStallIsCaughtUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		plan := testPlan(t, 100)
		plan.Outages, plan.Holes, plan.Duplicates, plan.MassOutageEvery = 0, 0, 0, 0
		e := newEngine(plan, 1)
		e.start = time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		go e.dispatch(ctx)
		handed := 0
		collect(e, e.pings, func(s sent) {
			if handed++; handed == 150 {
				<-time.After(2 * time.Minute) // nobody takes anything
			}
		})
		assert.InDelta(t, 1000, handed, 10, "nothing that was planned is left out because the target stalled")
	})
}

func TestRetries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		plan := testPlan(t, 1)
		plan.Outages, plan.Holes, plan.Duplicates, plan.MassOutageEvery = 0, 0, 0, 0
		e := newEngine(plan, 1)
		e.start = time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 150*time.Second)
		defer cancel()
		go e.dispatch(ctx)
		var attempts []int
		collect(e, e.pings, func(s sent) {
			attempts = append(attempts, s.attempt)
			if s.step.Beat == 0 {
				assert.LessOrEqual(t, s.at, s.step.At+time.Duration(s.attempt)*25*time.Second+2*coalesced)
				e.retry(s.job, 25*time.Second)
			}
		})
		assert.Equal(t, []int{0, 1, 2, 0}, attempts[:4], "the same heartbeat, until the next is due")
		assert.EqualValues(t, 2, e.stats.retries.Load())
		assert.EqualValues(t, 1, e.stats.dropped.Load(), "then it is given up")
	})
}

func TestTheRateIsAtMost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEngine(testPlan(t, 600), 1)
		e.start, e.rate = time.Now(), 5
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		go e.dispatch(ctx)
		bySecond := map[int]int{}
		collect(e, e.pings, func(s sent) { bySecond[int(s.at/time.Second)]++ })
		for second := 10; second < 59; second++ { // when there is more to send than may be
			assert.InDelta(t, 5, bySecond[second], 1, "second %d", second)
		}
	})
}

func TestTheEndIsAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEngine(testPlan(t, 100), 1)
		e.start = time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { e.dispatch(ctx); close(ended) }()
		<-time.After(time.Minute) // nobody takes anything: it hangs in handing out
		cancel()
		<-ended
		_, open := <-e.probes
		assert.False(t, open)
		assert.Less(t, time.Since(e.start), time.Minute+time.Second)
	})
}

func TestWhoWatchesIsAskedFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := newEngine(testPlan(t, 200), 64)
		e.start = time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		watched, single := 0, 0
		done := make(chan struct{})
		go func() {
			defer close(done)
			collect(e, e.probes, func(s sent) {
				assert.Equal(t, fleet.Ping, s.step.Kind, "only what is sent once can be watched")
				watched++
				<-time.After(time.Second)
			})
		}()
		go collect(e, e.uploads, func(sent) {})
		go e.dispatch(ctx)
		collect(e, e.pings, func(sent) { single++ })
		<-done
		assert.InDelta(t, 350, watched, 200)
		assert.Greater(t, single, watched, "the others are not held up")
	})
}
