package messaging

import (
	"context"
	"fmt"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"fleetbeat/eventstore"
)

// SubscriberConfig says what a [Subscriber] reads. Store and From are required.
type SubscriberConfig struct {
	Store eventstore.Store
	Types []string // of the events to read; none means all
	// From returns the checkpoint: the position after which reading begins. It is asked at the first subscription and
	// after each Restart; a subscription that broke goes on after the last page that was acked.
	From    func(ctx context.Context) (eventstore.Position, error)
	Backoff Backoff // between redeliveries and between subscriptions
	// Pace is the least time between the beginnings of two live pages; 0 means none. Where many small appends would each be
	// a page, with a transaction and a commit of its own, they are one then. After a time without news the next page comes
	// at once, and pages that are not live (catching up) follow each other as ever.
	Pace time.Duration
}

// Subscriber is a Watermill subscriber whose messages are pages of the log, read with [PageOf]. It is made for one
// handler.
//
// Pages come in the order of the log, one at a time: the next one is read when this one is acked, and holds what has
// gathered meanwhile (and within Pace). A nacked page comes again, unchanged, until it is acked. A page that is empty and live tells that
// the end of the log is reached. A subscription that fails is made again, for ever; acked pages do not come again.
// All methods may be called by many goroutines.
type Subscriber struct {
	config  SubscriberConfig
	outputs *outputs
	report  func(error) // set by Router.Handle, before the first Subscribe
}

// NewSubscriber returns a subscriber that reads nothing until Subscribe. The error wraps [eventstore.ErrInvalid].
func NewSubscriber(config SubscriberConfig) (*Subscriber, error) {
	if config.Store == nil || config.From == nil {
		return nil, fmt.Errorf("subscriber without store or checkpoint: %w", eventstore.ErrInvalid)
	}
	config.Backoff = config.Backoff.orDefault()
	return &Subscriber{config: config, outputs: newOutputs(), report: func(error) {}}, nil
}

// Subscribe returns the channel of pages. It waits for nothing: a log that cannot be reached yet is tried again behind
// the channel, which is closed when ctx ends or at Close. The topic is only a name: what is read is config's. After
// Close the error wraps [eventstore.ErrClosed].
func (s *Subscriber) Subscribe(ctx context.Context, _ string) (<-chan *message.Message, error) {
	f := &follower{
		store: s.config.Store, types: s.config.Types, from: s.config.From,
		backoff: s.config.Backoff, pace: s.config.Pace, report: s.report,
	}
	f.deliver = func(ctx, epoch context.Context, d eventstore.Delivery) error {
		build := func(ctx context.Context) *message.Message { return pageMessage(ctx, d) }
		if err := f.hand(ctx, epoch, build); err != nil {
			return err
		}
		if d.Page.Len() > 0 {
			f.moved(d.Page.Last())
		}
		return nil
	}
	return s.outputs.open(ctx, f)
}

// Restart makes the subscription anew after what From then says: for a checkpoint that was moved by other than this
// handler. The context of the page in flight ends; nothing new comes before that page is acked or nacked.
func (s *Subscriber) Restart() { s.outputs.restart() }

// Close closes the channels and returns when they are closed. It does not wait for the page in flight, whose context
// ends. Closing twice is harmless.
func (s *Subscriber) Close() error {
	s.outputs.close()
	return nil
}
