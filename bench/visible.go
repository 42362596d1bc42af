package bench

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// watchedTimeout is the timeout of the vehicles that stay connected while changes are watched.
const watchedTimeout = 10 * time.Minute

// The histograms in which a server counts how long changes took to be visible.
const (
	pingVisible     = "fleetbeat_ping_visible_seconds"
	deadlineVisible = "fleetbeat_deadline_visible_seconds"
)

// measureVisible lets a fleet ping once a minute, each vehicle at its own time, and reads from the server how long a
// connection took from its heartbeat, and a disconnection from its deadline, to where answers show it. Every tenth vehicle
// is brief, so that it connects with each ping and disconnects soon after it; the others stay connected. What the server
// says is checked from outside: pings of brief vehicles are followed by a question that waits for them.
func measureVisible(ctx context.Context, s *session) (_ map[string]samples, err error) {
	data, err := s.folder()
	if err != nil {
		return nil, err
	}
	f := fleet{vehicles: s.Size.Watched, timeout: watchedTimeout, brief: s.Size.Brief}
	if err := f.write(ctx, filepath.Join(data, "events.db"), time.Now()); err != nil {
		return nil, err
	}
	server, stop, err := s.serve(ctx, data)
	if err != nil {
		return nil, err
	}
	defer stop()
	if err := allPing(ctx, server, f.vehicles); err != nil {
		return nil, err
	}
	p, err := startPinging(ctx, server, f.vehicles, s.Size.Connections, f.brief)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	if err := wait(ctx, s.Size.Brief+s.Size.Watch/5); err != nil { // the first to ping are disconnected again
		return nil, err
	}
	pings, deadlines := samples{vehicles: f.vehicles}, samples{vehicles: f.vehicles}
	for range s.Size.Rounds {
		connected, disconnected, err := watch(ctx, server, s.Size.Watch)
		if err != nil {
			return nil, err
		}
		pings.measured = append(pings.measured, connected.quantile(0.99))
		deadlines.measured = append(deadlines.measured, disconnected.quantile(0.99))
	}
	rate, due, outside := p.rate(), float64(f.vehicles)/60, p.seen()
	of := fmt.Sprintf("%s vehicles pinging each minute (%s of %s pings/s came), %d rounds of %v",
		grouped(float64(f.vehicles)), grouped(rate), grouped(due), s.Size.Rounds, s.Size.Watch)
	pings.did = fmt.Sprintf("%s; from outside, ping to answer with after=, p99 of %d: %s", of, len(outside), milliseconds(percentile(outside, 0.99)))
	deadlines.did = of
	return map[string]samples{"ping-visible": pings, "deadline-visible": deadlines}, nil
}

// watch returns what became visible in a while, or in the longer time until something did.
func watch(ctx context.Context, server *target, while time.Duration) (connected, disconnected histogram, err error) {
	before, err := server.metrics(ctx)
	if err == nil {
		err = wait(ctx, while)
	}
	if err != nil {
		return connected, disconnected, err
	}
	err = until(ctx, "a connection and a disconnection are visible", func(ctx context.Context) (bool, error) {
		after, err := server.metrics(ctx)
		connected = after.histogram(pingVisible).since(before.histogram(pingVisible))
		disconnected = after.histogram(deadlineVisible).since(before.histogram(deadlineVisible))
		return connected.count() > 0 && disconnected.count() > 0, err
	})
	return connected, disconnected, err
}

// linesAtOnce is how many lines of a whole fleet go into one upload.
const linesAtOnce = 100_000

// allPing uploads a bare heartbeat of every vehicle, and waits until all have been connected and the brief ones are not any
// more.
func allPing(ctx context.Context, server *target, vehicles int) error {
	for first := 0; first < vehicles; first += linesAtOnce {
		n := min(linesAtOnce, vehicles-first)
		if _, err := server.upload(ctx, bareLines(first, n), n); err != nil {
			return err
		}
	}
	brief := float64((vehicles + briefEvery - 1) / briefEvery)
	return until(ctx, "brief vehicles are disconnected", func(ctx context.Context) (bool, error) {
		m, err := server.metrics(ctx)
		return m.histogram(pingVisible).count() >= float64(vehicles) && m.histogram(deadlineVisible).count() >= brief, err
	})
}

// bareLines returns the lines of n vehicles from first on that say nothing but that they are there.
func bareLines(first, n int) (text []byte) {
	for i := range n {
		text = fmt.Appendf(text, "{\"vin\":\"%s\"}\n", vinOf(first+i))
	}
	return text
}
