package queries

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"fleetbeat/domain"
)

// GetSummary asks for the numbers of the whole fleet.
type GetSummary struct {
	Owner domain.CustomerID // only what this customer owns is there; empty: everything
	After domain.Position
}

// Summary is the numbers of the whole fleet.
type Summary struct {
	Counts    Counts            `json:"counts"`
	Usual     *Range            `json:"usual,omitempty" doc:"How many vehicles are usually disconnected at this hour; absent before there are three days"`
	Customers []SummaryCustomer `json:"customers" doc:"Customers that have vehicles, those with most disconnected first"`
	SilentFor []SilentStep      `json:"silentFor" doc:"Disconnected vehicles by how long they have been silent; together they are all of them"`
	Freshness
}

// SummaryCustomer is a customer's numbers.
type SummaryCustomer struct {
	CustomerRef
	Counts Counts `json:"counts"`
	Usual  *Range `json:"usual,omitempty" doc:"How many of its vehicles are usually disconnected at this hour: the 10th and 90th percentile of the last 7 days; absent before there are three"`
}

// SilentStep is the number of disconnected vehicles that have been silent for less than Under seconds and not less than
// the step before; the last step has no Under.
type SilentStep struct {
	Under int64 `json:"under,omitzero" doc:"Seconds; absent on the last step, which has no end"`
	Count int64 `json:"count"`
}

// silentSteps are the ends of all steps but the last, in seconds: 5 min, 1 h, 1 d and 7 d.
func silentSteps() []int64 { return []int64{300, 3600, 86400, 604800} }

// GetSummaryHandler answers [GetSummary] from counters, whatever the size of the fleet.
type GetSummaryHandler struct {
	Counts    CountsReader
	Relations RelationsReader
	History   HistoryReader
	Usual     *UsualRanges // found in History
	Now       Clock
}

// Handle returns the numbers.
func (h GetSummaryHandler) Handle(ctx context.Context, q GetSummary) (Summary, error) {
	fresh, err := await(ctx, h.Now, q.After, h.Counts, h.Relations, h.History)
	if err != nil {
		return Summary{}, err
	}
	var ids []domain.CustomerID // nil: all
	if q.Owner != "" {
		ids = []domain.CustomerID{q.Owner}
	}
	byCustomer, err := h.Counts.CountsByCustomer(ctx, ids)
	if err != nil {
		return Summary{}, err
	}
	usual, err := h.Usual.At(ctx, fresh.AsOf)
	if err != nil {
		return Summary{}, err
	}
	answer := Summary{Freshness: fresh, Usual: usual(q.Owner)}
	for _, counts := range byCustomer {
		answer.Counts.add(counts)
	}
	if answer.Customers, err = h.customers(ctx, byCustomer, usual); err != nil {
		return Summary{}, err
	}
	answer.SilentFor, err = h.ladder(ctx, q.Owner, fresh.AsOf, answer.Counts.Disconnected)
	return answer, err
}

// customers returns the numbers of customers with their names, those with most disconnected first.
func (h GetSummaryHandler) customers(
	ctx context.Context, byCustomer map[domain.CustomerID]Counts, usual func(domain.CustomerID) *Range,
) ([]SummaryCustomer, error) {
	found := make([]SummaryCustomer, 0, len(byCustomer))
	if len(byCustomer) == 0 {
		return found, nil
	}
	names, err := h.Relations.CustomersByID(ctx, slices.Collect(maps.Keys(byCustomer)))
	if err != nil {
		return nil, err
	}
	for id, counts := range byCustomer {
		ref := CustomerRef{ID: id, Name: names[id].Name}
		found = append(found, SummaryCustomer{CustomerRef: ref, Counts: counts, Usual: usual(id)})
	}
	slices.SortFunc(found, func(a, b SummaryCustomer) int {
		return cmp.Or(cmp.Compare(b.Counts.Disconnected, a.Counts.Disconnected), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return found, nil
}

// ladder returns the numbers of disconnected vehicles per step of silence.
func (h GetSummaryHandler) ladder(
	ctx context.Context, owner domain.CustomerID, asOf domain.Instant, disconnected int64,
) ([]SilentStep, error) {
	since, err := h.Counts.SilentSince(ctx, owner, SilentMoments(asOf))
	if err != nil {
		return nil, err
	}
	return SilentSteps(since, disconnected), nil
}

// SilentMoments returns the moments before which the last heartbeats of all steps of silence but the first lie, newest first.
func SilentMoments(asOf domain.Instant) []domain.Instant {
	var moments []domain.Instant
	for _, under := range silentSteps() {
		moments = append(moments, asOf.Add(-time.Duration(under)*time.Second))
	}
	return moments
}

// SilentSteps returns the numbers of vehicles per step of silence: since says how many were last heard after each of
// [SilentMoments], of disconnected in all.
func SilentSteps(since []int64, disconnected int64) []SilentStep {
	var steps []SilentStep
	var counted int64
	for i, under := range silentSteps() {
		steps = append(steps, SilentStep{Under: under, Count: max(0, since[i]-counted)})
		counted = max(counted, since[i])
	}
	return append(steps, SilentStep{Count: max(0, disconnected-counted)})
}

func (c *Counts) add(d Counts) {
	c.Connected += d.Connected
	c.Disconnected += d.Disconnected
	c.NeverSeen += d.NeverSeen
}
