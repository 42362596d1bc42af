package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"

	"fleetbeat/api"
	"fleetbeat/commands"
	"fleetbeat/eventstore"
	"fleetbeat/eventstore/messaging"
	"fleetbeat/ingest"
	"fleetbeat/liveness"
	"fleetbeat/web"
)

// App is one running Fleetbeat. Its methods may be called by many goroutines at once.
type App struct {
	options   Options
	log       *slog.Logger
	running   stack
	metrics   *metrics
	health    *health
	disk      *disk
	store     eventstore.Store
	logWatch  *logWatch // nil where the log is in the data folder
	logID     string
	node      string // this life of this process, in the log and in leases
	clock     *ingest.Clock
	ingest    *ingest.Ingest
	registry  *commands.Registry
	keyring   *commands.Keyring
	commands  *commands.Handlers
	liveness  *liveness.Liveness // nil without its role, like clock, ingest and commands
	snapshots liveness.Snapshots
	views     *views
	router    *messaging.Router
	feed      *api.Feed
	listener  net.Listener
	server    *http.Server
	leaving   atomic.Bool
	failed    chan error // at most one: what made it impossible to go on
}

// New opens the engines, listens, and starts everything of this process's roles that reads the log; Start answers requests. What New began is
// undone when it returns an error. ctx is for New alone.
func New(ctx context.Context, o Options) (*App, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	a := &App{options: o, log: o.Logger, failed: make(chan error, 1), node: nodeName(o.Engines.Events)}
	a.health = newHealth()
	if err := a.assemble(ctx); err != nil {
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), StopTimeout)
		defer cancel()
		return nil, errors.Join(err, a.Stop(stopping))
	}
	return a, nil
}

// assemble brings the parts up in the order in which heartbeats pass them, the last one first: who reads the log before
// who writes it, and the listener before ingest, because what comes between is unobserved.
func (a *App) assemble(ctx context.Context) error {
	for _, part := range []func(context.Context) error{
		a.probe, a.openLog, a.loadKeys, a.watchLog, a.watchDisk, a.openViews, a.startClock, a.startReaders, a.serveRebuilds, a.startFeed, a.listen,
		a.openIngest, a.makeServer,
	} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// probe listens for a moment: where the address is taken, nothing is to be made or opened first.
func (a *App) probe(ctx context.Context) error {
	if err := a.listen(ctx); err != nil {
		return err
	}
	return a.Stop(ctx)
}

func (a *App) listen(context.Context) error {
	listener, err := net.Listen("tcp", a.options.Listen)
	if err != nil {
		return fmt.Errorf("listen on %q: %w", a.options.Listen, err)
	}
	a.listener = listener
	a.running.push("listener", func(context.Context) error {
		if err := listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	})
	return nil
}

func (a *App) makeServer(context.Context) error {
	options := api.Options{Version: a.options.Version, LoopbackOnly: true, KeyRate: a.options.KeyRate}
	if !a.options.Roles.Has(RoleAPI) {
		a.server = api.NewServer(api.NewService(a.serviceDeps(), options), a.log)
		return nil
	}
	dashboard, err := web.New()
	if err != nil {
		return err
	}
	a.server = api.NewServer(api.New(a.deps(dashboard), options), a.log)
	a.server.RegisterOnShutdown(a.feed.Close) // or a stop would wait for streams, which never end
	return nil
}

// Start answers requests until Stop.
func (a *App) Start() {
	a.running.push("requests", newRequests(a.server).stop)
	go func() {
		if err := a.server.Serve(a.listener); !errors.Is(err, http.ErrServerClosed) {
			a.fail(fmt.Errorf("serve: %w", err))
		}
	}()
	about := []any{"address", a.Addr(), "log", a.logID, "version", a.options.Version}
	if a.options.Engines.embedded() {
		about = append(about, "data", a.options.Data)
	}
	if len(a.options.Roles) > 0 {
		about = append(about, "roles", a.options.Roles)
	}
	a.log.Info("fleetbeat serves", about...)
}

// Addr returns host:port that requests come to.
func (a *App) Addr() string { return a.listener.Addr().String() }

// Failed delivers what made it impossible to go on, at most once; Stop then.
func (a *App) Failed() <-chan error { return a.failed }

func (a *App) fail(err error) {
	if err == nil {
		return
	}
	select {
	case a.failed <- err:
	default:
	}
}

// Leave says in /readyz that this process is about to stop, and goes on answering: whoever spreads requests over several
// sends it no more. Stop some time later.
func (a *App) Leave() { a.leaving.Store(true) }

// Stop takes no more requests, finishes those under way, stores every heartbeat that was received and closes the log. It
// names what did not finish before ctx ended. Stopping twice is harmless.
func (a *App) Stop(ctx context.Context) error { return a.running.unwind(ctx) }
