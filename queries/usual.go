package queries

import (
	"context"
	"slices"
	"time"

	"fleetbeat/domain"
)

// Range is what is usual: most numbers lie from Lo to Hi.
type Range struct {
	Lo int64 `json:"lo" doc:"The 10th percentile"`
	Hi int64 `json:"hi" doc:"The 90th percentile"`
}

const (
	usualDays      = 7  // days before today that are looked at
	usualLeastDays = 3  // fewer are no habit
	usualAhead     = 20 // hours that are found beside the present one
	quarters       = int(time.Hour / QuarterLength)
)

// UsualRanges knows how many vehicles of each customer are usually disconnected at an hour of the day (UTC).
//
// Samples are the numbers of disconnected vehicles at the ends of the four quarters of that hour, on each of the seven days
// before: at 14:37 those at 14:15, 14:30, 14:45 and 15:00 from seven days ago to yesterday. The vehicles are those that the
// customer had then: one that was moved counts for its former owner until it was, a decommissioned one until it was. There
// is no sample where the customer had no vehicles, nor inside an unobserved span, whose numbers nobody has seen. Without
// samples of three days there is no range. The ends of the range are the 10th and 90th percentile by nearest rank: of n
// samples in order those at ⌈n/10⌉ and ⌈9n/10⌉, so both are numbers that occurred.
//
// All samples of the next hours lie in the past too. So the week is read once in 21 hours, and answers in between come from
// memory: 16 bytes an hour and customer. Many goroutines may use it at once; the first to ask reads, the others wait.
type UsualRanges struct {
	history HistoryReader
	turn    chan struct{} // held by whoever reads or looks
	from    domain.Instant
	known   map[domain.CustomerID][]hourRange
}

// hourRange is a range, if there is one.
type hourRange struct {
	Range
	known bool
}

// NewUsualRanges returns ranges found in a history.
func NewUsualRanges(history HistoryReader) *UsualRanges {
	return &UsualRanges{history: history, turn: make(chan struct{}, 1)}
}

// At returns what finds the range of a customer, or of the whole fleet for none, at the hour that a moment lies in; nil
// where there is none.
func (u *UsualRanges) At(ctx context.Context, at domain.Instant) (func(domain.CustomerID) *Range, error) {
	select {
	case u.turn <- struct{}{}:
		defer func() { <-u.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	hour := at - at%domain.Instant(time.Hour.Milliseconds())
	ahead := int(hour.Sub(u.from) / time.Hour)
	if u.known == nil || hour < u.from || ahead > usualAhead {
		known, err := u.read(ctx, hour)
		if err != nil {
			return nil, err
		}
		u.known, u.from, ahead = known, hour, 0
	}
	known := u.known // replaced as a whole, never changed
	return func(id domain.CustomerID) *Range {
		if ranges := known[id]; ranges != nil && ranges[ahead].known {
			found := ranges[ahead].Range
			return &found
		}
		return nil
	}, nil
}

// read finds the ranges of an hour and those that follow it.
func (u *UsualRanges) read(ctx context.Context, hour domain.Instant) (map[domain.CustomerID][]hourRange, error) {
	from := hour.Add(-usualDays * 24 * time.Hour)
	to := hour.Add((usualAhead + 1 - 24) * time.Hour)
	spans, err := u.history.Spans(ctx, from, to)
	if err != nil {
		return nil, err
	}
	known := map[domain.CustomerID][]hourRange{}
	week := newWeek(from, to, spans)
	err = u.history.EachCustomer(ctx, from, to, func(id domain.CustomerID, counts []CountsAt) {
		week.fill(counts)
		var ranges []hourRange
		for ahead := range usualAhead + 1 {
			found := week.usual(ahead)
			if found.known && ranges == nil {
				ranges = make([]hourRange, usualAhead+1)
			}
			if found.known {
				ranges[ahead] = found
			}
		}
		if ranges != nil {
			known[id] = ranges
		}
	})
	return known, err
}

// week is samples of one customer, a quarter of an hour each; it is filled for one after the other.
type week struct {
	from     domain.Instant
	observed []bool
	samples  []int64 // noSample where there is none
	sorted   []int64
}

const noSample = -1

func newWeek(from, to domain.Instant, spans domain.Spans) *week {
	n := int(to.Sub(from) / QuarterLength)
	w := &week{from: from, observed: make([]bool, n), samples: make([]int64, n)}
	for i := range w.observed {
		end := from.Add(time.Duration(i+1) * QuarterLength)
		within := spans.EndedAfter(end)
		w.observed[i] = len(within) == 0 || within[0].From >= end
	}
	return w
}

// fill takes the samples from numbers that begin at the week's beginning.
func (w *week) fill(counts []CountsAt) {
	for i := range w.samples {
		end := w.from.Add(time.Duration(i+1) * QuarterLength)
		for len(counts) > 1 && counts[1].At <= end {
			counts = counts[1:]
		}
		w.samples[i] = noSample
		if now := counts[0].Counts; w.observed[i] && now.Connected+now.Disconnected+now.NeverSeen > 0 {
			w.samples[i] = now.Disconnected
		}
	}
}

// usual returns the range of the hour that is so many hours ahead of the week's beginning.
func (w *week) usual(ahead int) hourRange {
	w.sorted = w.sorted[:0]
	days := 0
	for day := range usualDays {
		before := len(w.sorted)
		first := (day*24 + ahead) * quarters
		for _, n := range w.samples[first : first+quarters] {
			if n != noSample {
				w.sorted = append(w.sorted, n)
			}
		}
		if len(w.sorted) > before {
			days++
		}
	}
	if days < usualLeastDays {
		return hourRange{}
	}
	slices.Sort(w.sorted)
	n := len(w.sorted)
	return hourRange{Range{Lo: w.sorted[(n+9)/10-1], Hi: w.sorted[(9*n+9)/10-1]}, true}
}
