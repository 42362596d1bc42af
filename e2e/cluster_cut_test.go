package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// cutWithin is how soon a node that is cut off from the log must say that it is not ready.
const cutWithin = 2 * time.Second

// TestClusterCutOff cuts nodes off from the log, in the two ways in which networks do, for half of the time after which the others go
// on without them and for longer.
func TestClusterCutOff(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("SKIPPED with -short: nodes that are cut off from the log")
	}
	const timeout = 3 * time.Second
	c := newCluster(t, "--interval", "2s", "--grace", "1s")
	c.startAll(1, "liveness")
	c.startAll(1, "projections")
	refused, refusedLog := c.logBehind()
	dark, darkLog := c.logBehind()
	cut := []*node{c.start("api", refusedLog), c.start("api", darkLog)}
	whole := c.start("api", "")
	c.waitReady()
	var to [3]target
	taken := [3]*tally{}
	for n, s := range append(cut, whole) {
		s.register(vin(n), vin(n)[10:], "Kabel AB")
		to[n].Store(s.server)
		taken[n] = to[n].tally(t, vin(n), timeout/15)
	}
	eventually(t, "all are connected", func() bool {
		var page list[vehicle]
		whole.ask(200, "GET", "/api/v1/vehicles", nil, &page)
		return page.Counts.Connected == 3
	})

	began := time.Now()
	refused.refuse()
	dark.darken()
	left := [2]chan time.Duration{make(chan time.Duration, 1), make(chan time.Duration, 1)}
	for n, each := range cut {
		go func() { left[n] <- each.leaves(began) }()
	}
	for n, way := range []string{"refused", "silent"} {
		t.Run("a node to which the log is "+way+" is not ready within 2 s", func(t *testing.T) {
			after := <-left[n]
			t.Logf("not ready %s after the cut", after)
			assert.LessOrEqual(t, after, cutWithin)
		})
	}
	t.Run("other nodes go on", func(t *testing.T) {
		before := taken[2].count.Load()
		eventually(t, "its vehicle is heard", func() bool { return taken[2].count.Load() > before+10 })
		assert.True(t, whole.ready())
	})
	pass(time.Until(began.Add(6 * time.Second)))
	refused.open()
	opened := time.Now()
	t.Run("a node comes back alone when the log is there again", func(t *testing.T) {
		eventually(t, "it is ready", cut[0].ready)
		t.Logf("ready %s after the log", since(opened))
	})
	pass(time.Until(began.Add(14 * time.Second)))
	dark.lighten()
	opened = time.Now()
	t.Run("a node comes back alone from a network that was dark for longer than others wait", func(t *testing.T) {
		eventually(t, "it is ready", cut[1].ready)
		t.Logf("ready %s after the network", since(opened))
		before := taken[1].count.Load()
		eventually(t, "its vehicle is heard", func() bool { return taken[1].count.Load() > before+10 })
	})
	for _, each := range taken {
		each.stop()
	}
	eventually(t, "views show the end", func() bool { return whole.folded(time.Now().Add(-time.Second)) })
	l := c.read()
	t.Run("no acknowledged heartbeat is lost", func(t *testing.T) {
		for n, each := range taken {
			each.requireStored(t, l.heartbeats[vin(n)])
		}
	})
	t.Run("who could only reach a node that was cut off is silent by the rules alone", func(t *testing.T) {
		l.requireOneWriter(t)
		l.requireTrueFor(t, timeout, taken[1].acknowledged)
		l.requireKept(t, vin(0), timeout)
		l.requireKept(t, vin(2), timeout)
		assert.LessOrEqual(t, len(l.while(vin(1))), 3, "a silence that others had to do without may be found out once")
	})
	t.Run("the timeline shows the time of the cut as unobserved", func(t *testing.T) {
		var unobserved time.Duration
		for _, piece := range whole.timeline(vin(0)) {
			if piece.Status == "unobserved" && piece.To.After(began) {
				unobserved += piece.To.Sub(piece.From)
			}
		}
		t.Logf("unobserved: %s, spans %+v", unobserved, l.spans)
		require.Greater(t, unobserved, 5*time.Second)
	})
}
