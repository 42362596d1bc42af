package eventstoredb_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/storetest"
)

const (
	patience = 2 * time.Second  // what each call of a load is given
	slack    = 15 * time.Second // how much longer than that counts as hanging: machines that run tests are busy
	further  = 20               // appends of each writer that must succeed by themselves after an outage
)

// load is writers, readers and subscribers of one store who go on whatever happens, as the product does.
type load struct {
	*testing.T

	store eventstore.Store
	ctx   context.Context

	mu     sync.Mutex
	acked  map[string][]string // ids by stream, in order
	failed map[string]int      // by kind of failure
	last   eventstore.Position // of what was acknowledged

	healed  chan struct{}
	healing sync.Once
	running sync.WaitGroup // writers
	reading sync.WaitGroup
	target  atomic.Pointer[eventstore.Position] // where readers may stop
}

// startLoad starts a load and returns when every writer has written.
func startLoad(t *testing.T, store eventstore.Store, writers int) *load {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	t.Cleanup(cancel)
	l := &load{T: t, store: store, ctx: ctx, acked: map[string][]string{}, failed: map[string]int{}, healed: make(chan struct{})}
	var begun sync.WaitGroup
	begun.Add(writers)
	for w := range writers {
		l.running.Go(func() { l.write(fmt.Sprintf("s%d", w), begun.Done) })
	}
	for range 2 {
		l.reading.Go(func() { l.subscribe() })
	}
	l.reading.Go(func() { l.subscribe("thing.happened.v1") })
	l.reading.Go(l.read)
	begun.Wait()
	return l
}

// call makes one call with a context of its own, and requires that it returns with it.
func (l *load) call(name string, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(l.ctx, patience)
	defer cancel()
	began := time.Now()
	err := f(ctx)
	if took := time.Since(began); took > patience+slack {
		assert.Fail(l, "a call does not end with its context", "%s took %v", name, took)
	}
	if err == nil {
		return nil
	}
	kind := "?"
	for text, want := range map[string]error{"unavailable": eventstore.ErrUnavailable, "unknown outcome": eventstore.ErrUnknownOutcome, "deadline": context.DeadlineExceeded} {
		if errors.Is(err, want) {
			kind = text
		}
	}
	assert.NotEqual(l, "?", kind, "%s: %v", name, err)
	l.mu.Lock()
	l.failed[name+": "+kind]++
	l.mu.Unlock()
	return err
}

func (l *load) pause() {
	timer := time.NewTimer(5 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.ctx.Done():
	}
}

// write appends until some appends have succeeded after the outage. An append is repeated until its outcome is known.
func (l *load) write(stream string, begun func()) {
	last, since, once := eventstore.NoStream, 0, sync.OnceFunc(begun)
	defer once()
	for since < further && l.ctx.Err() == nil && !l.Failed() {
		events := storetest.Events(2, 300, "thing.happened.v1")
		for l.ctx.Err() == nil && !l.Failed() {
			var got eventstore.Appended
			if l.call("append", func(ctx context.Context) (err error) {
				got, err = l.store.Append(ctx, stream, last, events...)
				return err
			}) == nil {
				last = got.Revision
				l.note(stream, got.Position, events)
				break
			}
			l.pause()
		}
		once()
		select {
		case <-l.healed:
			since++
		default:
		}
		l.pause()
	}
}

func (l *load) note(stream string, at eventstore.Position, events []eventstore.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range events {
		l.acked[stream] = append(l.acked[stream], e.ID.String())
	}
	if l.last.Before(at) {
		l.last = at
	}
}

func (l *load) done(at eventstore.Position) bool {
	target := l.target.Load()
	return l.ctx.Err() != nil || l.Failed() || (target != nil && !at.Before(*target))
}

// subscribe follows the log, again after each failure, from what it has.
func (l *load) subscribe(types ...string) {
	var at eventstore.Position
	var got []eventstore.Recorded
	for !l.done(at) {
		var sub eventstore.Subscription
		if l.call("subscribe", func(ctx context.Context) (err error) {
			sub, err = l.store.Subscribe(ctx, at, types...)
			return err
		}) != nil {
			l.pause()
			continue
		}
		for !l.done(at) {
			var d eventstore.Delivery
			err := l.call("next", func(ctx context.Context) (err error) {
				d, err = sub.Next(ctx)
				return err
			})
			if errors.Is(err, context.DeadlineExceeded) {
				continue
			}
			if err != nil {
				break
			}
			for e, err := range d.Page.Events() {
				assert.NoError(l, err)
				got, at = append(got, e), e.Position
			}
		}
		assert.NoError(l, sub.Close())
	}
	l.complete("subscription", got)
}

// read reads the log on from what it has, and asks for its head.
func (l *load) read() {
	var at eventstore.Position
	var got []eventstore.Recorded
	for !l.done(at) {
		_ = l.call("head", func(ctx context.Context) error {
			_, err := l.store.Head(ctx)
			return err
		})
		_ = l.call("read", func(ctx context.Context) error {
			for page, err := range l.store.ReadAll(ctx, at) {
				if err != nil {
					return err
				}
				for e, err := range page.Events() {
					assert.NoError(l, err)
					got, at = append(got, e), e.Position
				}
			}
			return nil
		})
		l.pause()
	}
	l.complete("reader", got)
}

// complete requires that who read saw what was acknowledged, once and in order, and nothing else of these streams.
func (l *load) complete(who string, got []eventstore.Recorded) {
	if l.Failed() {
		return
	}
	seen := map[string][]string{}
	var last eventstore.Position
	for _, e := range got {
		assert.True(l, last.Before(e.Position), "%s: positions rise", who)
		last = e.Position
		seen[e.Stream] = append(seen[e.Stream], e.ID.String())
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	assert.Equal(l, l.acked, seen, "%s: nothing is lost and nothing is doubled", who)
}

// heal says that the outage is over; then everything goes on by itself, and what was acknowledged is there.
func (l *load) heal() {
	l.Helper()
	over := time.Now()
	l.healing.Do(func() { close(l.healed) })
	l.running.Wait()
	took := time.Since(over)
	require.NoError(l, l.ctx.Err(), "writing did not go on: %v", l.failed)
	l.mu.Lock()
	target := l.last
	l.mu.Unlock()
	l.target.Store(&target)
	l.reading.Wait()
	require.NoError(l, l.ctx.Err(), "reading did not go on: %v", l.failed)
	stored := map[string][]string{}
	for stream := range l.acked {
		for e, err := range l.store.ReadStream(l.ctx, stream, 0, eventstore.Forwards) {
			require.NoError(l, err)
			stored[stream] = append(stored[stream], e.ID.String())
		}
	}
	require.Equal(l, l.acked, stored)
	l.Logf("%d further appends of each writer %v after the end; failures meanwhile: %v", further, took.Round(time.Millisecond), l.failed)
}
