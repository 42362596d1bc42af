package eventstoredb

import (
	"context"
	"errors"
	"fmt"
	"io"

	"fleetbeat/eventstore"
)

// subscription is a feed that does not end by itself.
type subscription struct {
	store *Store
	feed  *feed
}

// Subscribe follows the log after a position. The server filters by type. A subscription whose connection is lost ends with an error:
// the client does not resume it, and only its reader knows from where to go on.
func (s *Store) Subscribe(ctx context.Context, after eventstore.Position, types ...string) (eventstore.Subscription, error) {
	if err := checkTypes(types); err != nil {
		return nil, fmt.Errorf("subscribe: %w", err)
	}
	never := func(eventstore.Position, bool) bool { return false }
	f, err := s.feed(ctx, follow(after, append([]string(nil), types...), never))
	if err != nil {
		return nil, s.fault(ctx, "subscribe", err)
	}
	return &subscription{store: s, feed: f}, nil
}

// Next returns the events that have gathered since the last call, or waits for some.
func (s *subscription) Next(ctx context.Context) (eventstore.Delivery, error) {
	d, err := s.feed.next(ctx, soon)
	if errors.Is(err, io.EOF) { // the server hung up politely; the reader must not take it for anything else
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return eventstore.Delivery{}, s.store.fault(ctx, "next of subscription", err)
	}
	return d, nil
}

// Close ends the subscription.
func (s *subscription) Close() error {
	s.feed.stop()
	return nil
}
