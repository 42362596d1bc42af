package projections

import (
	"context"
	"sync"

	"fleetbeat/domain"
)

// state is what everybody may know of a projection without waiting for it.
type state struct {
	mu       *sync.Mutex
	now      *State
	changed  *chan struct{} // closed and replaced whenever now changes
	caughtUp chan struct{}  // closed once
}

// State is how far a view has come.
type State struct {
	Position domain.Position // folded and visible
	AsOf     domain.Instant
	Through  domain.Position
	CaughtUp bool     // it has reached the end of the log once
	Building bool     // a generation is being built
	Progress Progress // of that
	Serving  bool     // there are rows to read
}

func newState() state {
	changed := make(chan struct{})
	return state{mu: &sync.Mutex{}, now: &State{}, changed: &changed, caughtUp: make(chan struct{})}
}

// update changes what is known and wakes whoever waits.
func (s state) update(f func(*State)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(s.now)
	close(*s.changed)
	*s.changed = make(chan struct{})
}

// set shows a checkpoint whose rows are visible.
func (s state) set(c Checkpoint, live bool) {
	s.update(func(now *State) {
		now.Position, now.AsOf, now.Through, now.Serving = c.Position, c.AsOf, c.Through, true
		if live && !now.CaughtUp {
			now.CaughtUp = true
			close(s.caughtUp)
		}
	})
}

// get returns what is known, and a channel that is closed when that changes.
func (s state) get() (State, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return *s.now, *s.changed
}

// State returns how far the view has come.
func (p *Projection) State() State {
	now, _ := p.shown.get()
	return now
}

// Folded returns the position up to which everything is folded and visible, zero before the first From, and a channel that
// is closed when the state of the view changes. Look again then: it may be something else that has changed.
func (p *Projection) Folded() (domain.Position, <-chan struct{}) {
	now, changed := p.shown.get()
	return now.Position, changed
}

// Head returns the end of the log, which the view may have yet to reach.
func (p *Projection) Head(ctx context.Context) (domain.Position, error) { return p.log.Head(ctx) }

// CaughtUp is closed when the view has reached the end of the log for the first time.
func (p *Projection) CaughtUp() <-chan struct{} { return p.shown.caughtUp }

// Await returns the moment as of which the view's statuses hold, once the view has folded the log through after: a view
// with statuses when an evaluation says that every transition caused at or before it is folded, another when it has
// folded past it. The zero Position waits for nothing. The error is ctx's.
func (p *Projection) Await(ctx context.Context, after domain.Position) (domain.Instant, error) {
	return p.shown.await(ctx, p.view.Status, after)
}

// await waits until a view, with statuses or without, has folded the log through after.
func (s state) await(ctx context.Context, statuses bool, after domain.Position) (domain.Instant, error) {
	for {
		now, changed := s.get()
		reached := now.Position
		if statuses {
			reached = now.Through
		}
		if !reached.Before(after) {
			return now.AsOf, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}
