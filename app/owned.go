package app

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"

	"github.com/google/uuid"

	"fleetbeat/projections"
	viewfile "fleetbeat/projections/sqlite"
)

// owned is the engine of a view as who comes beside a server has it: ours to fold, or a server's.
type owned struct {
	engine  projections.Engine
	ours    bool
	running stack
}

// end gives the view back.
func (o *owned) end(ctx context.Context) error { return o.running.unwind(ctx) }

// openOwned opens the engine of a view and owns the view, unless a server does. By the lock of the data folder where anything
// is in it, by the view's lease otherwise.
func openOwned(ctx context.Context, e Engines, data, view string, logger *slog.Logger) (_ *owned, err error) {
	o := &owned{ours: true}
	defer func() {
		if err != nil {
			err = errors.Join(err, o.end(context.WithoutCancel(ctx)))
		}
	}()
	if e.embedded() {
		lock, err := lockFolder(data)
		o.ours = !errors.Is(err, ErrDataInUse)
		if err != nil && o.ours {
			return nil, err
		}
		if o.ours {
			o.running.push("data folder", func(context.Context) error { return lock.Close() })
		}
	}
	leases, err := o.open(ctx, e, data, view, logger)
	if err != nil || e.embedded() {
		return o, err
	}
	return o, o.lease(ctx, leases, view)
}

// open opens the engine of the view.
func (o *owned) open(ctx context.Context, e Engines, data, view string, logger *slog.Logger) (leases projections.Leases, err error) {
	fleet := view == projections.Fleet().Name
	if e.Relations.URL != "" && (!fleet || !e.embedded()) {
		engine, err := e.Relations.open(ctx, logger)
		if err != nil {
			return nil, err
		}
		o.running.push("postgres", func(context.Context) error { return engine.Close() })
		o.engine, leases = engine, engine.Leases()
	}
	switch {
	case fleet && e.Fleet.URL != "":
		engine, err := e.Fleet.open(logger)
		if err != nil {
			return nil, err
		}
		o.running.push("elasticsearch", func(context.Context) error { return engine.Close() })
		o.engine = engine
	case fleet || e.Relations.URL == "":
		open := viewfile.Open
		if !o.ours {
			open = viewfile.OpenServed
		}
		file, err := open(filepath.Join(data, viewsFile))
		if err != nil {
			return nil, err
		}
		o.running.push("views", func(context.Context) error { return file.Close() })
		o.engine = file
	}
	return leases, nil
}

// lease takes the view's lease, where nobody has it, and keeps it.
func (o *owned) lease(ctx context.Context, leases projections.Leases, view string) (err error) {
	t := newTenancy(leases, view, uuid.NewString(), slog.New(slog.DiscardHandler))
	if o.ours, err = leases.Take(ctx, view, t.holder, leaseFor); err != nil || !o.ours {
		return err
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		t.run(running)
	}()
	o.running.push("lease of "+view, func(context.Context) error { cancel(); <-ended; return nil })
	return nil
}
