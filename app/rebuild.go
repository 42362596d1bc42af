package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"fleetbeat/domain"
	"fleetbeat/eventstore/sqlite"
	"fleetbeat/projections"
)

// The files of a data folder beside the snapshot.
const (
	eventsFile = "events.db"
	viewsFile  = "views.db"
)

// ErrRebuildFailed is a rebuild that the server gave up.
var ErrRebuildFailed = errors.New("the rebuild failed")

// Rebuild builds a view anew. Where a server owns it, it asks that server and reports what it tells; otherwise it does it
// itself. An unknown view is an Invalid error.
func Rebuild(ctx context.Context, e Engines, data, view string, logger *slog.Logger, report func(projections.Progress)) (err error) {
	at := slices.IndexFunc(projections.All(), func(v projections.View) bool { return v.Name == view })
	if at < 0 {
		return domain.InvalidField("view", "%q is not one of fleet, latest, relations and timeline", view)
	}
	log, err := OpenLog(e.Events, data, false, sqlite.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	id, err := projections.LogID(ctx, log)
	if err != nil {
		return err
	}
	o, err := openOwned(ctx, e, data, view, logger)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.end(context.WithoutCancel(ctx))) }()
	if !o.ours {
		return askRebuild(ctx, o.engine, view, report)
	}
	return projections.New(projections.All()[at], o.engine, log, id, projections.Options{Logger: logger}).Rebuild(ctx, report)
}

// askRebuild leaves a request for the server and follows it to its end.
func askRebuild(ctx context.Context, engine projections.Engine, view string, report func(projections.Progress)) error {
	if err := projections.AskRebuild(ctx, engine, view); err != nil {
		return err
	}
	ticker := time.NewTicker(projections.RequestEvery / 4)
	defer ticker.Stop()
	unheard := time.NewTimer(10 * projections.RequestEvery)
	defer unheard.Stop()
	for {
		select {
		case <-ticker.C:
		case <-unheard.C:
			return fmt.Errorf("%w: the server that owns the view does not take it up", ErrRebuildFailed)
		case <-ctx.Done():
			return ctx.Err()
		}
		r, err := engine.Rebuild(ctx, view)
		if err != nil {
			return err
		}
		report(r.Progress)
		if r.State != projections.RebuildAsked {
			unheard.Stop()
		}
		switch r.State {
		case projections.RebuildDone:
			return nil
		case projections.RebuildFailed:
			return fmt.Errorf("%w: %s", ErrRebuildFailed, r.Problem)
		}
	}
}
