package truth

// span is a time in which nothing could have been received, milliseconds after the start.
type span struct{ from, to int64 }

// observedSilences is how many timeouts of observed silence disconnect a vehicle whatever the unobserved spans.
const observedSilences = 3

// deadline returns when a vehicle last heard at last is disconnected: a timeout later or, where a span began before that,
// a timeout after the span's end; at the latest when it was silent for three timeouts outside of spans. The spans are in
// order and do not touch.
func deadline(last, timeout int64, spans []span) int64 {
	at, left, from := last+timeout, observedSilences*timeout, last
	for _, s := range spans {
		if s.to <= last {
			continue
		}
		if s.from >= at {
			break
		}
		left -= max(0, s.from-from)
		from = s.to
		at = s.to + min(timeout, left)
	}
	return at
}
