package app

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"fleetbeat/commands"
	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/ingest"
)

// localNode is the name of the one node that an embedded log has. The lock of the data folder keeps it the only one.
const localNode = "local"

// nodeName returns the name of this life of this process. In a log that others write, too, it is used once.
func nodeName(e EventsEngine) string {
	if e.URL == "" {
		return localNode
	}
	return uuid.NewString()
}

// startClock starts the receipt clock, at the moment the log knows of or later.
func (a *App) startClock(ctx context.Context) error {
	if !a.options.Roles.Has(RoleAPI) {
		return nil
	}
	newest, err := newestMoment(ctx, a.store)
	if err != nil {
		return err
	}
	a.clock = ingest.NewClock(ingest.ClockOptions{NotBefore: newest, Trust: a.options.TrustClock})
	return nil
}

// observeClock compares the clock with those of other nodes, as the last evaluation of a page that reaches the log's end
// tells of them.
func (a *App) observeClock(_ context.Context, d eventstore.Delivery) error {
	if !d.Live {
		return nil
	}
	var last *domain.FleetEvaluated
	var stored time.Time
	for r, err := range d.Page.Events() {
		if err != nil {
			return err
		}
		event, err := eventstore.Decode(r)
		if err != nil {
			return err
		}
		if e, ok := event.(*domain.FleetEvaluated); ok {
			last, stored = e, r.Time
		}
	}
	if last != nil {
		a.clock.ObserveEvaluation(last.Newest, domain.InstantOf(stored))
	}
	return nil
}

// openIngest makes this process a node of the log.
func (a *App) openIngest(ctx context.Context) (err error) {
	if !a.options.Roles.Has(RoleAPI) {
		return nil
	}
	observer := a.metrics.ingest()
	measured := observer.Stored
	observer.Stored = func(heartbeats, bytes int, took time.Duration) {
		measured(heartbeats, bytes, took)
		a.logWatch.noteStored()
	}
	a.ingest, err = ingest.Open(ctx, a.store, ingest.Options{
		Node: a.node, Clock: a.clock, Logger: a.log, MaxAge: a.options.HeartbeatsMaxAge, Observer: observer,
	})
	if err != nil {
		return fmt.Errorf("open ingest: %w", err)
	}
	a.running.push("ingest", func(ctx context.Context) error { // where the log cannot be written, the rest still needs time
		ctx, cancel := context.WithTimeout(ctx, StopTimeout/3)
		defer cancel()
		return a.ingest.Close(ctx)
	})
	go func() {
		<-a.ingest.Failed()
		a.fail(a.ingest.Err())
	}()
	a.commands = commands.New(commands.Options{
		Store: a.store, Registry: a.registry, Keyring: a.keyring, Recorder: a.ingest, Now: a.clock.Now, HeartbeatsMaxAge: a.options.HeartbeatsMaxAge,
		RegisterUnknown: a.options.RegisterUnknown, Log: a.log,
	})
	resuming, cancel := context.WithCancel(context.WithoutCancel(ctx))
	a.running.push("commands", func(context.Context) error { cancel(); a.commands.Close(); return nil })
	go a.resumeImports(resuming)
	return nil
}

// resumeImports finishes what a crash cut short: an import that was accepted is applied whole.
func (a *App) resumeImports(ctx context.Context) {
	if err := a.commands.ImportFleet.Resume(ctx); err != nil && ctx.Err() == nil {
		a.log.Error("an import that was cut short is not finished; the next start tries again", "error", err)
	}
}

// newestMoment returns the latest moment that an evaluation in the log knows of, so that receipt time does not begin
// before it.
func newestMoment(ctx context.Context, store eventstore.Store) (domain.Instant, error) {
	for r, err := range store.ReadStream(ctx, domain.EvaluationsStream, eventstore.End, eventstore.Backwards) {
		if err != nil {
			return 0, fmt.Errorf("read %q: %w", domain.EvaluationsStream, err)
		}
		event, err := eventstore.Decode(r)
		if err != nil {
			return 0, err
		}
		if e, ok := event.(*domain.FleetEvaluated); ok {
			return e.Newest, nil
		}
	}
	return 0, nil
}
