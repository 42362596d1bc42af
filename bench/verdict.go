package bench

import (
	"fmt"
	"strconv"
)

// Verdict says whether a row is what it should be.
type Verdict string

// The verdicts.
const (
	Met       Verdict = "met"
	Missed    Verdict = "missed"
	Noisy     Verdict = "noisy"      // the rounds do not agree, or it was missed while other processes took the cores
	NotJudged Verdict = "not judged" // nothing is wanted, or it is wanted of a larger fleet
)

// Want is what a row should come to: a share of its floor, or a figure of its own.
type Want struct {
	RatioAtLeast float64 `json:"ratioAtLeast,omitzero"`
	AtMost       float64 `json:"atMost,omitzero"`   // in the row's unit
	Vehicles     int     `json:"vehicles,omitzero"` // the least fleet that it is wanted of
}

// Text says what is wanted in words, "" for nothing.
func (w Want) Text(unit Unit) string {
	of := ""
	if w.Vehicles > 0 {
		of = " at " + grouped(float64(w.Vehicles)) + " vehicles"
	}
	switch {
	case w.RatioAtLeast > 0:
		return "≥ " + strconv.FormatFloat(w.RatioAtLeast, 'g', 3, 64) + " of the floor" + of
	case w.AtMost > 0:
		return fmt.Sprintf("≤ %s%s", unit.Text(w.AtMost), of)
	}
	return ""
}

// judge compares what the rounds came to with what is wanted, for a fleet of so many vehicles, while others took a share of
// the cores. A median alone would call a row met that misses it in every other run: where the middle half of the rounds
// lies on both sides of what is wanted, that is the verdict. What is met on a busy machine is met; what is missed there says
// nothing.
func (w Want) judge(measured Figure, ratio *Figure, vehicles int, others float64) Verdict {
	var reached func(float64) bool
	figure := measured
	switch {
	case vehicles < w.Vehicles || len(measured.Rounds) == 0:
		return NotJudged
	case w.RatioAtLeast > 0 && ratio != nil && len(ratio.Rounds) > 0:
		figure = *ratio
		reached = func(x float64) bool { return x >= w.RatioAtLeast }
	case w.AtMost > 0:
		reached = func(x float64) bool { return x <= w.AtMost }
	default:
		return NotJudged
	}
	switch {
	case reached(figure.Low) != reached(figure.High):
		return Noisy
	case reached(figure.Median):
		return Met
	case others > busyWithOthers:
		return Noisy
	}
	return Missed
}
