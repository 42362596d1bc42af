package eventstoredb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"google.golang.org/grpc/metadata"

	"fleetbeat/eventstore"
)

// errSlow is a call that was sent, perhaps, and not answered in time.
var errSlow = errors.New("no answer in time")

// leader returns ctx with the demand that only the cluster's leader answers. The client means to send it and does not.
func leader(ctx context.Context) context.Context {
	return metadata.AppendToOutgoingContext(ctx, "requires-leader", "true")
}

// call connects and runs f, which may ask the client and wait, in a goroutine of its own, and returns when f does or ctx ends or the
// time for an answer is over (errSlow). f is given a context that ends then too; it may go on for longer, as the client does not
// always look at it, so it must not use what belongs to the caller.
func call[T any](ctx context.Context, s *Store, f func(context.Context, *esdb.Client) (T, error)) (T, error) {
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	if err := s.begin(); err != nil {
		return none, err
	}
	defer s.calls.Done()
	l, err := s.connected(ctx)
	if err != nil {
		return none, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, s.answer, errSlow)
	defer cancel()
	type result struct {
		value T
		err   error
	}
	results, began := make(chan result, 1), time.Now()
	go func() {
		defer s.leave(l)
		value, err := guarded(func() (T, error) { return f(leader(ctx), l.client) })
		s.learn(l, err)
		results <- result{value, err}
	}()
	select {
	case r := <-results:
		return r.value, r.err
	case <-ctx.Done():
		s.doubt(l, began)
		return none, context.Cause(ctx)
	}
}

// guarded runs f and turns a panic into an error. The client panics on answers to a read that it does not know.
func guarded[T any](f func() (T, error)) (value T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("eventstoredb client panicked: %v: %w", p, eventstore.ErrUnavailable)
		}
	}()
	return f()
}
