package messaging

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
)

// Close lets each handler finish the try of the page in hand, for CloseTimeout at most, then ends its context; a page
// that is not handled comes again after the next start. The error names the handlers that hung. Closing twice is
// harmless and answers the same.
func (r *Router) Close() error {
	r.mu.Lock()
	first := !r.closing
	r.closing = true
	if first && len(r.busy) == 0 {
		close(r.idle)
	}
	started := r.started
	r.mu.Unlock()
	if first {
		r.closeErr = r.shut(started)
		close(r.closed)
	}
	<-r.closed
	return r.closeErr
}

func (r *Router) shut(started bool) error {
	defer r.abort()
	r.stop()
	if !started { // Watermill would wait for handlers that never ran
		for _, sub := range r.subs {
			_ = sub.Close() // never fails
		}
		return nil
	}
	if late := r.drain(); len(late) > 0 {
		go func() { _ = r.inner.Close() }() // would wait for the same handlers once more
		return fmt.Errorf("close the message router: handlers %q still busy after %s", late, r.config.CloseTimeout)
	}
	if err := r.inner.Close(); err != nil {
		return fmt.Errorf("close the message router: %w", err)
	}
	return nil
}

// drain waits until no handler has a message in hand, ends their contexts when it takes too long, and returns the
// names of those that did not heed even that.
func (r *Router) drain() []string {
	if r.isIdle(r.config.CloseTimeout) {
		return nil
	}
	r.abort()
	if r.isIdle(lastCall) {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(maps.Keys(r.busy))
}

func (r *Router) isIdle(within time.Duration) bool {
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case <-r.idle:
		return true
	case <-timer.C:
		return false
	}
}

// inHand is the middleware that keeps count of messages in hand and turns away those that come when the router closes:
// Watermill starts a handler on a message that was on its way when it was closed, and may not wait for it.
func (r *Router) inHand(next message.HandlerFunc) message.HandlerFunc {
	return func(msg *message.Message) ([]*message.Message, error) {
		handler := message.HandlerNameFromCtx(msg.Context())
		if !r.begin(handler) {
			msg.Nack()
			return nil, nil
		}
		defer r.end(handler)
		return next(msg)
	}
}

func (r *Router) begin(handler string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closing {
		return false
	}
	r.busy[handler]++
	return true
}

func (r *Router) end(handler string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.busy[handler]--; r.busy[handler] == 0 {
		delete(r.busy, handler)
	}
	if r.closing && len(r.busy) == 0 {
		close(r.idle)
	}
}

// untilStopping returns ctx, ending also when the router begins to close.
func (r *Router) untilStopping(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	detach := context.AfterFunc(r.stopping, cancel)
	return ctx, func() { detach(); cancel() }
}
