package projections

import (
	"context"
	"fmt"
	"sync"
	"time"

	"fleetbeat/domain"
)

const (
	// LookEvery is how often a follower looks how far a view is folded, and how often the owner of a view that others follow
	// writes it down. Twice of it is what reading from another process costs of the promised second.
	LookEvery = 100 * time.Millisecond
	// lookAtMost is how long one look may take: an engine that hangs is one that does not answer.
	lookAtMost = 2 * time.Second
)

// Follower knows how far a view is folded that another process folds, or may fold, by looking at what is stored with it.
// For readers it is what a [Projection] is where the view is folded here. All methods may be called by many goroutines at
// once.
type Follower struct {
	origin
	engine Engine
	shown  state
	wake   chan struct{}

	known Generation // the active one of the last look; Run's own

	mu  sync.Mutex
	err error
}

// NewFollower returns a follower of a view of the log with this id. Nothing is looked at before Run.
func NewFollower(view View, engine Engine, log Log, logID string) *Follower {
	return &Follower{origin: origin{view, log, logID}, engine: engine, shown: newState(), wake: make(chan struct{}, 1)}
}

// Run looks until ctx ends. One goroutine runs it, once.
func (f *Follower) Run(ctx context.Context) {
	ticker := time.NewTicker(LookEvery)
	defer ticker.Stop()
	for {
		err := f.look(ctx)
		if ctx.Err() != nil {
			return
		}
		f.mu.Lock()
		f.err = err
		f.mu.Unlock()
		select {
		case <-ticker.C:
		case <-f.wake:
		case <-ctx.Done():
			return
		}
	}
}

// Nudge has Run look now: the view has just been folded in this process.
func (f *Follower) Nudge() {
	select {
	case f.wake <- struct{}{}:
	default:
	}
}

// Err returns why the last look failed, nil where it did not. What was seen before goes on being shown, its moment ageing.
func (f *Follower) Err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// look finds out what is stored. Rows of another log are not there: their owner drops them.
func (f *Follower) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lookAtMost)
	defer cancel()
	generations, err := f.engine.Generations(ctx, f.view.Name)
	if err != nil {
		return fmt.Errorf("look how far the %s view is folded: %w", f.view.Name, err)
	}
	var active Generation
	building := false
	for _, g := range generations {
		if g.Active {
			active = g
		} else {
			building = true
		}
	}
	if active.Active && active.Number != f.known.Number {
		ours, err := f.ofThisLog(ctx, active)
		if err != nil {
			return fmt.Errorf("look whether the %s view is of this log: %w", f.view.Name, err)
		}
		active.Active = ours
	}
	f.show(active, building)
	return nil
}

// show tells what a look has found, where that is something new.
func (f *Follower) show(active Generation, building bool) {
	now, _ := f.shown.get()
	switch {
	case !active.Active:
		if f.known = (Generation{}); now.Serving || now.Building != building {
			f.shown.update(func(s *State) { *s = State{Building: building} })
		}
	case active != f.known || now.Building != building:
		f.known = active
		f.shown.update(func(s *State) {
			c := active.Checkpoint
			*s = State{Position: c.Position, AsOf: c.AsOf, Through: c.Through, Serving: true, Building: building, CaughtUp: true}
		})
	}
}

// State returns how far the view was folded at the last look that succeeded. Its CaughtUp says no more than Serving.
func (f *Follower) State() State {
	now, _ := f.shown.get()
	return now
}

// Folded returns the position up to which everything is folded and visible, zero while there is nothing, and a channel
// that is closed when that changes. Look again then: it may be something else that has changed.
func (f *Follower) Folded() (domain.Position, <-chan struct{}) {
	now, changed := f.shown.get()
	return now.Position, changed
}

// Head returns the end of the log, which the view may have yet to reach.
func (f *Follower) Head(ctx context.Context) (domain.Position, error) { return f.log.Head(ctx) }

// Await does what [Projection.Await] does.
func (f *Follower) Await(ctx context.Context, after domain.Position) (domain.Instant, error) {
	return f.shown.await(ctx, f.view.Status, after)
}
