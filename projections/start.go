package projections

import (
	"context"
	"fmt"
	"slices"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// start makes sure that there is an active generation of this log and this version, and knows its checkpoint.
func (p *Projection) start(ctx context.Context) error {
	if p.ready {
		return nil
	}
	if !p.building.TryLock() {
		return ErrBuilding
	}
	defer p.building.Unlock()
	return p.ensure(ctx)
}

// begin is start for whoever builds.
func (p *Projection) begin(ctx context.Context) error {
	p.work.Lock()
	defer p.work.Unlock()
	if p.ready {
		return nil
	}
	return p.ensure(ctx)
}

func (p *Projection) ensure(ctx context.Context) error {
	active, err := p.stored(ctx)
	if err != nil {
		return err
	}
	if active == nil || active.Version != p.view.Version {
		p.options.Logger.Info("building a view", "view", p.view.Name, "version", p.view.Version)
		b, err := p.build(ctx, nil)
		if err != nil {
			return err
		}
		return p.switchTo(ctx, b, active)
	}
	p.use(*active)
	return nil
}

// use makes a generation the one that is folded.
func (p *Projection) use(g Generation) {
	p.g, p.at, p.saved, p.ready = g, g.Checkpoint, g.Checkpoint, true
	p.rows, p.wrote = nil, p.options.Now()
	p.shown.set(p.at, false)
}

// current returns the active generation at what was folded, nil where there is none.
func (p *Projection) current() *Generation {
	if !p.ready {
		return nil
	}
	g := p.g
	g.Checkpoint = p.at
	return &g
}

// stored returns the active generation if it is of this log, whatever its version, and drops what cannot be used: rows of
// another log are no old truth but none.
func (p *Projection) stored(ctx context.Context) (*Generation, error) {
	generations, err := p.engine.Generations(ctx, p.view.Name)
	if err != nil {
		return nil, fmt.Errorf("load the generations: %w", err)
	}
	var active *Generation
	for _, g := range generations {
		keep := false
		if g.Active {
			if keep, err = p.ofThisLog(ctx, g); err != nil {
				return nil, err
			}
			if !keep {
				p.options.Logger.Warn("view is not of this log", "view", p.view.Name, "position", g.Checkpoint.Position.String())
			}
		}
		if keep {
			active = &g
			p.shown.set(g.Checkpoint, false)
			continue
		}
		if err := p.engine.Drop(ctx, g); err != nil {
			return nil, fmt.Errorf("drop generation %d: %w", g.Number, err)
		}
	}
	if active == nil {
		p.shown.update(func(now *State) {
			*now = State{CaughtUp: now.CaughtUp, Building: now.Building, Progress: now.Progress}
		})
	}
	return active, nil
}

// ofThisLog reports whether what was folded into a generation is how this log begins. A log that was restored from a
// backup goes its own way from there on, under the same id and soon past the same positions.
func (p *Projection) ofThisLog(ctx context.Context, g Generation) (bool, error) {
	c := g.Checkpoint
	if c.LogID != p.logID {
		return false, nil
	}
	head, err := p.log.Head(ctx)
	if err != nil {
		return false, fmt.Errorf("read the head of the log: %w", err)
	}
	if head.Before(c.Position) {
		return false, nil
	}
	at, found, err := p.kept(ctx, c.Kept)
	if err != nil || !found {
		return false, err
	}
	if g.Version != p.view.Version {
		return true, nil // which events it folded is not known any more
	}
	return p.nothingBetween(ctx, at, c.Position)
}

// kept returns where the log has an event, and whether it has it.
func (p *Projection) kept(ctx context.Context, k Kept) (at domain.Position, found bool, err error) {
	if k == (Kept{}) {
		return at, true, nil
	}
	for r, err := range p.log.ReadStream(ctx, k.Stream, eventstore.Revision(k.Revision), eventstore.Forwards) {
		if err != nil {
			return at, false, fmt.Errorf("read event %d of %q: %w", k.Revision, k.Stream, err)
		}
		return r.Position, int64(r.Revision) == k.Revision && r.ID == k.EventID, nil
	}
	return at, false, nil
}

// nothingBetween reports whether the log has no event that is kept for ever, and that the view should have folded, after
// one position up to and including another.
func (p *Projection) nothingBetween(ctx context.Context, after, upto domain.Position) (bool, error) {
	types := slices.DeleteFunc(p.view.Types(), func(t string) bool {
		return t == domain.TypeFleetEvaluated || t == domain.TypeHeartbeatsRecorded
	})
	for page, err := range p.log.ReadAll(ctx, after, types...) {
		if err != nil {
			return false, fmt.Errorf("read the log after %s: %w", after, err)
		}
		for r, err := range page.Events() {
			if err != nil {
				return false, fmt.Errorf("read the log after %s: %w", after, err)
			}
			return upto.Before(r.Position), nil
		}
	}
	return true, nil
}

// LogID returns the id of a log, empty for one that has none yet.
func LogID(ctx context.Context, log Log) (string, error) {
	for r, err := range log.ReadStream(ctx, domain.LogStream, 0, eventstore.Forwards) {
		if err != nil {
			return "", fmt.Errorf("read the log's id: %w", err)
		}
		event, err := eventstore.Decode(r)
		if err != nil {
			return "", fmt.Errorf("read the log's id: %w", err)
		}
		if created, ok := event.(*domain.LogCreated); ok {
			return created.ID, nil
		}
	}
	return "", nil
}
