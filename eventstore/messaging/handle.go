package messaging

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/message/router/middleware"

	"fleetbeat/eventstore"
)

// Handler handles one page, or the empty live one. It stores its own checkpoint. An error, or a panic, has the same
// page come again, for ever; ErrRestart has the subscription start over from the checkpoint. While the router closes,
// ctx lives on for CloseTimeout.
type Handler func(ctx context.Context, d eventstore.Delivery) error

// Handle adds a handler before Run. name is explicit and stable: it is what health, metrics and logs call it. sub is
// this handler's alone. The error wraps [eventstore.ErrInvalid] for an empty name, a name or a subscriber that is
// taken, and a router that runs already.
func (r *Router) Handle(name string, sub *Subscriber, fn Handler) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case name == "" || sub == nil || fn == nil:
		return fmt.Errorf("add handler %q without name, subscriber or function: %w", name, eventstore.ErrInvalid)
	case r.started || r.closing:
		return fmt.Errorf("add handler %q to a router that runs: %w", name, eventstore.ErrInvalid)
	case r.subs[name] != nil:
		return fmt.Errorf("add handler %q twice: %w", name, eventstore.ErrInvalid)
	}
	for other, taken := range r.subs {
		if taken == sub {
			return fmt.Errorf("add handler %q on the subscriber of %q: %w", name, other, eventstore.ErrInvalid)
		}
	}
	r.subs[name] = sub
	sub.report = func(err error) { r.failed(name, err) }
	r.inner.AddConsumerHandler(name, name, sub, r.handled(name, fn)).
		AddMiddleware(r.quiet(sub), r.retry(name), middleware.Recoverer)
	return nil
}

// handled calls fn with the page that a message carries.
func (r *Router) handled(name string, fn Handler) message.NoPublishHandlerFunc {
	return func(msg *message.Message) error {
		d, err := PageOf(msg)
		if err != nil {
			return err
		}
		// The message's context ends as soon as the router closes; work half done would have to be done again.
		ctx, cancel := context.WithCancel(context.WithoutCancel(msg.Context()))
		defer cancel()
		defer context.AfterFunc(r.work, cancel)()

		began := time.Now()
		if err := fn(ctx, d); err != nil {
			return err
		}
		took := time.Since(began)
		for _, o := range r.config.Observers {
			o.OnSuccess(name, d, took)
		}
		return nil
	}
}

// retry tries a page again until it is handled, the handler asks for another or the message's context ends. It is
// not Watermill's, which always gives up some time.
func (r *Router) retry(name string) message.HandlerMiddleware {
	return func(next message.HandlerFunc) message.HandlerFunc {
		return func(msg *message.Message) ([]*message.Message, error) {
			for failures := 0; ; failures++ {
				produced, err := next(msg)
				if err == nil {
					return produced, nil
				}
				r.failed(name, err)
				if errors.Is(err, ErrRestart) {
					return nil, err
				}
				if !r.again(msg.Context(), failures) {
					return nil, context.Canceled
				}
			}
		}
	}
}

// again waits for the next try and reports false where there is none: another page is wanted, or the router closes.
func (r *Router) again(ctx context.Context, failures int) bool {
	ctx, cancel := r.untilStopping(ctx)
	defer cancel()
	return r.config.Backoff.wait(ctx, failures)
}

// quiet nacks what was not handled without an error, which is reported already and which Watermill would log once
// more; and it starts the subscription over where the handler asks for it.
func (r *Router) quiet(sub *Subscriber) message.HandlerMiddleware {
	return func(next message.HandlerFunc) message.HandlerFunc {
		return func(msg *message.Message) ([]*message.Message, error) {
			produced, err := next(msg)
			if errors.Is(err, ErrRestart) {
				sub.Restart() // before the nack, or the same page would come again first
			}
			if err != nil {
				msg.Nack()
				return nil, nil
			}
			return produced, nil
		}
	}
}

// failed is the one place that logs why a handler does not get on.
func (r *Router) failed(name string, err error) {
	var panicked middleware.RecoveredPanicError
	switch {
	case errors.As(err, &panicked):
		err = fmt.Errorf("panic: %v", panicked.V) // its own text is the stack
		r.logger.Error("handler failed, trying again", "handler", name, "error", err, "stack", panicked.Stacktrace)
	case errors.Is(err, ErrRestart): // it asks for that itself, as when another process took over
		r.logger.Warn("handler begins again at its checkpoint", "handler", name, "error", err)
	default:
		r.logger.Error("handler failed, trying again", "handler", name, "error", err)
	}
	for _, o := range r.config.Observers {
		o.OnError(name, err)
	}
}
