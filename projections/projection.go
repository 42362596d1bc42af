package projections

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"sync"
	"time"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// Log is what a projection asks of the log beside its subscription; an [eventstore.Store] is one.
type Log interface {
	ReadAll(ctx context.Context, after domain.Position, types ...string) iter.Seq2[eventstore.Page, error]
	ReadStream(ctx context.Context, stream string, from eventstore.Revision, d eventstore.Direction) iter.Seq2[eventstore.Recorded, error]
	Head(ctx context.Context) (domain.Position, error)
}

// Options are what a projection may be told. Zero fields mean the defaults.
type Options struct {
	// OnFolded is called after each page that was folded and is visible, on the way of every page: it must not wait.
	OnFolded func(Folded)
	// Followed says that other processes read the view: a checkpoint that only evaluations have moved is then written every
	// [LookEvery], not once a second, and at once where it says of rows just written that they are judged.
	Followed bool
	// Now is the clock that says how often evaluations alone are written; nil means time.Now.
	Now func() time.Time
	// Turn is shared by projections that are to build one after the other; nil means that this one waits for nobody.
	Turn Turn
	// Logger is told of views built anew, and of rebuilds that fail; nil means nobody is.
	Logger *slog.Logger
}

// Folded is a page that has become visible.
type Folded struct {
	View        string
	Events      int64
	Transitions []Transition
	AsOf        domain.Instant
	Position    domain.Position
}

// evaluationsEvery is how often a checkpoint is written that only evaluations have moved: writing each would cost a disk
// ten commits a second a view, and a restart folds them again.
const evaluationsEvery = time.Second

// keptRows is how many rows are kept in memory between pages, so that those of a vehicle that comes again soon are not
// loaded again. They cost about 500 bytes each.
const keptRows = 20_000

// Projection folds the log into one view. One goroutine calls Handle; all other methods may be called by many at once.
type Projection struct {
	view    View
	engine  Engine
	log     Log
	logID   string
	options Options

	building sync.Mutex // held while a generation is being built

	work    sync.Mutex // held while the active generation changes; guards the fields below
	ready   bool       // g and at are what the engine has, but for evaluations
	g       Generation
	saved   Checkpoint // as the engine has it
	at      Checkpoint // as folded
	rows    *rows      // of g, as the engine has them; nil after an error, when that is not known
	wrote   time.Time  // when saved was written
	awaited bool       // rows were written since an evaluation was: somebody may wait for one

	shown state
}

// New returns the projection of a view of the log with this id. Nothing is read before From.
func New(view View, engine Engine, log Log, logID string, o Options) *Projection {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Projection{view: view, engine: engine, log: log, logID: logID, options: o, shown: newState()}
}

// View returns what the projection folds.
func (p *Projection) View() View { return p.view }

// From returns the position after which the view's subscription begins. The first call, and the first after ErrMoved,
// looks at what is stored: where that is not of this log or of another version of the view, it builds the view, which may
// take minutes; ctx ends that, and the next call begins anew. Until a new version is built the old rows are served.
func (p *Projection) From(ctx context.Context) (domain.Position, error) {
	p.work.Lock()
	defer p.work.Unlock()
	if err := p.start(ctx); err != nil {
		return domain.Position{}, fmt.Errorf("start the %s view: %w", p.view.Name, err)
	}
	return p.at.Position, nil
}

// Handle folds one page and makes it visible: rows and checkpoint in one write. Events that were folded before are
// skipped one by one, so pages may come again, cut differently. After an error nothing has changed and the page may come
// again, except after one wrapping ErrMoved (as before the first From): subscribe again from From.
func (p *Projection) Handle(ctx context.Context, d eventstore.Delivery) error {
	p.work.Lock()
	defer p.work.Unlock()
	if !p.ready { // what is stored may be behind this page
		return fmt.Errorf("fold %s: %w", p.view.Name, ErrMoved)
	}
	f, err := p.view.decode(d.Page, p.at)
	if err != nil {
		return err
	}
	if f.count > 0 {
		if err := p.fold(ctx, f); err != nil {
			// Any other error leaves what was stored, or the next try finds out by ErrMoved that it does not.
			p.ready = !errors.Is(err, ErrMoved)
			return err
		}
	}
	p.shown.set(p.at, d.Live)
	if f.count > 0 && p.options.OnFolded != nil {
		p.options.OnFolded(Folded{
			View: p.view.Name, Events: f.count, Transitions: f.transitions(), AsOf: p.at.AsOf, Position: p.at.Position,
		})
	}
	return nil
}

// fold applies new events to the active generation.
func (p *Projection) fold(ctx context.Context, f folding) error {
	if len(f.events) == 0 {
		if !p.due() {
			p.at = f.after
			return nil
		}
		return p.save(ctx, f.after, nil)
	}
	r := p.rows
	if p.rows = nil; r == nil { // until the engine has what is folded into them
		r = newRows(p.view, p.engine, p.g)
	}
	if err := r.fold(ctx, f.events); err != nil {
		return err
	}
	if err := p.save(ctx, f.after, r.batch.changes()); err != nil {
		return err
	}
	r.batch.written(keptRows)
	p.rows = r
	return nil
}

func (p *Projection) save(ctx context.Context, to Checkpoint, changes []Change) error {
	if err := p.engine.Save(ctx, p.g, p.saved, to, changes); err != nil {
		return fmt.Errorf("save %d rows of the %s view: %w", len(changes), p.view.Name, err)
	}
	p.at, p.saved, p.wrote, p.awaited = to, to, p.options.Now(), len(changes) > 0
	return nil
}

// due reports whether a checkpoint that only evaluations have moved is to be written now.
func (p *Projection) due() bool {
	since := p.options.Now().Sub(p.wrote)
	if p.options.Followed {
		return p.awaited || since >= LookEvery
	}
	return since >= evaluationsEvery
}

// Close writes the checkpoint where evaluations have moved it since it was written last. Without it a start folds them
// again.
func (p *Projection) Close(ctx context.Context) error {
	p.work.Lock()
	defer p.work.Unlock()
	if !p.ready || p.at == p.saved {
		return nil
	}
	return p.save(ctx, p.at, nil)
}
