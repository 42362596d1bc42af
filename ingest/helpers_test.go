package ingest

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// memory is one stream in memory: the part of a store that ingest uses, with the faults a test asks for.
type memory struct {
	eventstore.Store // what ingest never calls

	mu     sync.Mutex
	events []eventstore.Recorded
	gone   int // events of these that have expired: they count, and cannot be read
	maxAge time.Duration
	fault  fault
}

// fault is asked before each append, may wait, and says whether the events are stored and what is answered.
type fault func(ctx context.Context, e eventstore.Event) (store bool, err error)

func (m *memory) setFault(f fault) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fault = f
}

func (m *memory) Append(ctx context.Context, stream string, expected eventstore.Revision, events ...eventstore.Event) (eventstore.Appended, error) {
	if err := eventstore.Check(stream, expected, events); err != nil {
		return eventstore.Appended{}, err
	}
	m.mu.Lock()
	f := m.fault
	m.mu.Unlock()
	store, answer := true, error(nil)
	if f != nil {
		store, answer = f(ctx, events[0])
	}
	if !store {
		return eventstore.Appended{}, answer
	}
	appended, err := m.store(stream, expected, events[0])
	if answer != nil && err == nil {
		return eventstore.Appended{}, answer
	}
	return appended, err
}

func (m *memory) store(stream string, expected eventstore.Revision, e eventstore.Event) (eventstore.Appended, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at := int(expected) + 1; at < len(m.events) && m.events[at].ID == e.ID {
		return eventstore.Appended{Revision: m.events[at].Revision, Position: m.events[at].Position}, nil
	}
	if last := eventstore.Revision(len(m.events) - 1); last != expected {
		return eventstore.Appended{}, &eventstore.ConflictError{Stream: stream, Expected: expected, Actual: last}
	}
	n := uint64(len(m.events) + 1)
	m.events = append(m.events, eventstore.Recorded{
		Event: e, Stream: stream, Revision: expected + 1, Position: domain.Position{Commit: n, Prepare: n}, Time: time.Now(),
	})
	return eventstore.Appended{Revision: expected + 1, Position: domain.Position{Commit: n, Prepare: n}}, nil
}

func (m *memory) ReadStream(_ context.Context, _ string, _ eventstore.Revision, _ eventstore.Direction) iter.Seq2[eventstore.Recorded, error] {
	return func(yield func(eventstore.Recorded, error) bool) {
		m.mu.Lock()
		events := m.events[m.gone:]
		m.mu.Unlock()
		for i := len(events) - 1; i >= 0; i-- {
			if !yield(events[i], nil) {
				return
			}
		}
	}
}

func (m *memory) SetMaxAge(_ context.Context, _ string, age time.Duration) error {
	m.maxAge = age
	return nil
}

// log returns the events so far, decoded.
func (m *memory) log(t *testing.T) []domain.Event {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	var events []domain.Event
	for _, r := range m.events {
		e, err := eventstore.Decode(r)
		require.NoError(t, err)
		events = append(events, e)
	}
	return events
}

// fakeTimes are a wall clock that a test may set, a monotonic one, and one that goes on while the machine sleeps.
type fakeTimes struct {
	start  time.Time
	offset atomic.Int64 // of the wall clock
	slept  atomic.Int64
}

func (f *fakeTimes) times() (time.Time, time.Duration) {
	now := time.Now()
	return now.Add(time.Duration(f.offset.Load())), now.Sub(f.start)
}

func (f *fakeTimes) boot() time.Duration { return time.Since(f.start) + time.Duration(f.slept.Load()) }

// jump sets the wall clock forward or back.
func (f *fakeTimes) jump(d time.Duration) { f.offset.Add(int64(d)) }

// suspend is a sleep of the machine: the wall clock goes on and Go's monotonic time does not.
func (f *fakeTimes) suspend(d time.Duration) {
	f.slept.Add(int64(d))
	f.offset.Add(int64(d))
}

// world is a node over a store in memory, in virtual time.
type world struct {
	t     *testing.T
	store *memory
	times *fakeTimes
	clock *Clock
	node  *Ingest
}

// inWorld runs a test in virtual time over an open node. What it leaves behind is closed.
func inWorld(t *testing.T, o Options, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.open(o)
		defer func() { w.close() }()
		test(t, w)
	})
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, store: &memory{}, times: &fakeTimes{start: time.Now()}}
	w.clock = NewClock(ClockOptions{Times: w.times.times, Boot: w.times.boot})
	return w
}

func (w *world) open(o Options) {
	w.t.Helper()
	o.Node, o.Clock = "local", w.clock
	node, err := Open(w.t.Context(), w.store, o)
	require.NoError(w.t, err)
	w.node = node
	synctest.Wait()
}

// close closes the node, giving up at once where the store does not answer.
func (w *world) close() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = w.node.Close(ctx)
	<-w.node.ended
}

// pass lets virtual time pass.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// vin returns the VIN of a test's vehicle.
func vin(n int) domain.VIN { return domain.VIN(fmt.Sprintf("TESTVEHYCLE%06d", n)) }

// pings returns n heartbeats of different vehicles, without an id.
func pings(n int) []domain.Heartbeat {
	h := make([]domain.Heartbeat, n)
	for i := range h {
		h[i] = domain.Heartbeat{VIN: vin(i)}
	}
	return h
}

// answer is what a Record in the background answered.
type answer struct {
	Recorded
	err error
}

// record starts a Record in the background.
func (w *world) record(ctx context.Context, heartbeats ...domain.Heartbeat) <-chan answer {
	done := make(chan answer, 1)
	go func() {
		got, err := w.node.Record(ctx, heartbeats)
		done <- answer{got, err}
	}()
	synctest.Wait()
	return done
}

// requireKind requires an error of a kind, with a hint when to try again.
func requireKind(t *testing.T, kind domain.Kind, err error) {
	t.Helper()
	var e *domain.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, kind, e.Kind, e.Error())
	require.Positive(t, e.RetryAfter)
}

// blocked is a fault that answers nothing until release is called, and then stores.
func blocked() (f fault, release func()) {
	gate := make(chan struct{})
	f = func(ctx context.Context, _ eventstore.Event) (bool, error) {
		select {
		case <-gate:
			return true, nil
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
	return f, sync.OnceFunc(func() { close(gate) })
}
