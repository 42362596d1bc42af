package queries_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const day = 24 * time.Hour

// down returns numbers with so many vehicles disconnected and one connected.
func down(at domain.Instant, n int64) queries.CountsAt {
	return queries.CountsAt{At: at, Counts: queries.Counts{Connected: 1, Disconnected: n}}
}

// usualOf returns the range of customer c1 at a moment, the present hour of a new reading.
func usualOf(t *testing.T, h history, at domain.Instant) *queries.Range {
	t.Helper()
	find, err := queries.NewUsualRanges(h).At(t.Context(), at)
	require.NoError(t, err)
	return find("c1")
}

func TestUsualRange(t *testing.T) {
	t.Parallel()
	of := func(changes ...queries.CountsAt) history {
		return history{changes: map[domain.CustomerID][]queries.CountsAt{"c1": changes}}
	}
	var steps []queries.CountsAt // one more each day, from seven days ago on
	for d := range 8 {
		steps = append(steps, down(ago(7*day)+domain.Instant(d)*domain.Instant(day.Milliseconds())-1, int64(d+1)))
	}
	within := of(down(ago(20*day), 5), down(ago(2*day), 50), down(ago(2*day-time.Hour), 5))
	for _, test := range []struct {
		name string
		h    history
		want *queries.Range
	}{
		{"is what always was", of(down(ago(20*day), 4)), &queries.Range{Lo: 4, Hi: 4}},
		{"is the 3rd and the 26th of 28 samples", of(steps...), &queries.Range{Lo: 1, Hi: 7}},
		{"knows nothing of today", of(down(ago(20*day), 4), down(ago(time.Minute), 90)), &queries.Range{Lo: 4, Hi: 4}},
		{"knows nothing of other hours", of(down(ago(20*day), 4), down(ago(3*day+time.Minute), 90), down(ago(3*day), 4), down(ago(2*day-time.Hour), 80), down(ago(day+time.Minute), 4)),
			&queries.Range{Lo: 4, Hi: 4}},
		{"counts the four ends of quarters", within, &queries.Range{Lo: 5, Hi: 50}},
		{"is absent without a past", of(), nil},
		{"is absent for a customer of two days", of(down(ago(2*day+time.Minute), 4)), nil},
		{"is there for a customer of three days", of(down(ago(3*day), 4)), &queries.Range{Lo: 4, Hi: 4}},
		{"is there for a customer whose third day began within the hour", of(down(ago(3*day-59*time.Minute), 4)), &queries.Range{Lo: 4, Hi: 4}},
		{"is absent for a customer whose third day began after the hour", of(down(ago(3*day-time.Hour), 4)), nil},
		{"leaves out days without vehicles", of(down(ago(20*day), 4), queries.CountsAt{At: ago(5 * day)}, down(ago(4*day), 9)), &queries.Range{Lo: 4, Hi: 9}},
		{"is absent where the vehicles went away five days ago", of(down(ago(20*day), 4), queries.CountsAt{At: ago(5*day + time.Hour)}), nil},
		{"is zero where nothing ever was disconnected", of(down(ago(20*day), 0)), &queries.Range{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, usualOf(t, test.h, noon()))
			assert.Equal(t, test.want, usualOf(t, test.h, noon()+3_599_999), "to the end of the hour")
		})
	}
	t.Run("leaves out what nobody has seen", func(t *testing.T) {
		t.Parallel()
		h := of(down(ago(20*day), 4), down(ago(2*day+time.Minute), 90))
		h.spans = domain.Spans{{From: ago(2*day - time.Minute), To: ago(0)}}
		assert.Equal(t, &queries.Range{Lo: 4, Hi: 4}, usualOf(t, h, noon()))
		h.spans = domain.Spans{{From: ago(5 * day), To: ago(time.Hour)}}
		assert.Nil(t, usualOf(t, h, noon()), "two days are left")
	})
}

