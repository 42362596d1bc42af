package bench

import (
	"slices"
	"time"
)

// Figure is what the rounds of a row came to. The middle half (from Low to High) is where the rounds agree.
type Figure struct {
	Median float64   `json:"median"`
	Min    float64   `json:"min"`
	Max    float64   `json:"max"`
	Low    float64   `json:"low"`  // the first quartile
	High   float64   `json:"high"` // the third quartile
	Rounds []float64 `json:"rounds"`
}

// figureOf returns the figure of rounds, in the order in which they were; of none the zero Figure.
func figureOf(rounds []float64) Figure {
	if len(rounds) == 0 {
		return Figure{}
	}
	sorted := slices.Sorted(slices.Values(rounds))
	return Figure{
		Median: quantile(sorted, 0.5), Min: sorted[0], Max: sorted[len(sorted)-1],
		Low: quantile(sorted, 0.25), High: quantile(sorted, 0.75), Rounds: slices.Clone(rounds),
	}
}

// quantile returns the value below which a share q of sorted values lies, between two neighbours in proportion. It is 0 of
// none.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 == len(sorted) {
		return sorted[i]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// ratios divides round by round: rounds that took turns saw the same machine.
func ratios(measured, floor []float64) (all []float64) {
	for i := range min(len(measured), len(floor)) {
		if floor[i] > 0 {
			all = append(all, measured[i]/floor[i])
		}
	}
	return all
}

// percentile returns the time, in seconds, that a share q of requests did not exceed: the first that at least that share
// reached, never a value between two.
func percentile(took []time.Duration, q float64) float64 {
	if len(took) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(took))
	i := int(q*float64(len(sorted)) + 0.999999)
	return sorted[max(0, min(i, len(sorted))-1)].Seconds()
}
