package domain

import (
	"sort"
	"time"
)

// Span is a time from From up to To.
type Span struct {
	From Instant `json:"from"`
	To   Instant `json:"to"`
}

// Spans is a union of spans: sorted, not touching each other. It holds the times in which heartbeats could not have been
// received. The zero Spans is empty. A Spans value is not changed once made.
type Spans []Span

// Add returns the union with one more span, and whether that is more than before. A span that is empty or already
// covered adds nothing.
func (s Spans) Add(span Span) (Spans, bool) {
	if span.To <= span.From {
		return s, false
	}
	from := sort.Search(len(s), func(i int) bool { return s[i].To >= span.From })
	to := from
	for to < len(s) && s[to].From <= span.To {
		to++
	}
	if to == from+1 && s[from].From <= span.From && s[from].To >= span.To {
		return s, false
	}
	if to > from {
		span = Span{min(span.From, s[from].From), max(span.To, s[to-1].To)}
	}
	sum := make(Spans, 0, len(s)-(to-from)+1)
	sum = append(append(sum, s[:from]...), span)
	return append(sum, s[to:]...), true
}

// Begun returns the spans that began at t or before.
func (s Spans) Begun(t Instant) Spans {
	return s[:sort.Search(len(s), func(i int) bool { return s[i].From > t })]
}

// EndedAfter returns the spans that ended after t.
func (s Spans) EndedAfter(t Instant) Spans {
	return s[sort.Search(len(s), func(i int) bool { return s[i].To > t }):]
}

// Observed returns how much of the time from one moment to another lies outside the union.
func (s Spans) Observed(from, to Instant) time.Duration {
	if to <= from {
		return 0
	}
	observed := to - from
	for _, span := range s.EndedAfter(from) {
		if span.From >= to {
			break
		}
		observed -= min(span.To, to) - max(span.From, from)
	}
	return time.Duration(observed) * time.Millisecond
}
