package e2e

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/internal/testengines"
)

// How large the fleet of the acceptance is, how long it pings and how often. What a release is accepted by, on a quiet machine:
//
//	go test ./e2e -run TestClusterAcceptance -v -timeout 30m -cluster.vehicles 20000 -cluster.duration 10m -cluster.interval 60s
var (
	acceptVehicles = flag.Int("cluster.vehicles", 400, "vehicles in the acceptance of the clustered shape")
	acceptDuration = flag.Duration("cluster.duration", 75*time.Second, "how long they ping, or until the last kill is made good")
	acceptInterval = flag.Duration("cluster.interval", 4*time.Second, "time between two heartbeats of each; half of it is grace")
)

// TestClusterAcceptance kills each engine and the owner of liveness once while a fleet pings, and starts it again: no acknowledged
// heartbeat is lost, the truth of the fleet explains every transition, and all views equal a rebuild.
func TestClusterAcceptance(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("SKIPPED with -short: engines that are killed under load")
	}
	interval, duration := *acceptInterval, *acceptDuration
	timeout := interval + interval/2
	c := newOwnCluster(t, "--interval", interval.String(), "--grace", (interval / 2).String())
	c.startAll(2, "liveness")
	c.startAll(2, "projections")
	nodes := c.startAll(2, "api")
	c.waitReady()
	c.waitOwned()
	played := play(t, c.balancer(nodes), 0, "--vehicles", fmt.Sprint(*acceptVehicles), "--seed", "6", "--outages", "0.3", "--holes", "0.2",
		"--bad-clocks", "0.1", "--duplicates", "0.1", "--mass-outage-every", (max(duration/6, 10*time.Second)).String())
	played.waitPlaying()
	began := time.Now()
	down := max(3*time.Second, duration/30)
	for n, each := range []*testengines.Server{c.postgres, c.elasticsearch, c.log} {
		pass(time.Until(began.Add(duration * time.Duration(1+2*n) / 12)))
		t.Run(each.Name()+" is killed, and everything goes on when it is there again", func(t *testing.T) { c.outage(t, each, down) })
	}
	pass(time.Until(began.Add(duration * 7 / 12)))
	t.Run("the owner of liveness is killed, and a standby decides within 15 s", func(t *testing.T) { c.killOwners(t, ownsLiveness) })
	pass(time.Until(began.Add(duration)))
	played.stop()
	played.judged(5 * time.Minute)
	t.Run("no acknowledged heartbeat is lost, every disconnection is true, and no transition is there twice", func(t *testing.T) {
		l := c.read()
		l.requireExact(t, played.truth, timeout)
		l.requireOneWriter(t)
	})
	t.Run("every view equals its rebuild", func(t *testing.T) {
		c.waitAtRest(4*timeout + 2*patience)
		c.logFigures(t)
		c.requireRebuilt()
	})
}

// outage kills an engine and starts it again, and waits until everything shows the present.
func (c *cluster) outage(t *testing.T, engine *testengines.Server, down time.Duration) {
	t.Helper()
	engine.Kill()
	killed := time.Now()
	pass(down)
	for _, n := range c.running("api") {
		t.Logf("%s of no %s: ready is %t", since(killed), engine.Name(), n.ready())
	}
	require.NoError(t, engine.Restart(t.Context()))
	back := time.Now()
	t.Logf("%s is there again %s after the kill", engine.Name(), since(killed))
	within(t, 4*patience, "all processes are ready", func() bool {
		for _, n := range c.running("") {
			if !n.ready() {
				return false
			}
		}
		return true
	})
	t.Logf("all processes are ready %s after that", since(back))
	asker := c.running("api")[0]
	within(t, 4*patience, "the views show the time after the outage", func() bool { return asker.folded(back) })
	t.Logf("the views show what is after the outage %s after its end", since(back))
	assert.Less(t, since(killed), 10*time.Minute)
}
