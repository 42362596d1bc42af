package bench

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestFigureOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		promise string
		rounds  []float64
		want    Figure
	}{
		{"of no rounds there is no figure", nil, Figure{}},
		{"one round is everything", []float64{7}, Figure{Median: 7, Min: 7, Max: 7, Low: 7, High: 7, Rounds: []float64{7}}},
		{"rounds stay in their order, the figure is of them sorted", []float64{5, 1, 3, 2, 4}, Figure{Median: 3, Min: 1, Max: 5, Low: 2, High: 4, Rounds: []float64{5, 1, 3, 2, 4}}},
		{"between two rounds lies their mean", []float64{4, 1, 2, 3}, Figure{Median: 2.5, Min: 1, Max: 4, Low: 1.75, High: 3.25, Rounds: []float64{4, 1, 2, 3}}},
	} {
		t.Run(c.promise, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, figureOf(c.rounds))
		})
	}
	t.Run("the figure keeps rounds of its own", func(t *testing.T) {
		t.Parallel()
		rounds := []float64{1, 2}
		figure := figureOf(rounds)
		rounds[0] = 9
		assert.Equal(t, []float64{1, 2}, figure.Rounds)
	})
}

func TestQuantile(t *testing.T) {
	t.Parallel()
	sorted := []float64{10, 20, 30}
	for q, want := range map[float64]float64{0: 10, 0.25: 15, 0.5: 20, 0.75: 25, 1: 30} {
		assert.InDelta(t, want, quantile(sorted, q), 1e-9, "%v", q)
	}
	assert.Zero(t, quantile(nil, 0.5))
}

func TestRatios(t *testing.T) {
	t.Parallel()
	t.Run("each round is divided by the floor of its own turn", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, []float64{0.5, 2}, ratios([]float64{1, 8}, []float64{2, 4}))
	})
	t.Run("a round without its floor counts for nothing", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, []float64{0.5}, ratios([]float64{1, 8, 9}, []float64{2, 0}))
	})
}

func TestPercentile(t *testing.T) {
	t.Parallel()
	took := make([]time.Duration, 100)
	for i := range took {
		took[99-i] = time.Duration(i+1) * time.Second
	}
	for q, want := range map[float64]float64{0: 1, 0.5: 50, 0.95: 95, 0.99: 99, 1: 100} {
		assert.InDelta(t, want, percentile(took, q), 1e-9, "%v", q)
	}
	assert.Equal(t, 100*time.Second, took[0], "what was measured keeps its order")
	assert.InDelta(t, 3, percentile([]time.Duration{time.Second, 3 * time.Second}, 0.95), 1e-9, "of few, the slowest")
	assert.Zero(t, percentile(nil, 0.95))
}
