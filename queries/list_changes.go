package queries

import (
	"context"

	"fleetbeat/domain"
)

// ListChanges asks for the last transitions.
type ListChanges struct {
	ChangeFilter
	Limit int // 1–200
	After domain.Position
}

// TransitionList is the last transitions, newest first.
type TransitionList struct {
	Items []Change
	// Position is where the answer ends in the log: following the feed from there gives every later change once.
	Position domain.Position
	Freshness
}

// ListChangesHandler answers [ListChanges] from the feed of changes, with names from the relations view.
type ListChangesHandler struct {
	Changes   ChangesReader
	Relations RelationsReader
	Now       Clock
}

// Handle returns the last transitions. Errors are Invalid where the question is, Unavailable where the view does not reach
// After in time, or has yet to find out where it is.
func (h ListChangesHandler) Handle(ctx context.Context, q ListChanges) (TransitionList, error) {
	var err error
	if q.Limit, err = pageSize(q.Limit); err != nil {
		return TransitionList{}, err
	}
	if err := q.check(); err != nil {
		return TransitionList{}, err
	}
	fresh, err := await(ctx, h.Now, q.After, h.Changes)
	if err != nil {
		return TransitionList{}, err
	}
	folded, _ := h.Changes.Folded()
	if folded.IsZero() { // whoever went on from there would get everything again
		return TransitionList{}, &domain.Error{Kind: domain.Unavailable, RetryAfter: 1, Message: "the feed of changes is not there yet"}
	}
	found, err := h.Changes.LastTransitions(ctx, q.ChangeFilter, folded, q.Limit)
	if err != nil {
		return TransitionList{}, err
	}
	if err := nameCustomers(ctx, h.Relations, found); err != nil {
		return TransitionList{}, err
	}
	return TransitionList{Items: found, Position: folded, Freshness: fresh}, nil
}
