package queries

import (
	"cmp"
	"context"
	"slices"
	"time"

	"fleetbeat/domain"
)

// GetSummary asks for the numbers of the whole fleet.
type GetSummary struct {
	After domain.Position
}

// Summary is the numbers of the whole fleet.
type Summary struct {
	Counts    Counts            `json:"counts"`
	Customers []SummaryCustomer `json:"customers" doc:"Customers that have vehicles, those with most disconnected first"`
	SilentFor []SilentStep      `json:"silentFor" doc:"Disconnected vehicles by how long they have been silent; together they are all of them"`
	Freshness
}

// SummaryCustomer is a customer's numbers.
type SummaryCustomer struct {
	CustomerRef
	Counts Counts `json:"counts"`
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
	Now       Clock
}

// Handle returns the numbers.
func (h GetSummaryHandler) Handle(ctx context.Context, q GetSummary) (Summary, error) {
	fresh, err := await(ctx, h.Now, q.After, h.Counts, h.Relations)
	if err != nil {
		return Summary{}, err
	}
	byCustomer, err := h.Counts.CountsByCustomer(ctx, nil)
	if err != nil {
		return Summary{}, err
	}
	answer := Summary{Freshness: fresh, Customers: make([]SummaryCustomer, 0, len(byCustomer))}
	ids := make([]domain.CustomerID, 0, len(byCustomer))
	for id, counts := range byCustomer {
		ids = append(ids, id)
		answer.Counts.add(counts)
	}
	names := map[domain.CustomerID]domain.Customer{}
	if len(ids) > 0 {
		if names, err = h.Relations.CustomersByID(ctx, ids); err != nil {
			return Summary{}, err
		}
	}
	for id, counts := range byCustomer {
		ref := CustomerRef{ID: id, Name: names[id].Name}
		answer.Customers = append(answer.Customers, SummaryCustomer{CustomerRef: ref, Counts: counts})
	}
	slices.SortFunc(answer.Customers, func(a, b SummaryCustomer) int {
		return cmp.Or(cmp.Compare(b.Counts.Disconnected, a.Counts.Disconnected), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	answer.SilentFor, err = h.ladder(ctx, fresh.AsOf, answer.Counts.Disconnected)
	return answer, err
}

// ladder returns the numbers of disconnected vehicles per step of silence.
func (h GetSummaryHandler) ladder(ctx context.Context, asOf domain.Instant, disconnected int64) ([]SilentStep, error) {
	var moments []domain.Instant
	for _, under := range silentSteps() {
		moments = append(moments, asOf.Add(-time.Duration(under)*time.Second))
	}
	since, err := h.Counts.SilentSince(ctx, moments)
	if err != nil {
		return nil, err
	}
	var steps []SilentStep
	var counted int64
	for i, under := range silentSteps() {
		steps = append(steps, SilentStep{Under: under, Count: max(0, since[i]-counted)})
		counted = max(counted, since[i])
	}
	return append(steps, SilentStep{Count: max(0, disconnected-counted)}), nil
}

func (c *Counts) add(d Counts) {
	c.Connected += d.Connected
	c.Disconnected += d.Disconnected
	c.NeverSeen += d.NeverSeen
}
