package storetest

import (
	"context"
	"fmt"
	"sync"

	"fleetbeat/eventstore"
)

// Hook looks at an append, may wait, and may make it fail.
type Hook func(stream string, events []eventstore.Event) error

// Faulty is a store whose appends fail, wait or succeed without saying so, as the test wants. Everything else is the
// wrapped store's. All methods may be called at any time, by many goroutines at once.
type Faulty struct {
	eventstore.Store

	mu     sync.Mutex
	before Hook
	after  Hook
	gate   chan struct{} // closed to let appends through; nil while nothing blocks them
}

// NewFaulty returns store with no fault yet.
func NewFaulty(store eventstore.Store) *Faulty { return &Faulty{Store: store} }

// BeforeAppend makes every later append call hook first; where it returns an error, that is the answer and nothing is
// stored. Nil takes the hook away.
func (f *Faulty) BeforeAppend(hook Hook) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.before = hook
}

// AfterAppend makes every later append call hook once its events are stored; where it returns an error, the answer is
// ErrUnknownOutcome with that error. Nil takes the hook away.
func (f *Faulty) AfterAppend(hook Hook) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.after = hook
}

// Block holds up every later append, before its hooks, until release is called; one whose ctx ends meanwhile stores
// nothing. Blocking what is blocked does nothing more. Calling release twice is harmless.
func (f *Faulty) Block() (release func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.gate == nil {
		f.gate = make(chan struct{})
	}
	gate := f.gate
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.gate == gate {
			close(gate)
			f.gate = nil
		}
	}
}

// Append appends to the wrapped store, with the faults asked for.
func (f *Faulty) Append(ctx context.Context, stream string, expected eventstore.Revision, events ...eventstore.Event) (eventstore.Appended, error) {
	f.mu.Lock()
	before, after, gate := f.before, f.after, f.gate
	f.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return eventstore.Appended{}, fmt.Errorf("append to %q: %w", stream, ctx.Err())
		}
	}
	if before != nil {
		if err := before(stream, events); err != nil {
			return eventstore.Appended{}, err
		}
	}
	got, err := f.Store.Append(ctx, stream, expected, events...)
	if err != nil || after == nil {
		return got, err
	}
	if err := after(stream, events); err != nil {
		return eventstore.Appended{}, fmt.Errorf("append to %q: %w: %w", stream, eventstore.ErrUnknownOutcome, err)
	}
	return got, nil
}
