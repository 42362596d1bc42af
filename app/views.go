package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/eventstore/messaging"
	"fleetbeat/liveness"
	"fleetbeat/projections"
	viewfile "fleetbeat/projections/sqlite"
	"fleetbeat/queries"
)

// views are the projections, what folds them and what reads them.
type views struct {
	all     []*view
	reading reading
	turn    projections.Turn
}

// reading is what answers questions, whatever the engine.
type reading struct {
	fleet interface {
		queries.FleetReader
		queries.CountsReader
	}
	latest    queries.LatestReader
	relations interface {
		queries.RelationsReader
		queries.PlateReader
	}
	timeline interface {
		queries.TimelineReader
		queries.HistoryReader
	}
	changes queries.ChangesReader
}

// view is one view in this process. Of one in the data folder, projection is what folds it and what is asked how far it is
// folded; of one that several processes share, the follower is asked, and a projection and its tenancy are here where this
// process may fold it.
type view struct {
	name       string
	projection *projections.Projection
	follower   *projections.Follower
	tenancy    *tenancy
}

// folding is what is asked how far a view is folded.
type folding interface {
	queries.View
	Folded() (domain.Position, <-chan struct{})
	Head(ctx context.Context) (domain.Position, error)
	State() projections.State
}

func (v *view) folding() folding {
	if v.follower != nil {
		return v.follower
	}
	return v.projection
}

// openViews opens the engines of the views and makes what this process needs of each.
func (a *App) openViews(ctx context.Context) error {
	a.views = &views{turn: projections.NewTurn()}
	a.snapshots = liveness.FileSnapshots{Dir: a.options.Data}
	var file *viewfile.Views
	if e := a.options.Engines; e.Fleet.URL == "" || e.Relations.URL == "" {
		var err error
		if file, err = a.openViewFile(); err != nil {
			return err
		}
	}
	leases, err := a.openRelations(ctx, file)
	if err != nil {
		return err
	}
	return a.openFleet(ctx, file, leases)
}

// openRelations makes the views of relations, latest and timeline, from the file or from Postgres, which then keeps leases
// and snapshots, too.
func (a *App) openRelations(ctx context.Context, file *viewfile.Views) (projections.Leases, error) {
	r := &a.views.reading
	if a.options.Engines.Relations.URL == "" {
		r.latest = file.Latest(a.keep(projections.Latest(), file))
		r.relations = file.Relations(a.keep(projections.Relations(), file))
		timeline := a.keep(projections.Timeline(), file)
		r.timeline, r.changes = file.Timeline(timeline), file.Changes(timeline)
		return nil, nil
	}
	engine, err := a.options.Engines.Relations.open(ctx, a.log)
	if err != nil {
		return nil, err
	}
	a.running.push("postgres", func(context.Context) error { return engine.Close() })
	leases := engine.Leases()
	a.snapshots = engine.Snapshots()
	r.latest = engine.Latest(a.share(ctx, projections.Latest(), engine, leases))
	r.relations = engine.Relations(a.share(ctx, projections.Relations(), engine, leases))
	timeline := a.share(ctx, projections.Timeline(), engine, leases)
	r.timeline, r.changes = engine.Timeline(timeline), engine.Changes(timeline)
	return leases, nil
}

// openFleet makes the fleet view, from the file or from Elasticsearch.
func (a *App) openFleet(ctx context.Context, file *viewfile.Views, leases projections.Leases) error {
	r := &a.views.reading
	if a.options.Engines.Fleet.URL == "" {
		r.fleet = file.Fleet(a.keep(projections.Fleet(), file))
		return nil
	}
	engine, err := a.options.Engines.Fleet.open(a.log)
	if err != nil {
		return err
	}
	a.running.push("elasticsearch", func(context.Context) error { return engine.Close() })
	r.fleet = engine.Fleet(a.share(ctx, projections.Fleet(), engine, leases))
	return nil
}

