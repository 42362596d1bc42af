package app

import (
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"fleetbeat/domain"
)

// Options say what an App is made of. Cmd fills them from flags; [Options.Check] tells what cannot be.
type Options struct {
	Listen string // host:port; port 0 takes a free one
	Data   string // folder of events.db, views.db and the snapshot; made if it is not there, unless nothing would be in it
	// Engines say where the log and the views are kept; the zero Engines are files in Data.
	Engines Engines
	// Roles are what this process does; none means everything.
	Roles Roles

	// Interval and Grace seed the settings of a new log; a log that is there keeps its own.
	Interval time.Duration
	Grace    time.Duration
	// HeartbeatsMaxAge is how long heartbeats are kept; no timeout may be longer than half of it.
	HeartbeatsMaxAge time.Duration
	// RegisterUnknown registers a VIN that nobody knows when it pings, instead of refusing it.
	RegisterUnknown bool
	// MinFree is how many bytes the disk should have left: below, /readyz and the log warn; 0 never does.
	MinFree int64
	// KeyRate is how many requests a second one API key may make; 0: any number.
	KeyRate float64
	// TrustClock believes the wall clock even where it is far from what the log says.
	TrustClock bool

	Logger  *slog.Logger
	Version string
}

// StopTimeout is how long Stop waits for everything to finish.
const StopTimeout = 10 * time.Second

// Check returns the first thing that is wrong with the options, in words for the person who typed them.
func (o Options) Check() error {
	for _, d := range []struct {
		flag string
		time.Duration
	}{{"--interval", o.Interval}, {"--grace", o.Grace}} {
		if d.Duration%time.Second != 0 {
			return domain.InvalidField(d.flag, "must be whole seconds, like 60s or 5m")
		}
	}
	s := o.settings()
	if err := domain.CheckInterval("--interval", s.IntervalSeconds); err != nil {
		return err
	}
	if err := domain.CheckGrace("--grace", s.GraceSeconds); err != nil {
		return err
	}
	if o.HeartbeatsMaxAge < 2*(o.Interval+o.Grace) {
		return domain.InvalidField("--heartbeats-max-age", "must be at least twice interval + grace, or silence could not be proven")
	}
	if !(o.KeyRate >= 0) { // not a number, too
		return domain.InvalidField("--key-rate", "must not be negative")
	}
	if _, _, err := net.SplitHostPort(o.Listen); err != nil {
		return domain.InvalidField("--listen", "%q is not host:port, like 127.0.0.1:8080", o.Listen)
	}
	if err := o.Roles.check(o.Engines); err != nil {
		return err
	}
	if o.Engines.Events.URL != "" {
		return nil // whether there are keys, the log tells
	}
	if _, err := os.Stat(filepath.Join(o.Data, eventsFile)); errors.Is(err, fs.ErrNotExist) {
		return o.checkReach(false) // before a folder is made for what cannot be served
	}
	return nil
}

// checkReach returns what is wrong with listening where others can reach it, if there are no API keys.
func (o Options) checkReach(keys bool) error {
	host, _, err := net.SplitHostPort(o.Listen)
	if err != nil || loopback(host) || keys {
		return err
	}
	return domain.InvalidField("--listen", "%q can be reached from outside, and without API keys Fleetbeat serves loopback only: "+
		"use 127.0.0.1, [::1] or localhost, or make a key first: fleetbeat keys create %s --name NAME --scopes admin", o.Listen, o.where())
}

// where returns the flag that leads to the log.
func (o Options) where() string {
	if o.Engines.Events.URL != "" {
		return "--events URL"
	}
	return "--data " + o.Data
}

func (o Options) settings() domain.Settings {
	return domain.Settings{IntervalSeconds: int64(o.Interval / time.Second), GraceSeconds: int64(o.Grace / time.Second)}
}

// loopback reports whether a host to listen on is reached from this machine alone. No host means all of them.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
