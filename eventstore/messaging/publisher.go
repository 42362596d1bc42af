package messaging

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/uuid"

	"fleetbeat/eventstore"
)

// maxConflicts is how many lost races in a row make a publish fail: each means that somebody else wrote, but a stream
// with so many writers is a mistake that should show.
const maxConflicts = 100

// Publisher is a Watermill publisher that appends each message to the stream its topic names, as one event: the id is
// the message's UUID, the data its payload, the type what [MetaType] says, else the default.
//
// Publishing is synchronous: nil means durable. Messages of one stream are appended one at a time, in the order given.
// All methods may be called by many goroutines.
//
// Publishing a message again adds nothing if it is among the stream's last thousand events, or if this publisher
// appended it among its last thousand there: after an error, publish again.
type Publisher struct {
	store       eventstore.Store
	defaultType string

	running sync.RWMutex // held for reading by each Publish
	closed  bool

	mu      sync.Mutex
	streams map[string]*stream
}

// NewPublisher returns a publisher to store; defaultType is the event type of messages that name none in [MetaType].
func NewPublisher(store eventstore.Store, defaultType string) *Publisher {
	return &Publisher{store: store, defaultType: defaultType, streams: map[string]*stream{}}
}

// Publish appends messages to the stream topic, each within its own context. It stops at the first that fails; those
// before it are stored. The error wraps one of package eventstore's: ErrInvalid for a UUID that is none, ErrTooLarge,
// ErrUnavailable, ErrUnknownOutcome, ErrClosed.
func (p *Publisher) Publish(topic string, messages ...*message.Message) error {
	p.running.RLock()
	defer p.running.RUnlock()
	if p.closed {
		return fmt.Errorf("publish to %q: %w", topic, eventstore.ErrClosed)
	}
	s := p.stream(topic)
	for _, msg := range messages {
		event, err := p.event(msg)
		if err != nil {
			return fmt.Errorf("publish %q to %q: %w", msg.UUID, topic, err)
		}
		if err := s.publish(msg.Context(), p.store, event); err != nil {
			return fmt.Errorf("publish %q to %q: %w", msg.UUID, topic, err)
		}
	}
	return nil
}

// Close waits for what is being published. Publishing afterwards fails with ErrClosed. Closing twice is harmless; the
// store stays open.
func (p *Publisher) Close() error {
	p.running.Lock()
	defer p.running.Unlock()
	p.closed = true
	return nil
}

func (p *Publisher) event(msg *message.Message) (eventstore.Event, error) {
	id, err := uuid.Parse(msg.UUID)
	if err != nil {
		return eventstore.Event{}, fmt.Errorf("%w: %w", eventstore.ErrInvalid, err)
	}
	metadata, err := eventMetadata(msg.Metadata)
	if err != nil {
		return eventstore.Event{}, err
	}
	kind := msg.Metadata[MetaType]
	if kind == "" {
		kind = p.defaultType
	}
	return eventstore.Event{ID: id, Type: kind, Data: msg.Payload, Metadata: metadata}, nil
}

func (p *Publisher) stream(name string) *stream {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.streams[name]
	if s == nil {
		s = &stream{name: name, turn: make(chan struct{}, 1), revision: unread}
		p.streams[name] = s
	}
	return s
}

// publish appends e unless the stream is known to hold it.
func (s *stream) publish(ctx context.Context, store eventstore.Store, e eventstore.Event) error {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.turn }()

	err := s.load(ctx, store)
	for lost := 0; err == nil && !s.ids.has(e.ID); {
		var at eventstore.Appended
		at, err = store.Append(ctx, s.name, s.revision, e)
		if err == nil {
			s.saw(e.ID, at.Revision)
			return nil
		}
		// Any other error leaves revision as it is: if the append was stored after all, the next one at this revision
		// is either the same one, and succeeds, or loses and reads what it missed.
		if conflict := (*eventstore.ConflictError)(nil); errors.As(err, &conflict) && lost < maxConflicts {
			lost++
			err = s.catchUp(ctx, store)
			s.revision = max(s.revision, conflict.Actual) // what was there may have expired
		}
	}
	return err
}
