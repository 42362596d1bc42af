package queries

import (
	"context"
	"slices"
	"time"

	"fleetbeat/domain"
)

const (
	historyWindow = 24 * time.Hour
	// MaxHistory is the longest window of a history: five weeks, 3,361 quarters of an hour at most.
	MaxHistory = 35 * 24 * time.Hour
)

// GetHistory asks for the numbers of the past, of the whole fleet or of some customers together.
type GetHistory struct {
	Customers []domain.CustomerID // none: the whole fleet; one that is not there has no vehicles
	Owner     domain.CustomerID   // only what this customer owns is there; empty: everything
	From      domain.Instant      // zero: 24 h before To
	To        domain.Instant      // zero: asOf
	After     domain.Position
}

// History is the numbers of vehicles per quarter of an hour.
type History struct {
	Quarters   []HistoryQuarter `json:"quarters" doc:"The quarters of an hour that the window touches, oldest first; the last may be unfinished"`
	Unobserved []domain.Span    `json:"unobserved" doc:"When heartbeats could not have been received, within these quarters: numbers do not change then and mean nothing"`
	Freshness
}

// HistoryQuarter is the numbers at the end of a quarter of an hour.
type HistoryQuarter struct {
	From   domain.Instant `json:"from" format:"date-time" doc:"A whole quarter of an hour, UTC"`
	To     domain.Instant `json:"to" format:"date-time" doc:"15 minutes later, or asOf in the quarter that is not over yet"`
	Counts Counts         `json:"counts" doc:"Vehicles per status at to"`
}

// GetHistoryHandler answers [GetHistory] from the timeline view.
type GetHistoryHandler struct {
	History HistoryReader
	Now     Clock
}

// Handle returns the numbers at the end of every quarter of an hour that the window touches, up to asOf. Errors are Invalid
// for a window without length or of more than [MaxHistory], Unavailable where the view does not reach After in time.
func (h GetHistoryHandler) Handle(ctx context.Context, q GetHistory) (History, error) {
	if err := checkValues("customer", len(q.Customers)); err != nil {
		return History{}, err
	}
	fresh, err := await(ctx, h.Now, q.After, h.History)
	if err != nil {
		return History{}, err
	}
	window, err := q.window(fresh.AsOf)
	if err != nil {
		return History{}, err
	}
	answer := History{Quarters: []HistoryQuarter{}, Unobserved: []domain.Span{}, Freshness: fresh}
	if window.From >= window.To {
		return answer, nil // it lies in the future
	}
	spans, err := h.History.Spans(ctx, window.From, window.To)
	if err != nil {
		return History{}, err
	}
	for _, span := range spans {
		span = domain.Span{From: max(span.From, window.From), To: min(span.To, window.To)}
		if span.From < span.To {
			answer.Unobserved = append(answer.Unobserved, span)
		}
	}
	sums, err := h.sums(ctx, q.owners(), window)
	if err != nil {
		return History{}, err
	}
	for i, counts := range sums {
		from := window.From.Add(time.Duration(i) * QuarterLength)
		to := min(from.Add(QuarterLength), fresh.AsOf)
		answer.Quarters = append(answer.Quarters, HistoryQuarter{From: from, To: to, Counts: counts})
	}
	return answer, nil
}

// owners returns the customers that are asked for, each once; no id stands for the whole fleet. What another customer owns
// is not there, like a customer that is not.
func (q GetHistory) owners() []domain.CustomerID {
	switch {
	case q.Owner == "" && len(q.Customers) == 0:
		return []domain.CustomerID{""}
	case q.Owner == "":
		ids := slices.Clone(q.Customers)
		slices.Sort(ids)
		return slices.Compact(ids)
	case len(q.Customers) == 0 || slices.Contains(q.Customers, q.Owner):
		return []domain.CustomerID{q.Owner}
	}
	return nil
}

// sums returns the numbers of customers together at the end of each quarter of a window.
func (h GetHistoryHandler) sums(ctx context.Context, ids []domain.CustomerID, window domain.Span) ([]Counts, error) {
	sums := make([]Counts, (window.To-window.From-1)/domain.Instant(QuarterLength.Milliseconds())+1)
	for _, id := range ids {
		counts, err := h.History.Quarters(ctx, id, window.From, window.To)
		if err != nil {
			return nil, err
		}
		for i := range sums {
			end := window.From.Add(time.Duration(i+1) * QuarterLength)
			for len(counts) > 1 && counts[1].At <= end {
				counts = counts[1:]
			}
			sums[i].add(counts[0].Counts)
		}
	}
	return sums, nil
}

// window returns the quarters of an hour that the window touches: from the beginning of the first to the end of the last
// or asOf.
func (q GetHistory) window(asOf domain.Instant) (domain.Span, error) {
	window := domain.Span{From: q.From, To: q.To}
	if window.To.IsZero() || window.To > asOf {
		window.To = asOf
	}
	if window.From.IsZero() {
		window.From = window.To.Add(-historyWindow)
	}
	if !q.To.IsZero() && window.From >= q.To {
		return window, domain.InvalidField("from", "must be before to")
	}
	if window.To-window.From > domain.Instant(MaxHistory.Milliseconds()) { // a Duration has no room for every difference
		return window, domain.InvalidField("from", "must be at most %d days before to", int(MaxHistory.Hours()/24))
	}
	last := window.To - 1 // a window that ends with a quarter does not touch the next
	return domain.Span{From: quarterOf(window.From), To: min(quarterOf(last).Add(QuarterLength), asOf)}, nil
}
