package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// waits is how long W may wait for a node that is gone, with what it takes to find that out.
const waits = 12 * time.Second

// TestClusterWatermark has three nodes, of which one is slow and suspended for a while, one stops in order and one crashes; each
// vehicle pings another node when its own is gone.
func TestClusterWatermark(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("SKIPPED with -short: the watermark of three nodes")
	}
	const timeout, vehicles = 3 * time.Second, 6
	c := newCluster(t, "--interval", "2s", "--grace", "1s")
	judge := c.startAll(1, "liveness")[0]
	c.startAll(1, "projections")
	way, slowLog := c.logBehind()
	crashes, stops, slow := c.start("api", ""), c.start("api", ""), c.start("api", slowLog)
	c.waitReady()
	var to [vehicles]target
	var taken [vehicles]*tally
	for n := range vehicles {
		crashes.register(vin(n), vin(n)[10:], "Pegel AB")
		to[n].Store([]*node{slow, crashes, stops}[n%3].server)
		taken[n] = to[n].tally(t, vin(n), timeout/10)
	}
	way.slow(50 * time.Millisecond)
	goesOn := func(t *testing.T, vehicles ...int) {
		t.Helper()
		for _, n := range vehicles {
			before := taken[n].count.Load()
			eventually(t, "the vehicles of others are heard", func() bool { return taken[n].count.Load() > before+3 })
		}
	}
	passes := func(t *testing.T, moment time.Time) {
		t.Helper()
		eventually(t, "W passes", func() bool {
			lag, known := judge.metric("fleetbeat_watermark_lag_seconds")
			return known && time.Now().Add(-time.Duration(lag*float64(time.Second))).After(moment)
		})
		t.Logf("W passed %s after it", since(moment))
		assert.Less(t, since(moment), waits)
	}
	goesOn(t, 0, 1, 2, 3, 4, 5)

	t.Run("while one is suspended for 3 s others go on, and W waits for it", func(t *testing.T) {
		slow.suspend()
		suspended := time.Now()
		goesOn(t, 1, 2, 4, 5)
		pass(time.Until(suspended.Add(timeout)))
		slow.wake()
		passes(t, suspended)
	})
	t.Run("W does not wait for one that stopped in order", func(t *testing.T) {
		to[2].Store(crashes.server)
		to[5].Store(slow.server)
		stops.stop()
		stopped := time.Now()
		goesOn(t, 2, 5)
		passes(t, stopped)
	})
	t.Run("W waits no longer than 12 s for one that crashed", func(t *testing.T) {
		for _, n := range []int{1, 2, 4} {
			to[n].Store(slow.server)
		}
		crashes.kill()
		crashed := time.Now()
		goesOn(t, 0, 1, 2)
		passes(t, crashed)
	})
	t.Run("both are nodes again when they are started again", func(t *testing.T) {
		stops.again()
		crashes.again()
		c.waitReady()
		began := time.Now()
		passes(t, began)
		to[1].Store(crashes.server)
		to[2].Store(stops.server)
		goesOn(t, 1, 2)
	})
	for _, each := range taken {
		each.stop()
	}
	l := c.read()
	t.Run("nobody was disconnected who pinged all the time", func(t *testing.T) {
		l.requireOneWriter(t)
		l.requireTrue(t, timeout)
		for n := range vehicles {
			l.requireKept(t, vin(n), timeout)
		}
	})
	t.Run("what nobody could hear is in the log as spans", func(t *testing.T) {
		why := map[string]int{}
		for _, s := range l.spans {
			why[s.Why]++
		}
		t.Logf("spans: %+v", l.spans)
		require.Positive(t, why["suspended"], "of the one that was suspended")
		require.Positive(t, why["left_out"], "of the one that crashed")
	})
}
