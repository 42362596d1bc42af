package simulate

import (
	"context"
	"time"

	"fleetbeat/simulate/target"
)

const (
	probers = 2
	// probeEvery is how long a prober rests between two pings that it watches, pollEvery how long between two looks: what
	// it measures is too long by as much at most, and by the time of an answer.
	probeEvery = 400 * time.Millisecond
	pollEvery  = 5 * time.Millisecond
	probeLimit = 10 * time.Second
)

// prober sends some of the heartbeats and watches from when on they are seen, unaided: without after=, which waits.
type prober struct {
	pinger
	client *target.Client
}

// work watches pings until none are handed out.
func (p *prober) work(ctx context.Context) {
	defer p.conn.Close()
	for j := range p.probes {
		p.watch(ctx, j)
		select {
		case <-time.After(probeEvery):
		case <-ctx.Done():
		}
	}
}

// watch sends a ping and looks until the vehicle's last heartbeat is another than before. Whose clock stamped that does not
// matter so.
func (p *prober) watch(ctx context.Context, j job) {
	vin := p.plan.Fleet.VIN(j.vehicle)
	before, err := p.client.Vehicle(ctx, vin, "")
	answered, ok := p.send(ctx, j)
	if err != nil || !ok {
		if err != nil && ctx.Err() == nil {
			p.stats.failed("looking at a vehicle")
		}
		return
	}
	for ctx.Err() == nil {
		rest := pollEvery
		now, err := p.client.Vehicle(ctx, vin, "")
		passed := time.Since(p.start) - answered
		switch {
		case err == nil && now.LastHeartbeat.After(before.LastHeartbeat), passed > probeLimit:
			p.stats.seen.add(passed)
			return
		case err != nil && ctx.Err() == nil:
			p.stats.failed("looking at a vehicle")
			rest = probeEvery // a target that is gone is not asked all the time
		}
		select {
		case <-time.After(rest):
		case <-ctx.Done():
		}
	}
}

// follow counts how long after they became true transitions arrive in the feed of changes, by the clock of this machine.
func (e *engine) follow(ctx context.Context, client *target.Client, from string) error {
	return client.Follow(ctx, from, func(t target.Transition) bool {
		if _, ours := e.plan.Fleet.IndexOf(t.VIN); !ours || t.At.Before(e.start) {
			return true
		}
		lag := time.Since(e.start) - t.At.Sub(e.start)
		if t.Status == "connected" {
			e.stats.connects.add(lag)
		} else {
			e.stats.disconnect.add(lag)
		}
		return true
	})
}
