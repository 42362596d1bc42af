package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"fleetbeat/app"
	"fleetbeat/simulate"
)

// serveFlags are shared by serve and demo.
type serveFlags struct {
	Listen string `default:"127.0.0.1:8080" help:"Address to listen on; without API keys (fleetbeat keys create), loopback only." placeholder:"HOST:PORT"`
	Data   string `default:"fleetbeat-data" help:"Folder of the event log and the views; made if it is not there." placeholder:"DIR"`
	engineFlags
	HeartbeatsMaxAge time.Duration `default:"336h" help:"How long heartbeats are kept; no timeout may be longer than half of it."`
	UnknownVehicles  string        `default:"reject" enum:"reject,register" help:"What happens to a ping of an unknown VIN: ${enum}."`
	MinFree          byteSize      `default:"1GiB" help:"Room that the disk should have left: below it, /readyz and the log warn (${default}; 0: never)." placeholder:"SIZE"`
	KeyRate          float64       `default:"5000" help:"Requests a second that one API key may make, 0 for any number; an upload is one." placeholder:"N"`
	Drain            time.Duration `default:"0s" help:"How long to go on answering after SIGTERM while /readyz says that it stops, for those who spread requests over several processes."`
	TrustClock       bool          `help:"Believe this machine's clock even where it is far from what the log says."`
	LogFormat        string        `default:"text" enum:"text,json" help:"Format of the process's own log, on standard error: ${enum}."`
	LogLevel         slog.Level    `default:"info" complete:"debug,info,warn,error" help:"Least level that is logged: debug, info, warn or error."`
}

func (f serveFlags) options(interval, grace time.Duration, stderr io.Writer) (app.Options, error) {
	engines, err := f.engines()
	handler := slog.Handler(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: f.LogLevel}))
	if f.LogFormat == "json" {
		handler = slog.NewJSONHandler(stderr, &slog.HandlerOptions{Level: f.LogLevel})
	}
	return app.Options{
		Listen: f.Listen, Data: f.Data, Engines: engines, Interval: interval, Grace: grace, HeartbeatsMaxAge: f.HeartbeatsMaxAge,
		MinFree: int64(f.MinFree), RegisterUnknown: f.UnknownVehicles == "register", KeyRate: f.KeyRate, TrustClock: f.TrustClock,
		Logger: slog.New(handler), Version: thisBuild().Version,
	}, err
}

type serveCmd struct {
	serveFlags
	Interval time.Duration `default:"60s" help:"Seeds a new log: the time between two heartbeats. A log that is there keeps its own."`
	Grace    time.Duration `default:"30s" help:"Seeds a new log: how much later a heartbeat may come."`
	Roles    []app.Role    `complete:"api,liveness,projections" help:"What this process does, where others do the rest: api, liveness, projections; several with commas. Everything, without it." placeholder:"ROLE"`
}

// Run serves until a signal comes.
func (c serveCmd) Run(ctx context.Context, s streams) error {
	o, err := c.options(c.Interval, c.Grace, s.err)
	if err != nil {
		return err
	}
	o.Roles = c.Roles
	return serve(ctx, o, c.Drain, nil)
}

type demoCmd struct {
	serveFlags
	keyFlags
	Interval time.Duration `default:"10s" help:"Seeds a new log: the time between two heartbeats. Short, so that there is something to watch."`
	Grace    time.Duration `default:"5s" help:"Seeds a new log: how much later a heartbeat may come."`
}

// Run serves with the classic fleet pinging, until a signal comes.
func (c demoCmd) Run(ctx context.Context, s streams) error {
	o, err := c.options(c.Interval, c.Grace, s.err)
	if err != nil {
		return err
	}
	key, err := c.key() // an admin's, where the folder has keys
	if err != nil {
		return err
	}
	return serve(ctx, o, c.Drain, func(ctx context.Context, target string) error {
		return simulate.Classic(ctx, target, key, c.Interval+c.Grace, o.Logger)
	})
}

// serve runs an app, and a fleet against it, until ctx ends or it cannot go on.
func serve(ctx context.Context, o app.Options, drain time.Duration, fleet func(ctx context.Context, target string) error) (err error) {
	limitGarbage(os.Getenv, debug.SetGCPercent)
	a, err := app.New(ctx, o)
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return nil // it was stopped while it started
	}
	if err != nil {
		return err
	}
	a.Start()
	defer func() {
		o.Logger.Info("fleetbeat stops")
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), app.StopTimeout)
		defer cancel()
		err = errors.Join(err, a.Stop(stopping))
	}()
	driving, cancel := context.WithCancel(ctx)
	var parked sync.WaitGroup
	if fleet != nil {
		parked.Go(func() {
			err := a.AwaitReady(driving)
			if err == nil {
				err = fleet(driving, "http://"+a.Addr())
			}
			if err != nil && driving.Err() == nil {
				o.Logger.Error("the demo fleet does not ping", "error", err)
			}
		})
	}
	defer func() { cancel(); parked.Wait() }()
	select {
	case <-ctx.Done():
	case err := <-a.Failed():
		return err
	}
	if drain <= 0 {
		return nil
	}
	o.Logger.Info("fleetbeat is about to stop", "drain", drain)
	a.Leave()
	select {
	case <-time.After(drain):
		return nil
	case err := <-a.Failed():
		return err
	}
}
