package messaging

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"fleetbeat/eventstore"
)

// ErrRestart is what a handler returns when its page is no longer the right one: its checkpoint was moved by somebody
// else (another owner, a rebuild). The subscription is made anew from what From then says.
var ErrRestart = errors.New("restart from the checkpoint")

// follower reads the log for one channel of messages, for as long as it takes. One goroutine runs it.
type follower struct {
	store   eventstore.Store
	types   []string
	from    func(context.Context) (eventstore.Position, error)
	backoff Backoff
	pace    time.Duration
	report  func(error)            // told of every failure that ended a subscription
	epoch   func() context.Context // ends when the subscription must be made anew from the checkpoint
	out     chan<- *message.Message
	// deliver hands over a delivery and calls moved with each position that need not come again. It returns when all
	// of it is acked, or with the reason why not.
	deliver func(ctx, epoch context.Context, d eventstore.Delivery) error

	moving  bool // reached counts, and not from
	reached eventstore.Position
}

// run follows the log until ctx ends.
func (f *follower) run(ctx context.Context) {
	for failures := 0; ; failures++ {
		began := time.Now()
		err := f.follow(ctx)
		if ctx.Err() != nil {
			return
		}
		if errors.Is(err, ErrRestart) {
			f.moving = false
		} else {
			f.report(err)
		}
		if time.Since(began) > f.backoff.Max {
			failures = 0
		}
		if !f.backoff.wait(ctx, failures) {
			return
		}
	}
}

// follow makes one subscription and delivers what it gives until something fails. It never returns nil.
func (f *follower) follow(ctx context.Context) error {
	epoch, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(f.epoch(), func() { cancel(ErrRestart) })()

	sub, err := f.subscribe(epoch)
	if err != nil {
		return because(epoch, err)
	}
	defer func() { _ = sub.Close() }() // reading is over, there is nothing left to lose
	for {
		d, err := sub.Next(epoch)
		if err != nil {
			return because(epoch, fmt.Errorf("read the log after %s: %w", f.reached, err))
		}
		began := time.Now()
		if err := f.deliver(ctx, epoch, d); err != nil {
			return err
		}
		if d.Live && !wait(epoch, f.pace-time.Since(began)) {
			return context.Cause(epoch)
		}
	}
}

// subscribe subscribes after the last position that was acked here, else after the checkpoint.
func (f *follower) subscribe(ctx context.Context) (eventstore.Subscription, error) {
	if !f.moving {
		after, err := f.from(ctx)
		if err != nil {
			return nil, fmt.Errorf("load the checkpoint: %w", err)
		}
		f.reached = after
	}
	sub, err := f.store.Subscribe(ctx, f.reached, f.types...)
	if err != nil {
		return nil, fmt.Errorf("subscribe after %s: %w", f.reached, err)
	}
	return sub, nil
}

// moved remembers that nothing up to p need come again.
func (f *follower) moved(p eventstore.Position) {
	f.reached, f.moving = p, true
}

// hand puts a message into the channel, again and again until it is acked. build makes it anew for each try, in a
// context that ends with the try. The error is the reason for giving up: ctx ended, or ErrRestart.
func (f *follower) hand(ctx, epoch context.Context, build func(context.Context) *message.Message) error {
	for failures := 0; ; failures++ {
		acked, err := f.try(ctx, epoch, build)
		if acked || err != nil {
			return err
		}
		if !f.backoff.wait(epoch, failures) {
			return context.Cause(epoch)
		}
	}
}

// try hands over one message and waits for its verdict.
func (f *follower) try(ctx, epoch context.Context, build func(context.Context) *message.Message) (acked bool, err error) {
	// The message's context ends with the epoch, so that a handler that retries for ever lets go of its page.
	inner, cancel := context.WithCancel(epoch)
	defer cancel()
	msg := build(inner)
	select {
	case f.out <- msg:
	case <-epoch.Done():
		return false, context.Cause(epoch)
	}
	// Not epoch: as long as the handler has this message, it gets no other.
	select {
	case <-msg.Acked():
		return true, nil
	case <-msg.Nacked():
		return false, nil
	case <-ctx.Done():
	}
	select {
	case <-msg.Acked():
		return true, nil
	default:
		return false, ctx.Err()
	}
}

// because returns the reason why ctx ended, where it did, else err.
func because(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
