package sqlite

import (
	"context"
	"fmt"
	"sync"

	"fleetbeat/eventstore"
)

// subscription is a place in the log and a bell. It reads when it is asked, so a slow reader costs nothing and loses
// nothing.
type subscription struct {
	store *Store
	of    span
	told  bool          // that it is live, since it last was behind
	wake  chan struct{} // holds one token when something may have come since the last read
	ended chan struct{}
	once  sync.Once
}

// Subscribe follows the log after a position.
func (s *Store) Subscribe(ctx context.Context, after eventstore.Position, types ...string) (eventstore.Subscription, error) {
	if err := ctx.Err(); err != nil {
		return nil, fault("subscribe", err)
	}
	sub := &subscription{
		store: s, of: span{after: number(after), upto: beyond, types: distinct(types)},
		wake: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	sub.notify() // the first read asks the log, not the bell
	if s.isClosed() || !s.hub.add(sub) {
		return nil, fmt.Errorf("subscribe: %w", eventstore.ErrClosed)
	}
	return sub, nil
}

// Next returns the events that have gathered since the last call, or waits for some.
func (s *subscription) Next(ctx context.Context) (eventstore.Delivery, error) {
	for {
		if err := s.wait(ctx); err != nil {
			return eventstore.Delivery{}, fmt.Errorf("next of subscription: %w", err)
		}
		page, more, err := s.store.page(ctx, s.of)
		if err != nil {
			s.notify() // what was rung for has not been read
			if ctx.Err() != nil {
				return eventstore.Delivery{}, fmt.Errorf("next of subscription: %w", ctx.Err())
			}
			err = fault("next of subscription", err)
			_ = s.Close() // never fails
			return eventstore.Delivery{}, err
		}
		if more {
			s.notify()
		}
		if page.Len() > 0 {
			s.of.after = number(page.Last())
		}
		if page.Len() > 0 || !s.told {
			s.told = !more
			return eventstore.Delivery{Page: page, Live: !more}, nil
		}
	}
}

// wait returns nil when there may be something to read.
func (s *subscription) wait(ctx context.Context) error {
	select {
	case <-s.ended:
		return eventstore.ErrClosed
	default:
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-s.wake:
		return nil
	case <-s.ended:
		return eventstore.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close ends the subscription; a waiting Next returns ErrClosed.
func (s *subscription) Close() error {
	s.store.hub.remove(s)
	s.end()
	return nil
}

func (s *subscription) end() { s.once.Do(func() { close(s.ended) }) }

// concerns reports whether any of the types is one that it reads.
func (s *subscription) concerns(moved map[string]struct{}) bool {
	if moved == nil || s.of.types == nil {
		return true
	}
	for _, name := range s.of.types {
		if _, ok := moved[name]; ok {
			return true
		}
	}
	return false
}

func (s *subscription) notify() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
