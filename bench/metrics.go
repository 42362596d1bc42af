package bench

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// metrics are values by name and labels, as /metrics writes them.
type metrics map[string]float64

// parseMetrics reads the text format of Prometheus, as far as our own server writes it: without times.
func parseMetrics(text string) metrics {
	m := metrics{}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		line = strings.TrimSpace(line)
		at := strings.LastIndexByte(line, ' ')
		if at < 0 {
			continue
		}
		if value, err := strconv.ParseFloat(line[at+1:], 64); err == nil {
			m[line[:at]] = value
		}
	}
	return m
}

// histogram is how many observations were at most so many seconds.
type histogram struct {
	bounds []float64 // rising; the last is +Inf
	counts []float64 // cumulative
}

// histogram returns a histogram without labels; an empty one where there is none.
func (m metrics) histogram(name string) (h histogram) {
	counts := map[float64]float64{}
	for key, value := range m {
		rest, found := strings.CutPrefix(key, name+`_bucket{le="`)
		if !found {
			continue
		}
		if bound, err := strconv.ParseFloat(strings.TrimSuffix(rest, `"}`), 64); err == nil {
			counts[bound] = value
			h.bounds = append(h.bounds, bound)
		}
	}
	slices.Sort(h.bounds)
	for _, bound := range h.bounds {
		h.counts = append(h.counts, counts[bound])
	}
	return h
}

// since returns what was observed after before.
func (h histogram) since(before histogram) histogram {
	after := histogram{bounds: h.bounds, counts: slices.Clone(h.counts)}
	for i := range min(len(after.counts), len(before.counts)) {
		after.counts[i] -= before.counts[i]
	}
	return after
}

func (h histogram) count() float64 {
	if len(h.counts) == 0 {
		return 0
	}
	return h.counts[len(h.counts)-1]
}

// quantile interpolates within a bucket, as Prometheus does; past the last bound it can only say that bound.
func (h histogram) quantile(q float64) float64 {
	if h.count() == 0 {
		return 0
	}
	rank := q * h.count()
	i := slices.IndexFunc(h.counts, func(c float64) bool { return c >= rank })
	low, under := 0.0, 0.0
	if i > 0 {
		low, under = h.bounds[i-1], h.counts[i-1]
	}
	if math.IsInf(h.bounds[i], 1) || h.counts[i] == under {
		return low
	}
	return low + (h.bounds[i]-low)*(rank-under)/(h.counts[i]-under)
}
