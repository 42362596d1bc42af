package queries

import (
	"context"

	"fleetbeat/domain"
)

// FollowChanges reads the feed of changes forwards, for those who follow it.
type FollowChanges struct {
	Feed      ChangesReader
	Relations RelationsReader
}

// Folded returns the position up to which every change is there, zero where that is not known yet, and a channel that is
// closed when that may have changed.
func (f FollowChanges) Folded() (domain.Position, <-chan struct{}) { return f.Feed.Folded() }

// Await returns when the feed has every change that the log caused through a position: at once for the zero Position, with
// an Unavailable error where it takes longer than 2 s.
func (f FollowChanges) Await(ctx context.Context, after domain.Position) error {
	_, err := await(ctx, untimed, after, f.Feed)
	return err
}

// Reached reports whether the log has come to a position. One that it has not come to was given by a log that was put back
// to an earlier moment since: to wait for it would be to pass over all that happens until then. The log is asked only where
// the view has not come that far itself.
func (f FollowChanges) Reached(ctx context.Context, at domain.Position) (bool, error) {
	if folded, _ := f.Feed.Folded(); !folded.Before(at) {
		return true, nil
	}
	head, err := f.Feed.Head(ctx)
	return !head.Before(at), err
}

// Tail returns the position after which the last n changes lie.
func (f FollowChanges) Tail(ctx context.Context, n int) (domain.Position, error) {
	return f.Feed.Tail(ctx, n)
}

// After returns the changes after a position that match, with names, in the order of the log, and the position to go on
// from: nothing else lies up to there. It looks at limit changes at most, so none may mean that there are more.
func (f FollowChanges) After(ctx context.Context, after domain.Position, limit int, m ChangeMatcher) ([]Change, domain.Position, error) {
	folded, _ := f.Feed.Folded() // first: what is visible now is what the view showed before, or more
	found, err := f.Feed.Changes(ctx, after, limit)
	if err != nil {
		return nil, after, err
	}
	through := after
	if n := len(found); n > 0 {
		through = found[n-1].Position
	}
	if len(found) < limit && through.Before(folded) {
		through = folded
	}
	matching := found[:0]
	for _, c := range found {
		if m.Match(c.VIN, c.Customer.ID, c.Status) {
			matching = append(matching, c)
		}
	}
	if err := nameCustomers(ctx, f.Relations, matching); err != nil {
		return nil, after, err
	}
	return matching, through, nil
}
