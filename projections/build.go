package projections

import (
	"context"
	"errors"
	"fmt"
	"time"

	"fleetbeat/eventstore"
)

const (
	// fillRows is how many changed rows are gathered before they are written: a row that changes often is then written
	// seldom. They are what building costs in memory, some 500 bytes each.
	fillRows = 50_000
	// fillAtOnce is how many of them one write holds: the views beside this one wait for it.
	fillAtOnce = 5_000
	// keepRows is how many rows are kept between writes, so that they need not be loaded again.
	keepRows = 100_000
)

// Turn has the projections that share it build one after the other: each gathers rows, and makes indexes, in memory. A new
// log would otherwise cost the sum of them all. The nil Turn lets everybody build at any time.
type Turn chan struct{}

// NewTurn returns a Turn that nobody has.
func NewTurn() Turn { return make(Turn, 1) }

// take waits for the turn, or returns ctx's error.
func (t Turn) take(ctx context.Context) error {
	if t == nil {
		return nil
	}
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t Turn) give() {
	if t != nil {
		<-t
	}
}

// builder fills one generation from the beginning of the log.
type builder struct {
	p        *Projection
	rows     *rows
	at       Checkpoint
	progress Progress
	began    time.Time
	report   func(Progress)
}

// Rebuild builds the view anew beside the one that is read, which goes on being folded, and switches over once it has
// caught up. report, which may be nil, is told how far it has come. The error wraps ErrBuilding where the view is being
// built already; after any error the view is as it was.
// Before the first From it does what From does.
func (p *Projection) Rebuild(ctx context.Context, report func(Progress)) error {
	if !p.building.TryLock() {
		return fmt.Errorf("rebuild the %s view: %w", p.view.Name, ErrBuilding)
	}
	defer p.building.Unlock()
	if err := p.begin(ctx); err != nil {
		return fmt.Errorf("start the %s view: %w", p.view.Name, err)
	}
	b, err := p.build(ctx, report)
	if err != nil {
		return fmt.Errorf("rebuild the %s view: %w", p.view.Name, err)
	}
	p.work.Lock()
	defer p.work.Unlock()
	if err := p.switchTo(ctx, b, p.current()); err != nil {
		return fmt.Errorf("rebuild the %s view: %w", p.view.Name, err)
	}
	return nil
}

// build returns a finished generation that has folded the log to where it ended a moment ago.
func (p *Projection) build(ctx context.Context, report func(Progress)) (_ *builder, err error) {
	p.shown.update(func(now *State) { now.Building, now.Progress = true, Progress{} })
	if err := p.options.Turn.take(ctx); err != nil {
		p.shown.update(func(now *State) { now.Building = false })
		return nil, fmt.Errorf("wait for the views that are built before: %w", err)
	}
	defer p.options.Turn.give()
	g, err := p.engine.Create(ctx, p.view.Name, p.view.Version)
	if err != nil {
		p.shown.update(func(now *State) { now.Building = false })
		return nil, fmt.Errorf("create a generation: %w", err)
	}
	b := &builder{
		p: p, rows: newRows(p.view, p.engine, g), at: Checkpoint{LogID: p.logID},
		began: p.options.Now(), report: report,
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.abandon(ctx))
		}
	}()
	if err := b.follow(ctx); err != nil {
		return nil, err
	}
	b.rows.batch.forget() // making indexes needs memory of its own
	if b.rows.g, err = p.engine.Finish(ctx, b.rows.g); err != nil {
		return nil, fmt.Errorf("finish generation %d: %w", g.Number, err)
	}
	return b, b.follow(ctx) // what came meanwhile, so that little is left to fold while the view waits
}

// switchTo makes a built generation the active one, in place of one that may be there.
func (p *Projection) switchTo(ctx context.Context, b *builder, old *Generation) error {
	if err := b.follow(ctx); err != nil {
		return errors.Join(err, b.abandon(ctx))
	}
	if old != nil {
		b.at.notBefore(old.Checkpoint)
	}
	g, err := p.engine.Activate(ctx, b.rows.g, b.at)
	p.shown.update(func(now *State) { now.Building = false })
	if err != nil {
		p.ready = false // which of the two is active now, the next start finds out, and it drops the other
		return fmt.Errorf("switch to generation %d: %w", b.rows.g.Number, err)
	}
	p.use(g)
	return nil
}

// abandon drops the generation, even when ctx is why.
func (b *builder) abandon(ctx context.Context) error {
	b.p.shown.update(func(now *State) { now.Building = false })
	return b.p.engine.Drop(context.WithoutCancel(ctx), b.rows.g)
}

// follow folds the log from where the builder is to its end.
func (b *builder) follow(ctx context.Context) (err error) {
	if b.progress.Head, err = b.p.log.Head(ctx); err != nil {
		return fmt.Errorf("read the head of the log: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	pages := b.decoded(ctx)
	defer func() {
		cancel()
		for range pages { // until it has let go of the log
		}
	}()
	for next := range pages {
		if next.err != nil {
			return next.err
		}
		if err := b.rows.fold(ctx, next.events); err != nil {
			return err
		}
		b.at = next.after
		b.tell(next.count)
		if b.rows.batch.dirty >= fillRows {
			if err := b.fill(ctx); err != nil {
				return err
			}
		}
	}
	return b.fill(ctx)
}

// decodedPage is a page decoded, or why there are no more.
type decodedPage struct {
	folding
	err error
}

// decoded returns the pages after the builder's checkpoint, decoded ahead on another core. The channel is closed after
// the last one, and when ctx ends.
func (b *builder) decoded(ctx context.Context) <-chan decodedPage {
	pages := make(chan decodedPage, 2)
	from, view := b.at, b.p.view
	go func() {
		defer close(pages)
		send := func(next decodedPage) bool {
			select {
			case pages <- next:
				return true
			case <-ctx.Done():
				return false
			}
		}
		for page, err := range b.p.log.ReadAll(ctx, from.Position, view.Types()...) {
			var next decodedPage
			if next.err = err; err == nil {
				next.folding, next.err = view.decode(page, from)
			}
			if !send(next) || next.err != nil {
				return
			}
			from = next.after
		}
	}()
	return pages
}

// fill writes what has changed.
func (b *builder) fill(ctx context.Context) error {
	changes := b.rows.batch.changes()
	for len(changes) > 0 {
		n := min(len(changes), fillAtOnce)
		if err := b.p.engine.Fill(ctx, b.rows.g, changes[:n]); err != nil {
			return fmt.Errorf("fill generation %d: %w", b.rows.g.Number, err)
		}
		changes = changes[n:]
	}
	b.rows.batch.written(keepRows)
	return ctx.Err()
}

// tell reports progress.
func (b *builder) tell(events int64) {
	b.progress.Events += events
	b.progress.Position = b.at.Position
	if took := b.p.options.Now().Sub(b.began).Seconds(); took > 0 {
		b.progress.EventsPerSecond = float64(b.progress.Events) / took
	}
	b.p.shown.update(func(now *State) { now.Progress = b.progress })
	if b.report != nil {
		b.report(b.progress)
	}
}

var _ Log = eventstore.Store(nil)
