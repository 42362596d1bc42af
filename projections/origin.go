package projections

import (
	"context"
	"fmt"
	"slices"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// origin is the log that a view is to be folded from: what is stored may be of another.
type origin struct {
	view  View
	log   Log
	logID string
}

func (p *Projection) origin() origin { return origin{p.view, p.log, p.logID} }

// ofThisLog reports whether what was folded into a generation is how this log begins. A log that was restored from a
// backup goes its own way from there on, under the same id and soon past the same positions.
func (o origin) ofThisLog(ctx context.Context, g Generation) (bool, error) {
	c := g.Checkpoint
	if c.LogID != o.logID {
		return false, nil
	}
	head, err := o.log.Head(ctx)
	if err != nil {
		return false, fmt.Errorf("read the head of the log: %w", err)
	}
	if head.Before(c.Position) {
		return false, nil
	}
	at, found, err := o.kept(ctx, c.Kept)
	if err != nil || !found {
		return false, err
	}
	if g.Version != o.view.Version {
		return true, nil // which events it folded is not known any more
	}
	return o.nothingBetween(ctx, at, c.Position)
}

// kept returns where the log has an event, and whether it has it.
func (o origin) kept(ctx context.Context, k Kept) (at domain.Position, found bool, err error) {
	if k == (Kept{}) {
		return at, true, nil
	}
	for r, err := range o.log.ReadStream(ctx, k.Stream, eventstore.Revision(k.Revision), eventstore.Forwards) {
		if err != nil {
			return at, false, fmt.Errorf("read event %d of %q: %w", k.Revision, k.Stream, err)
		}
		return r.Position, int64(r.Revision) == k.Revision && r.ID == k.EventID, nil
	}
	return at, false, nil
}

// nothingBetween reports whether the log has no event that is kept for ever, and that the view should have folded, after
// one position up to and including another.
func (o origin) nothingBetween(ctx context.Context, after, upto domain.Position) (bool, error) {
	types := slices.DeleteFunc(o.view.Types(), func(t string) bool {
		return t == domain.TypeFleetEvaluated || t == domain.TypeHeartbeatsRecorded
	})
	for page, err := range o.log.ReadAll(ctx, after, types...) {
		if err != nil {
			return false, fmt.Errorf("read the log after %s: %w", after, err)
		}
		for r, err := range page.Events() {
			if err != nil {
				return false, fmt.Errorf("read the log after %s: %w", after, err)
			}
			return upto.Before(r.Position), nil
		}
	}
	return true, nil
}

// LogID returns the id of a log, empty for one that has none yet.
func LogID(ctx context.Context, log Log) (string, error) {
	for r, err := range log.ReadStream(ctx, domain.LogStream, 0, eventstore.Forwards) {
		if err != nil {
			return "", fmt.Errorf("read the log's id: %w", err)
		}
		event, err := eventstore.Decode(r)
		if err != nil {
			return "", fmt.Errorf("read the log's id: %w", err)
		}
		if created, ok := event.(*domain.LogCreated); ok {
			return created.ID, nil
		}
	}
	return "", nil
}