// openViewFile opens the file of views in the data folder.
func (a *App) openViewFile() (*viewfile.Views, error) {
	file, err := viewfile.Open(filepath.Join(a.options.Data, viewsFile))
	if err != nil {
		return nil, err
	}
	if why := file.MadeAnew(); why != nil {
		a.log.Warn("the file of views cannot be used, all views are folded anew", "file", viewsFile, "error", why)
	}
	a.running.push("views", func(context.Context) error { return file.Close() })
	return file, nil
}

// keep makes a view of the data folder.
func (a *App) keep(of projections.View, engine projections.Engine) folding {
	p := projections.New(of, engine, a.store, a.logID, projections.Options{
		OnFolded: func(f projections.Folded) { a.metrics.folded(f) }, Turn: a.views.turn, Logger: a.log,
	})
	a.views.all = append(a.views.all, &view{name: of.Name, projection: p})
	a.running.push("view "+of.Name, p.Close)
	return p
}

// share makes a view that other processes fold or read, too.
func (a *App) share(ctx context.Context, of projections.View, engine projections.Engine, leases projections.Leases) folding {
	v := &view{name: of.Name, follower: projections.NewFollower(of, engine, a.store, a.logID)}
	if !a.options.Roles.Has(RoleAPI) && !a.options.Roles.Has(RoleProjections) {
		return v.follower // nobody asks it
	}
	a.views.all = append(a.views.all, v)
	a.background(ctx, "follower of "+of.Name, v.follower.Run)
	if !a.options.Roles.Has(RoleProjections) {
		return v.follower
	}
	v.projection = projections.New(of, engine, a.store, a.logID, projections.Options{
		OnFolded: func(f projections.Folded) {
			a.metrics.folded(f)
			v.follower.Nudge()
		},
		Turn: a.views.turn, Logger: a.log, Followed: true,
	})
	if leases != nil {
		v.tenancy = newTenancy(leases, of.Name, a.node, a.log)
		a.background(ctx, "lease of "+of.Name, v.tenancy.run)
	}
	a.running.push("view "+of.Name, func(ctx context.Context) error {
		if err := v.projection.Close(ctx); !errors.Is(err, projections.ErrMoved) { // its new owner knows better
			return err
		}
		return nil
	})
	return v.follower
}

// readers are the views that this process folds, or may, as readers of the log.
func (v *views) readers(h *health) (readers []reader) {
	for _, each := range v.all {
		p := each.projection
		if p == nil {
			continue
		}
		r := reader{each.name, p.View().Types(), p.From, restarting(p.Handle)}
		if each.tenancy != nil {
			r = each.tenancy.reader(r, h)
		}
		readers = append(readers, r)
	}
	return readers
}

// restarting has the subscription start over where the view's checkpoint was moved by somebody else.
func restarting(handle messaging.Handler) messaging.Handler {
	return func(ctx context.Context, d eventstore.Delivery) error {
		err := handle(ctx, d)
		if errors.Is(err, projections.ErrMoved) {
			return fmt.Errorf("%w: %w", messaging.ErrRestart, err)
		}
		return err
	}
}

// serveRebuilds answers requests to rebuild a view, while this process owns it, until the app stops.
func (a *App) serveRebuilds(ctx context.Context) error {
	for _, v := range a.views.all {
		switch {
		case v.projection == nil:
		case v.tenancy == nil:
			a.background(ctx, "rebuilds of "+v.name, v.projection.ServeRebuilds)
		default:
			a.background(ctx, "rebuilds of "+v.name, func(ctx context.Context) {
				v.tenancy.whileOwner(ctx, v.projection.ServeRebuilds)
			})
		}
	}
	return nil
}

// folded observes how long the transitions of a page took to become visible. The fleet view is the one people look at.
func (m *metrics) folded(f projections.Folded) {
	if f.View != projections.Fleet().Name {
		return
	}
	now := domain.InstantOf(time.Now())
	for _, t := range f.Transitions {
		switch age := now.Sub(t.At).Seconds(); {
		case t.Status == domain.Connected:
			m.pingVisible.Observe(age)
		case t.Status == domain.Disconnected:
			m.lineVisible.Observe(age)
		}
	}
}