// byDefinition is the range as it is described, looking at every sample for itself.
func byDefinition(h history, id domain.CustomerID, at domain.Instant) *queries.Range {
	hour := domain.InstantOf(at.Time().Truncate(time.Hour))
	var samples []int64
	days := 0
	for d := 1; d <= 7; d++ {
		any := false
		for q := 1; q <= 4; q++ {
			moment := hour.Add(-time.Duration(d)*day + time.Duration(q)*15*time.Minute)
			c := h.before(id, moment)
			hidden := slices.ContainsFunc(h.spans, func(s domain.Span) bool { return s.From < moment && moment < s.To })
			if c != (queries.Counts{}) && !hidden {
				samples, any = append(samples, c.Disconnected), true
			}
		}
		if any {
			days++
		}
	}
	if days < 3 {
		return nil
	}
	slices.Sort(samples)
	rank := func(tenths int) int64 { // the smallest number that so many tenths of the samples do not exceed
		for i, n := range samples {
			if 10*(i+1) >= tenths*len(samples) {
				return n
			}
		}
		return 0
	}
	return &queries.Range{Lo: rank(1), Hi: rank(9)}
}

func TestUsualRangesAreThoseOfTheDefinition(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		random := rand.New(rand.NewPCG(seed, 9))
		reads := 0
		h := history{changes: map[domain.CustomerID][]queries.CountsAt{}, reads: &reads}
		for _, id := range []domain.CustomerID{"", "c1", "c2", "c3"} {
			at := ago(time.Duration(random.IntN(int(11 * day))))
			for at < noon()+domain.Instant(2*day.Milliseconds()) {
				change := down(at, random.Int64N(30))
				if random.IntN(8) == 0 {
					change.Counts = queries.Counts{}
				}
				h.changes[id] = append(h.changes[id], change)
				at = at.Add(time.Duration(random.IntN(int(5 * time.Hour))))
			}
		}
		for range random.IntN(4) {
			from := ago(time.Duration(random.IntN(int(8 * day))))
			h.spans, _ = h.spans.Add(domain.Span{From: from, To: from.Add(time.Duration(random.IntN(int(12 * time.Hour))))})
		}
		usual := queries.NewUsualRanges(h)
		for hour := range 24 {
			at := noon().Add(time.Duration(hour)*time.Hour + time.Duration(random.IntN(int(time.Hour))))
			find, err := usual.At(t.Context(), at)
			require.NoError(t, err)
			for _, id := range []domain.CustomerID{"", "c1", "c2", "c3", "nobody"} {
				require.Equal(t, byDefinition(h, id, at), find(id), "seed %d, %s at %s", seed, id, at)
			}
		}
		assert.Equal(t, 2*len(h.changes), reads, "the week is read once in 21 hours")
		_, err := usual.At(t.Context(), noon())
		require.NoError(t, err)
		assert.Equal(t, 3*len(h.changes), reads, "and again for an hour before those known")
	}
}

func TestUsualRangesAfterAFailure(t *testing.T) {
	t.Parallel()
	usual := queries.NewUsualRanges(history{readErr: errBroken})
	for range 2 {
		_, err := usual.At(t.Context(), noon())
		require.ErrorIs(t, err, errBroken, "it is tried again")
	}
}

// slow is a history that is being read until its caller gives up.
type slow struct {
	history
	reading chan struct{}
}

func (s slow) EachCustomer(ctx context.Context, _, _ domain.Instant, _ func(domain.CustomerID, []queries.CountsAt)) error {
	close(s.reading)
	<-ctx.Done()
	return ctx.Err()
}

func TestUsualRangesDoNotHoldUpWhoGivesUp(t *testing.T) {
	t.Parallel()
	h := slow{reading: make(chan struct{})}
	usual := queries.NewUsualRanges(h)
	reading, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, err := usual.At(reading, noon())
		ended <- err
	}()
	<-h.reading
	waiting, giveUp := context.WithCancel(t.Context())
	giveUp()
	_, err := usual.At(waiting, noon())
	require.ErrorIs(t, err, context.Canceled)
	stop()
	require.ErrorIs(t, <-ended, context.Canceled)
}
