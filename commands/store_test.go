package commands

import (
	"context"
	"iter"
	"slices"
	"sync"
	"time"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// memStore is an event log in memory whose appends go wrong where a test says so.
type memStore struct {
	mu      sync.Mutex
	log     []eventstore.Recorded
	streams map[string][]int // places in log
	grown   chan struct{}
	appends int
	reads   map[string]int
	// before decides about append n (from 0): an error is answered and nothing stored.
	before func(n int, stream string) error
	// after decides about append n when it is stored: an error is answered all the same.
	after func(n int, stream string) error
	// reading decides about a read of a stream.
	reading func(stream string) error
}

var _ eventstore.Store = (*memStore)(nil)

func newMemStore() *memStore {
	return &memStore{streams: map[string][]int{}, grown: make(chan struct{}), reads: map[string]int{}}
}

func (s *memStore) Append(ctx context.Context, stream string, expected eventstore.Revision, events ...eventstore.Event) (eventstore.Appended, error) {
	if err := eventstore.Check(stream, expected, events); err != nil {
		return eventstore.Appended{}, err
	}
	if err := ctx.Err(); err != nil {
		return eventstore.Appended{}, err
	}
	s.mu.Lock()
	n, before, after := s.appends, s.before, s.after
	s.appends++
	s.mu.Unlock()
	if before != nil {
		if err := before(n, stream); err != nil {
			return eventstore.Appended{}, err
		}
	}
	appended, err := s.store(stream, expected, events)
	if err == nil && after != nil {
		err = after(n, stream)
	}
	return appended, err
}

func (s *memStore) store(stream string, expected eventstore.Revision, events []eventstore.Event) (eventstore.Appended, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.streams[stream]
	if actual := eventstore.Revision(len(at) - 1); actual != expected {
		first := int(expected) + 1
		same := first+len(events) <= len(at)
		for i := 0; same && i < len(events); i++ {
			same = s.log[at[first+i]].ID == events[i].ID
		}
		if !same {
			return eventstore.Appended{}, &eventstore.ConflictError{Stream: stream, Expected: expected, Actual: actual}
		}
		last := s.log[at[first+len(events)-1]]
		return eventstore.Appended{Revision: last.Revision, Position: last.Position}, nil
	}
	var last eventstore.Recorded
	for _, e := range events {
		place := uint64(len(s.log) + 1)
		last = eventstore.Recorded{
			Event: e, Stream: stream, Revision: eventstore.Revision(len(s.streams[stream])),
			Position: domain.Position{Commit: place, Prepare: place}, Time: time.UnixMilli(1),
		}
		s.streams[stream] = append(s.streams[stream], len(s.log))
		s.log = append(s.log, last)
	}
	close(s.grown)
	s.grown = make(chan struct{})
	return eventstore.Appended{Revision: last.Revision, Position: last.Position}, nil
}

func (s *memStore) ReadStream(ctx context.Context, stream string, from eventstore.Revision, _ eventstore.Direction) iter.Seq2[eventstore.Recorded, error] {
	return func(yield func(eventstore.Recorded, error) bool) {
		s.mu.Lock()
		s.reads[stream]++
		reading := s.reading
		s.mu.Unlock()
		if reading != nil {
			if err := reading(stream); err != nil {
				yield(eventstore.Recorded{}, err)
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(eventstore.Recorded{}, err)
			return
		}
		for _, r := range s.stream(stream) {
			if r.Revision >= from && !yield(r, nil) {
				return
			}
		}
	}
}

func (s *memStore) stream(name string) (all []eventstore.Recorded) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, at := range s.streams[name] {
		all = append(all, s.log[at])
	}
	return all
}

// since returns the log from place n on.
func (s *memStore) since(n int) []eventstore.Recorded {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log[min(n, len(s.log)):])
}

func (s *memStore) readsOf(stream string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads[stream]
}

func (s *memStore) ReadAll(context.Context, eventstore.Position, ...string) iter.Seq2[eventstore.Page, error] {
	return func(func(eventstore.Page, error) bool) {}
}

func (s *memStore) Subscribe(_ context.Context, after eventstore.Position, types ...string) (eventstore.Subscription, error) {
	return &memSubscription{store: s, place: int(after.Commit), types: types, closed: make(chan struct{})}, nil
}

func (s *memStore) Head(context.Context) (eventstore.Position, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := uint64(len(s.log))
	return domain.Position{Commit: n, Prepare: n}, nil
}

func (s *memStore) SetMaxAge(context.Context, string, time.Duration) error { return nil }
func (s *memStore) Close() error                                           { return nil }

type memSubscription struct {
	store  *memStore
	place  int
	types  []string
	live   bool
	close  sync.Once
	closed chan struct{}
}

func (s *memSubscription) Next(ctx context.Context) (eventstore.Delivery, error) {
	for {
		s.store.mu.Lock()
		grown := s.store.grown
		s.store.mu.Unlock()
		var b eventstore.PageBuilder
		for _, r := range s.store.since(s.place) {
			if b.Full() {
				break
			}
			s.place++
			if slices.Contains(s.types, r.Type) {
				b.Add(r)
			}
		}
		if b.Len() > 0 || !s.live {
			s.live = true
			return eventstore.Delivery{Page: b.Page(), Live: true}, nil
		}
		select {
		case <-grown:
		case <-s.closed:
			return eventstore.Delivery{}, eventstore.ErrClosed
		case <-ctx.Done():
			return eventstore.Delivery{}, ctx.Err()
		}
	}
}

func (s *memSubscription) Close() error {
	s.close.Do(func() { close(s.closed) })
	return nil
}
