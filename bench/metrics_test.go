package bench

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
)

const exposed = `# HELP lag_seconds How long
# TYPE lag_seconds histogram
lag_seconds_bucket{le="0.1"} 50
lag_seconds_bucket{le="1"} 90
lag_seconds_bucket{le="+Inf"} 100
lag_seconds_sum 12.5
lag_seconds_count 100
process_resident_memory_bytes 1.298235392e+09
vehicles{status="connected"} 7

half a line
`

func TestMetrics(t *testing.T) {
	t.Parallel()
	m := parseMetrics(exposed)
	t.Run("values are found by name and labels", func(t *testing.T) {
		t.Parallel()
		assert.InDelta(t, 1_298_235_392, m["process_resident_memory_bytes"], 0)
		assert.InDelta(t, 7, m[`vehicles{status="connected"}`], 0)
		assert.NotContains(t, m, "half a")
	})
	t.Run("a histogram has its bounds in order, whatever order it was read in", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, histogram{bounds: []float64{0.1, 1, math.Inf(1)}, counts: []float64{50, 90, 100}}, m.histogram("lag_seconds"))
	})
	t.Run("of a histogram that is not there nothing was observed", func(t *testing.T) {
		t.Parallel()
		h := m.histogram("lag")
		assert.Zero(t, h.count())
		assert.Zero(t, h.quantile(0.99))
	})
}

func TestHistogramQuantiles(t *testing.T) {
	t.Parallel()
	h := parseMetrics(exposed).histogram("lag_seconds")
	for q, want := range map[float64]float64{0.25: 0.05, 0.5: 0.1, 0.7: 0.55, 0.9: 1, 0.99: 1} {
		assert.InDelta(t, want, h.quantile(q), 1e-9, "%v", q)
	}
	t.Run("what was observed before is left out", func(t *testing.T) {
		t.Parallel()
		before := histogram{bounds: h.bounds, counts: []float64{50, 50, 50}}
		since := h.since(before)
		assert.InDelta(t, 50, since.count(), 0)
		assert.Greater(t, since.quantile(0.1), 0.1, "the fast ones were before")
		assert.InDelta(t, 100, h.count(), 0, "and h is as it was")
	})
	t.Run("before a server has observed anything, everything is new", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, h, h.since(histogram{}))
	})
}
