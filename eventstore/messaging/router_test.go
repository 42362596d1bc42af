package messaging_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/messaging"
)

// witness is an observer that remembers.
type witness struct {
	mu     sync.Mutex
	events map[string]int
	live   map[string]bool
	took   time.Duration
	errs   map[string][]error
}

func newWitness() *witness {
	return &witness{events: map[string]int{}, live: map[string]bool{}, errs: map[string][]error{}}
}

func (w *witness) OnSuccess(handler string, d eventstore.Delivery, took time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.events[handler] += d.Page.Len()
	w.live[handler] = w.live[handler] || d.Live
	w.took = took
}

func (w *witness) OnError(handler string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.errs[handler] = append(w.errs[handler], err)
}

func (w *witness) errors(handler string) []error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]error(nil), w.errs[handler]...)
}

// rig is a router over a log, its witness, and how its Run ended.
type rig struct {
	*messaging.Router

	t   *testing.T
	log *cuttable
	saw *witness
	end chan error
}

func newRig(t *testing.T, log *cuttable) *rig {
	t.Helper()
	saw := newWitness()
	router, err := messaging.NewRouter(quiet(), messaging.RouterConfig{Observers: []messaging.Observer{saw}})
	require.NoError(t, err)
	return &rig{Router: router, t: t, log: log, saw: saw, end: make(chan error, 1)}
}

// add adds a handler that reads the whole log.
func (r *rig) add(name string, fn messaging.Handler) *messaging.Subscriber {
	r.t.Helper()
	sub, err := messaging.NewSubscriber(messaging.SubscriberConfig{Store: r.log, From: fixed(eventstore.Position{})})
	require.NoError(r.t, err)
	require.NoError(r.t, r.Handle(name, sub, fn))
	return sub
}

func (r *rig) run() {
	go func() { r.end <- r.Run(context.Background()) }()
	<-r.Running()
}

// shut closes the router and requires that Run ends with it.
func (r *rig) shut() {
	r.t.Helper()
	require.NoError(r.t, r.Close())
	require.NoError(r.t, <-r.end)
	assert.Zero(r.t, r.log.openCount(), "every subscription is closed")
}

// collect returns a handler that sends the numbers of the events to a channel.
func collect(t *testing.T) (messaging.Handler, chan int) {
	got := make(chan int, 1000)
	return func(_ context.Context, d eventstore.Delivery) error {
		for _, n := range numbers(t, d) {
			got <- n
		}
		return nil
	}, got
}

func take(got <-chan int, n int) (all []int) {
	for range n {
		all = append(all, <-got)
	}
	return all
}

func TestRouter(t *testing.T) {
	t.Parallel()

	bubble(t, "gives every handler every event once, in the order of the log", func(t *testing.T, log *cuttable) {
		r := newRig(t, log)
		fleet, first := collect(t)
		latest, second := collect(t)
		r.add("fleet", fleet)
		r.add("latest", latest)
		fill(t, log, "a", 0, 5)
		r.run()
		fill(t, log, "a", 5, 95)
		assert.Equal(t, upTo(100), take(first, 100))
		assert.Equal(t, upTo(100), take(second, 100))
		synctest.Wait()
		r.shut()
		assert.Equal(t, map[string]int{"fleet": 100, "latest": 100}, r.saw.events)
		assert.Empty(t, r.saw.errs)
	})

	bubble(t, "tells handler and observer of an empty log that it is live", func(t *testing.T, log *cuttable) {
		r := newRig(t, log)
		live := make(chan bool, 1)
		r.add("fleet", func(_ context.Context, d eventstore.Delivery) error {
			live <- d.Live
			<-time.After(time.Second)
			return nil
		})
		r.run()
		assert.True(t, <-live)
		<-time.After(2 * time.Second)
		r.shut()
		assert.True(t, r.saw.live["fleet"])
		assert.Equal(t, time.Second, r.saw.took)
	})

	bubble(t, "adds no delay of its own", func(t *testing.T, log *cuttable) {
		r := newRig(t, log)
		fn, got := collect(t)
		r.add("fleet", fn)
		r.run()
		began := time.Now()
		for i := range 10 {
			fill(t, log, "a", i, 1)
			<-got
		}
		assert.Zero(t, time.Since(began))
		r.shut()
	})

	bubble(t, "reports a failing subscription under the handler's name and goes on", func(t *testing.T, log *cuttable) {
		r := newRig(t, log)
		fn, got := collect(t)
		r.add("fleet", fn)
		r.run()
		synctest.Wait()
		log.cutAll(2)
		fill(t, log, "a", 0, 1)
		assert.Equal(t, 0, <-got)
		synctest.Wait()
		r.shut()
		require.Len(t, r.saw.errors("fleet"), 3, "cut, and refused twice")
		for _, err := range r.saw.errors("fleet") {
			require.ErrorIs(t, err, errBroken)
		}
	})

	bubble(t, "refuses what can only be a mistake", func(t *testing.T, log *cuttable) {
		r := newRig(t, log)
		fn, _ := collect(t)
		sub := r.add("fleet", fn)
		other, err := messaging.NewSubscriber(messaging.SubscriberConfig{Store: log, From: fixed(eventstore.Position{})})
		require.NoError(t, err)
		require.ErrorIs(t, r.Handle("", other, fn), eventstore.ErrInvalid, "no name")
		require.ErrorIs(t, r.Handle("latest", nil, fn), eventstore.ErrInvalid, "no subscriber")
		require.ErrorIs(t, r.Handle("latest", other, nil), eventstore.ErrInvalid, "no function")
		require.ErrorIs(t, r.Handle("fleet", other, fn), eventstore.ErrInvalid, "a name that is taken")
		require.ErrorIs(t, r.Handle("latest", sub, fn), eventstore.ErrInvalid, "a subscriber that is taken")
		r.run()
		require.ErrorIs(t, r.Handle("latest", other, fn), eventstore.ErrInvalid, "too late")
		require.ErrorIs(t, r.Run(t.Context()), eventstore.ErrClosed, "running twice")
		r.shut()
	})
}
