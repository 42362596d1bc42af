package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// surviveKills kills the owner of the views, a node and the owner of liveness with -9, one after the other, while a fleet with
// outages pings; what it sent explains everything that was told in the end, and nothing is missing. Each process that was killed is
// started again, to stand by.
func (c *cluster) surviveKills(t *testing.T, nodes []*node) {
	played := play(t, c.balancer(nodes), 50*time.Second, "--vehicles", "200", "--customers", "4", "--seed", "11",
		"--outages", "0.4", "--holes", "0.3", "--mass-outage-every", "10s")
	eventually(t, "the fleet pings", func() bool {
		var page list[vehicle]
		nodes[0].ask(200, "GET", "/api/v1/vehicles?limit=1", nil, &page)
		return page.Counts.Connected > 100
	})
	t.Run("a standby folds the views within 15 s of a kill -9 of their owner", func(t *testing.T) {
		c.killOwners(t, ownedViews...)
	})
	t.Run("a node that is killed is done without", func(t *testing.T) {
		owner := c.owner(ownsLiveness)
		nodes[1].kill()
		c.shown(t, time.Now())
		assert.Same(t, owner, c.owner(ownsLiveness), "W waits for the node, and nobody takes the owner for dead")
		for _, each := range []*node{nodes[0], nodes[2]} {
			assert.True(t, each.ready(), "others go on")
		}
		nodes[1].again()
		c.waitReady()
	})
	t.Run("a standby decides within 15 s of a kill -9 of the owner of liveness", func(t *testing.T) {
		c.killOwners(t, ownsLiveness)
	})
	t.Run("an owner that stops in order is followed at once", func(t *testing.T) {
		owner := c.owner(ownsLiveness)
		owner.stop()
		stopped := time.Now()
		c.owner(ownsLiveness)
		t.Logf("liveness has an owner %s after the end of the last one", since(stopped))
		assert.Less(t, since(stopped), takeover)
	})
	report := played.judged(2 * time.Minute)
	require.NotEmpty(t, report.Errors, "a node was killed")
	l := c.read()
	t.Run("no acknowledged heartbeat is lost, and every disconnection is true", func(t *testing.T) {
		l.requireExact(t, played.truth, 3*time.Second)
	})
	t.Run("no transition is there twice", func(t *testing.T) { l.requireOneWriter(t) })
}

// killOwners kills whoever owns the first of these, requires that others own all that it owned in time, and starts it again.
func (c *cluster) killOwners(t *testing.T, what ...ownership) {
	t.Helper()
	victim := c.owner(what[0])
	lost := victim.all(what)
	victim.kill()
	c.requireTakeover(t, time.Now(), victim, lost)
	victim.again()
	c.waitReady()
}

// all returns what of these a process owns.
func (n *node) all(what []ownership) (its []ownership) {
	for _, each := range what {
		if n.owns(each) {
			its = append(its, each)
		}
	}
	return its
}

// requireTakeover requires that others own what one had that is gone since a moment, in the time that is promised, and that answers
// show it. How long these take is a matter of the engines, and of this machine.
func (c *cluster) requireTakeover(t *testing.T, gone time.Time, former *node, lost []ownership) (heirs map[ownership]*node) {
	t.Helper()
	heirs = map[ownership]*node{}
	for _, each := range lost {
		heirs[each] = c.owner(each)
		took := since(gone)
		require.NotSame(t, former, heirs[each])
		if each == ownsLiveness { // whose work is stamped in the log
			took = c.read().after(t, gone).stored.Sub(gone)
		}
		t.Logf("%s: another process after %s", each, took)
		assert.Less(t, took, takeover)
	}
	c.shown(t, gone)
	return heirs
}

// shownViews are the views that show statuses.
var shownViews = []string{"fleet", "latest", "timeline"}

// shown waits until every view that shows statuses shows what is after a moment.
func (c *cluster) shown(t *testing.T, moment time.Time) {
	t.Helper()
	asker := c.running("api")[0]
	for _, view := range shownViews {
		within(t, 2*patience, "view "+view+" shows what is after a kill", func() bool { return asker.shows(view, moment) })
		t.Logf("%s shows what is after it %s later", view, since(moment))
	}
}

// folded reports whether every view of a node that shows statuses shows a moment after this one.
func (n *node) folded(moment time.Time) bool {
	for _, view := range shownViews {
		if !n.shows(view, moment) {
			return false
		}
	}
	return true
}

// shows reports whether a view shows a moment after this one.
func (n *node) shows(view string, moment time.Time) bool {
	lag, known := n.metric(`fleetbeat_view_lag_seconds{view="` + view + `"}`)
	return known && time.Now().Add(-time.Duration(lag*float64(time.Second))).After(moment)
}
