package projections

import (
	"context"
	"fmt"
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
			if keep, err = p.origin().ofThisLog(ctx, g); err != nil {
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
