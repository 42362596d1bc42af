package messaging

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/message/router/middleware"

	"fleetbeat/eventstore"
)

const (
	// DefaultCloseTimeout is how long Close lets handlers finish unless told otherwise.
	DefaultCloseTimeout = 10 * time.Second
	// lastCall is how long closing waits for handlers whose context has ended.
	lastCall = time.Second
)

// RouterConfig is how a [Router] treats its handlers. Zero fields mean the defaults.
type RouterConfig struct {
	Observers []Observer
	Backoff   Backoff // between tries of one page
	// CloseTimeout is how long Close lets handlers finish their page before it ends their context.
	CloseTimeout time.Duration
}

// Router is the one place where everything that reacts to the log runs: a Watermill router whose handlers get pages
// and are tried again for ever.
type Router struct {
	config RouterConfig
	logger *slog.Logger
	inner  *message.Router

	stopping context.Context // ends when Close begins: nothing is tried again
	stop     context.CancelFunc
	work     context.Context // ends when handlers have had their time
	abort    context.CancelFunc

	mu      sync.Mutex
	started bool
	closing bool
	subs    map[string]*Subscriber
	busy    map[string]int // messages in hand, by handler
	idle    chan struct{}  // closed when, closing, none is

	closed   chan struct{}
	closeErr error // from when closed is closed
}

// NewRouter returns a router without handlers. Watermill's own news are logged at debug level, its errors as errors.
func NewRouter(logger *slog.Logger, config RouterConfig) (*Router, error) {
	config.Backoff = config.Backoff.orDefault()
	if config.CloseTimeout <= 0 {
		config.CloseTimeout = DefaultCloseTimeout
	}
	// Close drains it first. What is left are subscriptions, of which one may be looking for its checkpoint.
	inner, err := message.NewRouter(message.RouterConfig{CloseTimeout: config.CloseTimeout}, adapter(logger))
	if err != nil {
		return nil, fmt.Errorf("make the message router: %w", err)
	}
	r := &Router{
		config: config, logger: logger, inner: inner, subs: map[string]*Subscriber{}, busy: map[string]int{},
		idle: make(chan struct{}), closed: make(chan struct{}),
	}
	r.stopping, r.stop = context.WithCancel(context.Background())
	r.work, r.abort = context.WithCancel(context.Background())
	inner.AddMiddleware(r.inHand, middleware.CorrelationID)
	return r, nil
}

// Watermill returns the router underneath, for handlers that are no projection: those of single events, with a
// publisher, bounded retries and a dead-letter store of their own. Run and Close are this Router's.
func (r *Router) Watermill() *message.Router { return r.inner }

// Running is closed when all handlers added before Run are subscribed.
func (r *Router) Running() <-chan struct{} { return r.inner.Running() }

// Run runs the handlers until ctx ends or Close is called, closes the router and returns what Close returns. It runs
// once. After Close the error wraps [eventstore.ErrClosed].
func (r *Router) Run(ctx context.Context) error {
	r.mu.Lock()
	if r.closing || r.started {
		r.mu.Unlock()
		return fmt.Errorf("run the message router again: %w", eventstore.ErrClosed)
	}
	r.started = true
	r.mu.Unlock()

	defer context.AfterFunc(ctx, func() { _ = r.Close() })() // the error is returned below
	err := r.inner.Run(context.WithoutCancel(ctx))
	return errors.Join(err, r.Close())
}
