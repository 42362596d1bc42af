package sqlite

import (
	"context"
	"errors"
	"fmt"

	"fleetbeat/eventstore"
	file "fleetbeat/internal/sqlite"
)

// fault returns what went wrong in a step as one of the port's errors, the engine's own words kept for the operator.
func fault(step string, err error) error {
	switch {
	case errors.Is(err, file.ErrClosed):
		return fmt.Errorf("%s: %w", step, eventstore.ErrClosed)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, eventstore.ErrCorrupt):
		return fmt.Errorf("%s: %w", step, err)
	}
	kind := eventstore.ErrCorrupt
	switch file.Classify(err) {
	case file.Unavailable:
		kind = eventstore.ErrUnavailable
		if file.IsFull(err) {
			kind = eventstore.ErrFull
		}
	case file.Uncertain:
		kind = eventstore.ErrUnknownOutcome
	case file.Corrupt, file.Other: // a file on which our own SQL does not work is not the file we made
	}
	return fmt.Errorf("%s: %w: %w", step, kind, err)
}
