package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"fleetbeat/commands"
	"fleetbeat/domain"
	"fleetbeat/eventstore/messaging"
	"fleetbeat/liveness"
)

// startReaders runs everything of this process's roles that reacts to the log on one router.
func (a *App) startReaders(ctx context.Context) error {
	a.registry = commands.NewRegistry()
	a.metrics = newMetrics()
	readers := append(a.views.readers(a.health), reader{"keys", commands.KeyEvents(), a.afterKeys, a.keyring.Fold})
	if a.options.Roles.Has(RoleLiveness) {
		a.liveness = liveness.New(liveness.Options{
			Store: a.store, Snapshots: a.snapshots, LogID: a.logID, Logger: a.log, Exclusive: a.options.Engines.Events.URL == "",
		})
		a.running.push("liveness", a.liveness.Close)
		readers = append(readers, reader{"liveness", liveness.Types(), a.liveness.From, a.liveness.Handle})
	}
	if a.options.Roles.Has(RoleAPI) {
		readers = append(readers, reader{"registry", commands.RegistryEvents(), fromStart, a.registry.Fold})
	}
	if a.options.Roles.Has(RoleAPI) && a.options.Engines.Events.URL != "" {
		readers = append(readers, reader{"clock", []string{domain.TypeFleetEvaluated}, a.store.Head, a.observeClock})
	}
	a.metrics.registry.MustRegister(a.gauges()...)
	return a.runReaders(ctx, readers)
}

// runReaders hands the log to readers until the app stops.
func (a *App) runReaders(ctx context.Context, readers []reader) (err error) {
	a.router, err = messaging.NewRouter(a.log, messaging.RouterConfig{
		Observers: []messaging.Observer{a.health, a.metrics}, CloseTimeout: StopTimeout / 2,
	})
	if err != nil {
		return err
	}
	for _, r := range readers {
		if err := a.addReader(r); err != nil {
			return err
		}
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := a.router.Run(running); err != nil {
			a.fail(fmt.Errorf("run the readers of the log: %w", err))
		}
	}()
	a.running.push("readers of the log", func(context.Context) error {
		defer cancel()
		err := a.router.Close()
		<-ended
		return err
	})
	return nil
}

// reader is something that reacts to the log. Its name is durable: checkpoints, metrics and health go by it.
type reader struct {
	name   string
	types  []string
	from   func(context.Context) (domain.Position, error)
	handle messaging.Handler
}

// heartbeatsPace is the least time between two live pages of who reads heartbeats. Each append of a node would be a page
// of its own otherwise, thousands a second with a transaction each, on the processors that should take heartbeats. It
// delays what is visible by no more than itself, a twentieth of what is promised; after a quiet time not at all.
const heartbeatsPace = 50 * time.Millisecond

// pace returns the least time between two live pages of a reader.
func (r reader) pace() time.Duration {
	if slices.Contains(r.types, domain.TypeHeartbeatsRecorded) {
		return heartbeatsPace
	}
	return 0
}

func fromStart(context.Context) (domain.Position, error) { return domain.Position{}, nil }

func (a *App) addReader(r reader) error {
	subscriber, err := messaging.NewSubscriber(messaging.SubscriberConfig{Store: a.store, Types: r.types, From: r.from, Pace: r.pace()})
	if err != nil {
		return err
	}
	a.health.expect(r.name)
	return a.router.Handle(r.name, subscriber, r.handle)
}
