package truth

// span is a time in which nothing could have been received, milliseconds after the start.
type span struct{ from, to int64 }

const (
	// observedSilences is how many timeouts of observed silence disconnect a vehicle whatever the unobserved spans.
	observedSilences = 3
	// proofLag is how much later than a deadline, in milliseconds, it may be proven that nothing was received before: a node
	// whose log is further behind is deaf, which begins a span. A span that begins before the proof moves the deadline all
	// the same, and nobody outside knows when the proof came.
	proofLag = 5000
)

// deadlines returns the moments at which a vehicle last heard at last may be disconnected, in their order: a timeout later
// or, where a span began before that was proven, a timeout after the span's end; at the latest when it was silent for
// three timeouts outside of spans. The spans are in order and do not touch. There is more than one moment only where a
// span began within lag after one.
func deadlines(last, timeout int64, spans []span, lag int64) []int64 {
	possible := make([]int64, 0, 1)
	at, left, from := last+timeout, observedSilences*timeout, last
	for _, s := range spans {
		if s.to <= last {
			continue
		}
		if s.from >= at {
			if s.from >= at+lag {
				break
			}
			possible = append(possible, at)
		}
		left = max(0, left-max(0, s.from-from))
		from = s.to
		at = s.to + min(timeout, left)
	}
	return append(possible, at)
}

// earliest and latest are the ends of [deadlines].
func (j *judge) earliest(last int64) int64 { return deadlines(last, j.timeout, j.spans, proofLag)[0] }

func (j *judge) latest(last int64) int64 {
	possible := deadlines(last, j.timeout, j.spans, proofLag)
	return possible[len(possible)-1]
}
