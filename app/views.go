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
	"fleetbeat/projections"
	viewfile "fleetbeat/projections/sqlite"
)

// views are the projections, what folds them and what reads them.
type views struct {
	all     []*projections.Projection
	reading struct {
		fleet     *viewfile.Fleet
		latest    *viewfile.Latest
		relations *viewfile.Relations
		timeline  *viewfile.Timeline
		changes   *viewfile.Changes
	}
}

// openViews opens the file of views, makes the projections of it, and serves requests to rebuild them.
func (a *App) openViews(ctx context.Context) error {
	file, err := viewfile.Open(filepath.Join(a.options.Data, viewsFile))
	if err != nil {
		return err
	}
	if why := file.MadeAnew(); why != nil {
		a.log.Warn("the file of views cannot be used, all views are folded anew", "file", viewsFile, "error", why)
	}
	a.running.push("views", func(context.Context) error { return file.Close() })
	a.views = &views{}
	options := projections.Options{OnFolded: func(f projections.Folded) { a.metrics.folded(f) }, Turn: projections.NewTurn(), Logger: a.log}
	project := func(view projections.View) *projections.Projection {
		p := projections.New(view, file, a.store, a.logID, options)
		a.views.all = append(a.views.all, p)
		return p
	}
	r := &a.views.reading
	r.fleet = file.Fleet(project(projections.Fleet()))
	r.latest = file.Latest(project(projections.Latest()))
	r.relations = file.Relations(project(projections.Relations()))
	timeline := project(projections.Timeline())
	r.timeline, r.changes = file.Timeline(timeline), file.Changes(timeline)
	for _, p := range a.views.all {
		a.running.push("view "+p.View().Name, p.Close)
	}
	return nil
}

// readers are the views as readers of the log.
func (v *views) readers() (readers []reader) {
	for _, p := range v.all {
		readers = append(readers, reader{p.View().Name, p.View().Types(), p.From, restarting(p.Handle)})
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

// serveRebuilds answers requests to rebuild a view until the app stops.
func (a *App) serveRebuilds(ctx context.Context) error {
	serving, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{}, len(a.views.all))
	for _, p := range a.views.all {
		go func() {
			p.ServeRebuilds(serving)
			ended <- struct{}{}
		}()
	}
	a.running.push("rebuilds", func(context.Context) error {
		cancel()
		for range a.views.all {
			<-ended
		}
		return nil
	})
	return nil
}

func (v *views) names() (names []string) {
	for _, p := range v.all {
		names = append(names, p.View().Name)
	}
	return names
}

// asOf returns the moment that a view shows; zero for a view there is none of.
func (v *views) asOf(name string) domain.Instant {
	for _, p := range v.all {
		if p.View().Name == name {
			return p.State().AsOf
		}
	}
	return 0
}

// unready says which views cannot be asked yet, and why.
func (v *views) unready(report func(part, why string)) {
	for _, p := range v.all {
		switch s := p.State(); {
		case s.Building && !s.CaughtUp:
			report(p.View().Name, building(s.Progress))
		case s.AsOf.IsZero():
			report(p.View().Name, "has no moment to show yet: the first evaluation is not there")
		}
	}
}

// building says how far a view has come. After the last event, indexes are made.
func building(p projections.Progress) string {
	if f := p.Fraction(); f < 1 {
		return fmt.Sprintf("is being built, %.0f %% of the log folded", 100*f)
	}
	return "is being built: the log is folded, indexes are made"
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
