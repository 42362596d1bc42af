package commands

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// Handler carries out commands of one kind.
type Handler[C, R any] interface {
	// Handle carries out cmd. The error is a *domain.Error. Unless it is of kind Unavailable, an error means that nothing
	// was changed.
	Handle(ctx context.Context, cmd C) (R, error)
}

// HandlerFunc is a function that is a Handler.
type HandlerFunc[C, R any] func(context.Context, C) (R, error)

// Handle calls f.
func (f HandlerFunc[C, R]) Handle(ctx context.Context, cmd C) (R, error) { return f(ctx, cmd) }

// attempts is how often a command is decided before a race that it always loses is the caller's: each loss means that
// somebody else won, so a command that loses so often works against a crowd.
const attempts = 5

// retried returns a handler that decides a command anew when it has lost a race, and whose errors are all *domain.Error.
func retried[C, R any](next HandlerFunc[C, R]) HandlerFunc[C, R] {
	return func(ctx context.Context, cmd C) (R, error) {
		for attempt := 1; ; attempt++ {
			result, err := next(ctx, cmd)
			if !lost(err) {
				return result, forCaller(err)
			}
			if attempt == attempts {
				return result, lostRace(err)
			}
		}
	}
}

// lost reports whether err says that somebody else was faster.
func lost(err error) bool {
	var conflict *eventstore.ConflictError
	return errors.As(err, &conflict)
}

func lostRace(cause error) error {
	return &domain.Error{
		Kind: domain.Conflict, Message: "somebody else changed this at the same time, again and again; please try again", Cause: cause,
	}
}

// retryAfterSeconds is when a caller may try again what the event log could not do now.
const retryAfterSeconds = 2

// forCaller returns err as a *domain.Error: what a handler returns already is one, or an error of the event log.
func forCaller(err error) error {
	var known *domain.Error
	unavailable := func(message string) error {
		return &domain.Error{Kind: domain.Unavailable, Message: message, RetryAfter: retryAfterSeconds, Cause: err}
	}
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return known
	case lost(err):
		return lostRace(err)
	case errors.Is(err, eventstore.ErrFull):
		return unavailable("the disk is full: nothing can be stored now")
	case errors.Is(err, eventstore.ErrUnavailable), errors.Is(err, eventstore.ErrClosed):
		return unavailable("the event log cannot be reached; please try again")
	case errors.Is(err, eventstore.ErrUnknownOutcome), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return unavailable("the event log did not answer in time: it is not known whether this was stored; please try again")
	}
	return &domain.Error{Kind: domain.Internal, Message: "this went wrong on our side", Cause: err}
}

// The pauses between repetitions of something the event log did not do.
const (
	firstPause = 20 * time.Millisecond
	maxPause   = 2 * time.Second
)

// pause waits before repetition n, counted from 0, of something that failed, longer each time, or until ctx ends. Without
// chance in it, many who failed together would come back together.
func pause(ctx context.Context, n int) error {
	d := min(firstPause<<min(n, 10), maxPause)
	timer := time.NewTimer(d/2 + rand.N(d/2))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
