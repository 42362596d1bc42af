package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"time"

	"fleetbeat/api"
	"fleetbeat/commands"
	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/eventstore/messaging"
	"fleetbeat/eventstore/sqlite"
	"fleetbeat/ingest"
	"fleetbeat/liveness"
	"fleetbeat/web"
)

// node is the name of the one node that an embedded log has. The lock of the data folder keeps it the only one.
const node = "local"

// App is one running Fleetbeat. Its methods may be called by many goroutines at once.
type App struct {
	options  Options
	log      *slog.Logger
	running  stack
	metrics  *metrics
	health   *health
	disk     *disk
	store    *sqlite.Store
	logID    string
	clock    *ingest.Clock
	ingest   *ingest.Ingest
	registry *commands.Registry
	keyring  *commands.Keyring
	commands *commands.Handlers
	liveness *liveness.Liveness
	views    *views
	router   *messaging.Router
	feed     *api.Feed
	listener net.Listener
	server   *http.Server
	failed   chan error // at most one: what made it impossible to go on
}

// New opens the data folder, listens, and starts everything that reads the log; Start answers requests. What New began is
// undone when it returns an error. ctx is for New alone.
func New(ctx context.Context, o Options) (*App, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	a := &App{options: o, log: o.Logger, failed: make(chan error, 1)}
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
		a.probe, a.openLog, a.loadKeys, a.watchDisk, a.openViews, a.startReaders, a.serveRebuilds, a.startFeed, a.listen, a.openIngest, a.makeServer,
	} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// openLog takes the data folder and opens the event log in it, giving a new one its id and settings.
func (a *App) openLog(ctx context.Context) error {
	lock, err := lockFolder(a.options.Data)
	if err != nil {
		return err
	}
	a.running.push("data folder", func(context.Context) error { return lock.Close() })
	a.store, err = sqlite.Open(filepath.Join(a.options.Data, eventsFile), sqlite.Options{Log: a.log})
	if err != nil {
		return fmt.Errorf("open the event log: %w", err)
	}
	a.running.push("event log", func(context.Context) error { return a.store.Close() })
	now := domain.InstantOf(time.Now())
	seed := a.options.settings()
	id, stored, err := commands.EnsureLog(ctx, a.store, seed, a.options.HeartbeatsMaxAge, now)
	if err != nil {
		return err
	}
	if stored != seed {
		a.log.Warn("the log keeps its own timeout, change it by command", "intervalSeconds", stored.IntervalSeconds,
			"graceSeconds", stored.GraceSeconds, "ignoredIntervalSeconds", seed.IntervalSeconds, "ignoredGraceSeconds", seed.GraceSeconds)
	}
	a.logID = id
	return a.checkMaxAge(ctx)
}

// checkMaxAge refuses to keep heartbeats for less long than before where somebody's timeout is too long for it. Whether
// timeouts fit the flag that was there before, the commands that set them have seen to.
func (a *App) checkMaxAge(ctx context.Context) error {
	before, err := a.store.MaxAge(ctx, domain.IngestStream(node))
	if err != nil || before > 0 && before <= a.options.HeartbeatsMaxAge {
		return err
	}
	return commands.CheckMaxAge(ctx, a.store, a.options.HeartbeatsMaxAge)
}

// startReaders runs everything that reacts to the log on one router.
func (a *App) startReaders(ctx context.Context) error {
	a.registry = commands.NewRegistry()
	a.liveness = liveness.New(liveness.Options{
		Store: a.store, Snapshots: liveness.FileSnapshots{Dir: a.options.Data}, LogID: a.logID, Logger: a.log, Exclusive: true,
	})
	a.running.push("liveness", a.liveness.Close)
	a.metrics = newMetrics(a)
	var err error
	a.router, err = messaging.NewRouter(a.log, messaging.RouterConfig{
		Observers: []messaging.Observer{a.health, a.metrics}, CloseTimeout: StopTimeout / 2,
	})
	if err != nil {
		return err
	}
	readers := append(a.views.readers(),
		reader{"registry", commands.RegistryEvents(), fromStart, a.registry.Fold},
		reader{"keys", commands.KeyEvents(), a.afterKeys, a.keyring.Fold},
		reader{"liveness", liveness.Types(), a.liveness.From, a.liveness.Handle})
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

// openIngest makes this process the node of the log, at the moment the log knows of or later.
func (a *App) openIngest(ctx context.Context) error {
	newest, err := newestMoment(ctx, a.store)
	if err != nil {
		return err
	}
	a.clock = ingest.NewClock(ingest.ClockOptions{NotBefore: newest, Trust: a.options.TrustClock})
	a.ingest, err = ingest.Open(ctx, a.store, ingest.Options{
		Node: node, Clock: a.clock, Logger: a.log, MaxAge: a.options.HeartbeatsMaxAge, Observer: a.metrics.ingest(),
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

func (a *App) makeServer(context.Context) error {
	options := api.Options{Version: a.options.Version, LoopbackOnly: true, KeyRate: a.options.KeyRate}
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
	a.log.Info("fleetbeat serves", "address", a.Addr(), "data", a.options.Data, "log", a.logID, "version", a.options.Version)
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

// Stop takes no more requests, finishes those under way, stores every heartbeat that was received and closes the log. It
// names what did not finish before ctx ended. Stopping twice is harmless.
func (a *App) Stop(ctx context.Context) error { return a.running.unwind(ctx) }
