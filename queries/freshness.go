package queries

import (
	"context"
	"errors"
	"time"

	"fleetbeat/domain"
)

// afterLimit is how long a question waits for the log to reach its views.
const afterLimit = 2 * time.Second

// View is what every reader says about itself.
type View interface {
	// Await returns the moment as of which the view's statuses hold, once the view has folded the log through after (the
	// zero Position waits for nothing). The error is ctx's, or the view's own when it cannot be read.
	Await(ctx context.Context, after domain.Position) (domain.Instant, error)
}

// Freshness is part of every answer that shows statuses.
type Freshness struct {
	AsOf  domain.Instant `json:"asOf" format:"date-time" doc:"Every status in this answer is the one of this moment"`
	LagMs int64          `json:"lagMs" doc:"How long ago asOf was, in milliseconds"`
}

// Clock returns the present moment. Only a lag is computed with it, never a status.
type Clock func() domain.Instant

// await waits until every view has folded the log through after and returns the least of their moments.
func await(ctx context.Context, now Clock, after domain.Position, views ...View) (Freshness, error) {
	ctx, cancel := context.WithTimeout(ctx, afterLimit)
	defer cancel()
	var asOf domain.Instant
	for i, view := range views {
		at, err := view.Await(ctx, after)
		if errors.Is(err, context.DeadlineExceeded) && !after.IsZero() {
			return Freshness{}, &domain.Error{Kind: domain.Unavailable, RetryAfter: 1, Cause: err,
				Message: "the views have not reached this position within 2 s"}
		}
		if err != nil {
			return Freshness{}, err
		}
		if i == 0 || at < asOf {
			asOf = at
		}
	}
	return freshness(now, asOf), nil
}

// freshness says how old asOf is; a view that was never evaluated has no moment and no lag.
func freshness(now Clock, asOf domain.Instant) Freshness {
	if asOf.IsZero() {
		return Freshness{}
	}
	return Freshness{AsOf: asOf, LagMs: max(0, now().Sub(asOf).Milliseconds())}
}
