package simulate

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/simulate/target"
	"fleetbeat/simulate/truth"
)

func connect(t *testing.T, url string) (target.Address, *target.Client) {
	t.Helper()
	address, err := target.ParseAddress(url, "")
	require.NoError(t, err)
	client := target.NewClient(address)
	t.Cleanup(client.Close)
	return address, client
}

// played is an engine that has seen some things.
func played(t *testing.T) *engine {
	t.Helper()
	e := newEngine(testPlan(t, 10), 1)
	e.start, e.run = time.Now(), "r"
	for i := range 100 {
		e.stats.pings.Add(1)
		e.stats.answered.add(time.Duration(i+1) * time.Millisecond)
		e.stats.connects.add(200 * time.Millisecond)
	}
	e.stats.disconnect.add(20 * time.Second)
	e.stats.failed("503")
	e.stats.failed("503")
	e.stats.failed("timeout")
	e.stats.late.Add(7)
	return e
}

func TestReport(t *testing.T) {
	t.Parallel()
	r := played(t).report("http://x", 50*time.Second)
	assert.InDelta(t, 2, r.PingsASecond, 1e-9)
	assert.Equal(t, map[string]int64{"503": 2, "timeout": 1}, r.Errors)
	assert.InDelta(t, 50, r.Answered.P50, 2)
	assert.InDelta(t, 99, r.Answered.P99, 4)
	assert.InDelta(t, 100, r.Answered.Max, .01)
	r.Check = &truth.Findings{Count: 1, Unexplained: []truth.Unexplained{{VIN: "V", What: "it was"}}}
	var text strings.Builder
	require.NoError(t, r.Write(&text))
	for _, part := range []string{
		"100 acknowledged, 2/s; 7 late", "2 × 503, 1 × timeout", "202 → visible (GET)    none",
		"deadline → visible     p50 20.0 s · p99 20.0 s · max 20.0 s  (1)", "not explained          1\n  V ",
	} {
		assert.Contains(t, text.String(), part)
	}
}

func TestProgress(t *testing.T) {
	t.Parallel()
	t.Run("a line tells what happened since the last", func(t *testing.T) {
		t.Parallel()
		p := &progress{engine: played(t)}
		assert.Equal(t, "01:40  1/s  3 errors  7 late  ms p50/p99: 202 50/100  visible 200/200  deadline 20000/20000", p.line(100*time.Second))
		assert.Equal(t, "01:50  0/s  3 errors  7 late  ms p50/p99: 202 –  visible –  deadline –", p.line(110*time.Second))
	})
	for name, c := range map[string]struct {
		live bool
		want int
	}{"a terminal has a line that is written over each second": {true, 30}, "anything else a line every ten": {false, 3}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var out strings.Builder
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second+time.Millisecond)
				defer cancel()
				(&progress{engine: played(t), out: &out, live: c.live}).tell(ctx)
				assert.Equal(t, c.want, strings.Count(out.String(), "errors"))
				assert.Equal(t, c.live, strings.Contains(out.String(), "\r\x1b[K"))
				assert.Equal(t, !c.live, strings.Contains(out.String(), "\n"))
			})
		})
	}
}
