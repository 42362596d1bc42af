package domain_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

// spansOf returns the union of spans given as from, to, from, to, …
func spansOf(bounds ...domain.Instant) (s domain.Spans) {
	for i := 0; i < len(bounds); i += 2 {
		s, _ = s.Add(domain.Span{From: bounds[i], To: bounds[i+1]})
	}
	return s
}

func TestSpansAdd(t *testing.T) {
	t.Parallel()
	base := spansOf(10, 20, 30, 40)
	for _, c := range []struct {
		promise  string
		from, to domain.Instant
		want     domain.Spans
		grown    bool
	}{
		{"a span before all goes first", 1, 5, domain.Spans{{From: 1, To: 5}, {From: 10, To: 20}, {From: 30, To: 40}}, true},
		{"a span after all goes last", 50, 60, domain.Spans{{From: 10, To: 20}, {From: 30, To: 40}, {From: 50, To: 60}}, true},
		{"a span in a gap goes between", 22, 28, domain.Spans{{From: 10, To: 20}, {From: 22, To: 28}, {From: 30, To: 40}}, true},
		{"touching the end joins", 20, 25, domain.Spans{{From: 10, To: 25}, {From: 30, To: 40}}, true},
		{"touching the start joins", 25, 30, domain.Spans{{From: 10, To: 20}, {From: 25, To: 40}}, true},
		{"filling a gap exactly joins both", 20, 30, domain.Spans{{From: 10, To: 40}}, true},
		{"covering everything leaves one", 0, 100, domain.Spans{{From: 0, To: 100}}, true},
		{"overlapping two joins them", 15, 35, domain.Spans{{From: 10, To: 40}}, true},
		{"what is covered adds nothing", 12, 18, base, false},
		{"the same again adds nothing", 30, 40, base, false},
		{"an empty span adds nothing", 25, 25, base, false},
		{"a span that ends before it begins adds nothing", 28, 22, base, false},
	} {
		t.Run(c.promise, func(t *testing.T) {
			t.Parallel()
			got, grown := base.Add(domain.Span{From: c.from, To: c.to})
			assert.Equal(t, c.want, got)
			assert.Equal(t, c.grown, grown)
		})
	}
	t.Run("the first span makes a union of one", func(t *testing.T) {
		t.Parallel()
		got, grown := domain.Spans(nil).Add(domain.Span{From: -5, To: 5})
		assert.True(t, grown)
		assert.Equal(t, domain.Spans{{From: -5, To: 5}}, got)
	})
	t.Run("the value that was added to stays as it was", func(t *testing.T) {
		t.Parallel()
		before := slices.Clone(base)
		one, _ := base.Add(domain.Span{From: 50, To: 60})
		two, _ := base.Add(domain.Span{From: 70, To: 80})
		assert.Equal(t, before, base)
		assert.Equal(t, domain.Span{From: 50, To: 60}, one[2])
		assert.Equal(t, domain.Span{From: 70, To: 80}, two[2])
	})
}

func TestSpansCuts(t *testing.T) {
	t.Parallel()
	s := spansOf(10, 20, 30, 40)
	for _, c := range []struct {
		promise string
		got     domain.Spans
		want    domain.Spans
	}{
		{"Begun leaves out what begins later", s.Begun(9), domain.Spans{}},
		{"Begun holds what begins at the moment", s.Begun(10), s[:1]},
		{"Begun holds what has not ended", s.Begun(29), s[:1]},
		{"Begun holds all in the end", s.Begun(30), s},
		{"EndedAfter holds what has not begun", s.EndedAfter(0), s},
		{"EndedAfter holds what is under way", s.EndedAfter(19), s},
		{"EndedAfter leaves out what ends at the moment", s.EndedAfter(20), s[1:]},
		{"EndedAfter holds nothing in the end", s.EndedAfter(40), domain.Spans{}},
		{"no spans have begun of none", domain.Spans(nil).Begun(5), nil},
		{"no spans end of none", domain.Spans(nil).EndedAfter(5), nil},
	} {
		t.Run(c.promise, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, c.got)
		})
	}
}

func TestSpansObserved(t *testing.T) {
	t.Parallel()
	s := spansOf(10, 20, 30, 40)
	for _, c := range []struct {
		promise  string
		from, to domain.Instant
		want     time.Duration
	}{
		{"is all of a time before the spans", 0, 10, 10},
		{"is all of a time between them", 20, 30, 10},
		{"is all of a time after them", 40, 45, 5},
		{"leaves out the spans inside", 0, 50, 30},
		{"is nothing inside a span", 12, 18, 0},
		{"leaves out the part of a span that began before", 15, 25, 5},
		{"leaves out the part of a span that ends after", 25, 35, 5},
		{"is nothing of no time", 25, 25, 0},
		{"is nothing of a time that ends before it begins", 50, 0, 0},
	} {
		t.Run(c.promise, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want*time.Millisecond, s.Observed(c.from, c.to))
		})
	}
}

// spanWidth is how many milliseconds random spans are taken from.
const spanWidth = 64

// TestSpansAgainstBitmap holds Spans to the plainest union there is: one bool a millisecond.
func TestSpansAgainstBitmap(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 8))
	for range 5_000 {
		var s domain.Spans
		var covered [spanWidth]bool
		for range r.IntN(12) {
			span := domain.Span{From: domain.Instant(r.IntN(spanWidth)), To: domain.Instant(r.IntN(spanWidth))}
			more := false
			for i := span.From; i < span.To; i++ {
				more = more || !covered[i]
				covered[i] = true
			}
			sum, grown := s.Add(span)
			require.Equal(t, more, grown, "%v add %v", s, span)
			s = sum
		}
		requireCanonical(t, s)
		require.Equal(t, covered, bitmap(s))

		from, to := domain.Instant(r.IntN(spanWidth)), domain.Instant(r.IntN(spanWidth))
		observed := 0
		for i := from; i < to; i++ {
			if !covered[i] {
				observed++
			}
		}
		require.Equal(t, time.Duration(observed)*time.Millisecond, s.Observed(from, to), "%v from %d to %d", s, from, to)
		for _, span := range s {
			require.Equal(t, span.From <= from, slices.Contains(s.Begun(from), span))
			require.Equal(t, span.To > from, slices.Contains(s.EndedAfter(from), span))
		}
	}
}

func bitmap(s domain.Spans) (covered [spanWidth]bool) {
	for _, span := range s {
		for i := span.From; i < span.To; i++ {
			covered[i] = true
		}
	}
	return covered
}

func requireCanonical(t *testing.T, s domain.Spans) {
	t.Helper()
	for i, span := range s {
		require.Less(t, span.From, span.To, "%v has an empty span", s)
		require.True(t, i == 0 || s[i-1].To < span.From, "%v is not sorted or touches itself", s)
	}
}
