package messaging

import (
	"context"
	"fmt"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"fleetbeat/eventstore"
)

// saveTimeout is how long a checkpoint may take to be saved when the subscriber is already closing.
const saveTimeout = 5 * time.Second

// Checkpoints keeps how far readers of single events have come. All methods may be called by many goroutines.
type Checkpoints interface {
	// Load returns the position last saved under name, the zero Position where there is none.
	Load(ctx context.Context, name string) (eventstore.Position, error)
	// Save keeps p under name. Where several readers share a name, it may be called with less than is kept; keeping
	// either loses nothing.
	Save(ctx context.Context, name string, p eventstore.Position) error
}

// EventSubscriberConfig says what an [EventSubscriber] reads. Store, Checkpoints and Name are required.
type EventSubscriberConfig struct {
	Store       eventstore.Store
	Types       []string // of the events to read; none means all
	Checkpoints Checkpoints
	Name        string      // of the checkpoint: explicit and stable, what Watermill calls a consumer group
	Backoff     Backoff     // between redeliveries and between subscriptions
	OnError     func(error) // told of each failed subscription and checkpoint, which are tried again; may be nil
}

// EventSubscriber is a Watermill subscriber whose messages are single events, for what leaves the house: the id is the
// event's, the payload its data, the metadata what was published with it, [MetaType] and [MetaPosition].
//
// Events come in the order of the log, one at a time. Its checkpoint moves on ack. Delivery is at least once: what was
// acked while the checkpoint could not be saved comes again after a restart. Subscribers of one name each get every
// event after the checkpoint they began with: run one at a time.
type EventSubscriber struct {
	config  EventSubscriberConfig
	outputs *outputs
}

// NewEventSubscriber returns a subscriber that reads nothing until Subscribe. The error wraps
// [eventstore.ErrInvalid].
func NewEventSubscriber(config EventSubscriberConfig) (*EventSubscriber, error) {
	if config.Store == nil || config.Checkpoints == nil || config.Name == "" {
		return nil, fmt.Errorf("event subscriber %q without store, checkpoints or name: %w", config.Name, eventstore.ErrInvalid)
	}
	config.Backoff = config.Backoff.orDefault()
	if config.OnError == nil {
		config.OnError = func(error) {}
	}
	return &EventSubscriber{config: config, outputs: newOutputs()}, nil
}

// Subscribe returns the channel of the events in the stream that topic names, or, with the empty topic, in all streams.
// It waits for nothing; the channel is closed when ctx ends or at Close. Each topic has a checkpoint of its own, kept
// under "<name>/<topic>". After Close the error wraps [eventstore.ErrClosed].
func (s *EventSubscriber) Subscribe(ctx context.Context, topic string) (<-chan *message.Message, error) {
	name := s.config.Name + "/" + topic
	f := &follower{
		store: s.config.Store, types: s.config.Types, backoff: s.config.Backoff, report: s.config.OnError,
		from: func(ctx context.Context) (eventstore.Position, error) { return s.config.Checkpoints.Load(ctx, name) },
	}
	f.deliver = func(ctx, epoch context.Context, d eventstore.Delivery) error {
		for r, err := range d.Page.Events() {
			if err != nil {
				return fmt.Errorf("read the log after %s: %w", f.reached, err)
			}
			if topic == "" || r.Stream == topic {
				if err := s.deliver(ctx, epoch, f, name, r); err != nil {
					return err
				}
			}
			f.moved(r.Position)
		}
		return nil
	}
	return s.outputs.open(ctx, f)
}

// deliver hands over one event and saves the checkpoint when it is acked.
func (s *EventSubscriber) deliver(ctx, epoch context.Context, f *follower, name string, r eventstore.Recorded) error {
	build := func(ctx context.Context) *message.Message {
		msg := eventMessage(r)
		msg.SetContext(ctx)
		return msg
	}
	if err := f.hand(ctx, epoch, build); err != nil {
		return err
	}
	// The event is done with: an ending subscription is no reason to have it come again.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTimeout)
	defer cancel()
	if err := s.config.Checkpoints.Save(ctx, name, r.Position); err != nil {
		s.config.OnError(fmt.Errorf("save checkpoint %q at %s: %w", name, r.Position, err)) // the next one includes it
	}
	return nil
}

// Close closes the channels and returns when they are closed. It does not wait for the event in flight, whose context
// ends and which comes again unless it was acked before. Closing twice is harmless.
func (s *EventSubscriber) Close() error {
	s.outputs.close()
	return nil
}
