package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestClusterFencing suspends owners until others have taken over, and wakes them while there is much to write: two owners at
// once must not both write.
func TestClusterFencing(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("SKIPPED with -short: owners that are suspended and woken")
	}
	c := newCluster(t, "--interval", "2s", "--grace", "1s")
	c.startAll(2, "liveness")
	c.startAll(2, "projections")
	nodes := c.startAll(2, "api")
	c.waitReady()
	c.waitOwned()
	played := play(t, c.balancer(nodes), 36*time.Second, "--vehicles", "200", "--customers", "4", "--seed", "12",
		"--interval", "500ms", "--outages", "0.6", "--holes", "0.3", "--mass-outage-every", "6s")
	eventually(t, "the fleet pings", func() bool {
		var page list[vehicle]
		nodes[0].ask(200, "GET", "/api/v1/vehicles?limit=1", nil, &page)
		return page.Counts.Connected > 100
	})
	t.Run("an owner of liveness that wakes up after a takeover stands by, and has written nothing", func(t *testing.T) {
		woken := c.suspendOwner(t, ownsLiveness)
		t.Logf("the woken one tried to write and was refused: %t", strings.Contains(woken.output.String(), "liveness stands by, another process owns it"))
		c.read().requireOneWriter(t)
	})
	t.Run("an owner of views that wakes up after a takeover stands by", func(t *testing.T) {
		woken := c.suspendOwner(t, ownedViews...)
		t.Logf("writes of the woken one that were refused: %d", strings.Count(woken.output.String(), "checkpoint moved by somebody else"))
	})
	played.judged(2 * time.Minute)
	l := c.read()
	t.Run("no acknowledged heartbeat is lost, and every disconnection is true", func(t *testing.T) {
		l.requireExact(t, played.truth, 3*time.Second)
	})
	t.Run("no transition is there twice", func(t *testing.T) { l.requireOneWriter(t) })
	t.Run("views that two owners wanted to write equal their rebuild", func(t *testing.T) {
		c.waitAtRest(2 * patience)
		c.requireRebuilt()
	})
}

// suspendOwner suspends who owns the first of these until another owns all that it had, wakes it, and requires that it says it
// stands by while the other goes on.
func (c *cluster) suspendOwner(t *testing.T, what ...ownership) (woken *node) {
	t.Helper()
	woken = c.owner(what[0])
	lost := woken.all(what)
	woken.suspend()
	heirs := c.requireTakeover(t, time.Now(), woken, lost)
	woken.wake()
	for _, each := range lost {
		eventually(t, "the woken one says that it does not own "+string(each), func() bool {
			value, known := woken.metric(string(each))
			return known && value == 0
		})
		assert.Same(t, heirs[each], c.owner(each), "the other one keeps it")
	}
	c.waitReady()
	return woken
}

// waitAtRest waits until the whole fleet is silent and every view shows it: nothing changes any more.
func (c *cluster) waitAtRest(limit time.Duration) {
	c.t.Helper()
	asker := c.running("api")[0]
	within(c.t, limit, "all vehicles are silent", func() bool {
		var page list[vehicle]
		asker.ask(200, "GET", "/api/v1/vehicles?limit=1", nil, &page)
		return page.Counts.Connected == 0 && page.Counts.Disconnected > 0
	})
	silent := time.Now()
	within(c.t, 2*patience, "all views have come as far", func() bool { return asker.folded(silent) })
}
