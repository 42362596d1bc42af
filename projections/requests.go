package projections

import (
	"context"
	"fmt"
	"time"
)

// RequestEvery is how often the owner of a view looks whether somebody wants it rebuilt, and writes how far it has come.
const RequestEvery = time.Second

// AskRebuild asks whoever folds a view to build it anew, from any process that can write the view's store. Progress and
// outcome are then told by the engine's Rebuild.
func AskRebuild(ctx context.Context, engine Engine, view string) error {
	if err := engine.SaveRebuild(ctx, Rebuild{View: view, State: RebuildAsked}); err != nil {
		return fmt.Errorf("ask for a rebuild of the %s view: %w", view, err)
	}
	return nil
}

// ServeRebuilds serves requests to rebuild the view until ctx ends. A rebuild that a crash cut short is begun anew. What
// goes wrong is logged and stands in the request; it never ends the serving.
func (p *Projection) ServeRebuilds(ctx context.Context) {
	ticker := time.NewTicker(RequestEvery)
	defer ticker.Stop()
	for failing := false; ; {
		err := p.serveRebuild(ctx)
		if err != nil && ctx.Err() == nil && !failing { // an engine that is away fails each second, and says so elsewhere, too
			p.options.Logger.Error("rebuild of a view failed", "view", p.view.Name, "error", err)
		}
		failing = err != nil
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// serveRebuild builds the view anew where somebody asked for it.
func (p *Projection) serveRebuild(ctx context.Context) error {
	request, err := p.engine.Rebuild(ctx, p.view.Name)
	if err != nil {
		return fmt.Errorf("look for a request: %w", err)
	}
	if request.State != RebuildAsked && request.State != RebuildRunning {
		return nil
	}
	request = Rebuild{View: p.view.Name, State: RebuildRunning}
	var told time.Time
	err = p.Rebuild(ctx, func(progress Progress) {
		request.Progress = progress
		if now := p.options.Now(); now.Sub(told) >= RequestEvery {
			told = now
			_ = p.engine.SaveRebuild(ctx, request) // of no weight: the next one, or the outcome, is told again
		}
	})
	if ctx.Err() != nil {
		return nil // we stop; the request stays, and the next owner serves it
	}
	request.State = RebuildDone
	if err != nil {
		request.State, request.Problem = RebuildFailed, err.Error()
	}
	if saveErr := p.engine.SaveRebuild(ctx, request); saveErr != nil {
		return fmt.Errorf("tell the outcome of a rebuild: %w", saveErr)
	}
	return err
}
