package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// fleetPinging is a fleet that pings until it is stopped.
type fleetPinging struct {
	cancel  context.CancelFunc
	began   time.Time
	running sync.WaitGroup

	mu     sync.Mutex
	sent   int
	probed []time.Duration
	err    error // the first
}

// startPinging lets each vehicle ping once a minute at its own time, and in between asks, ten times a second, for a
// vehicle that has just pinged. Where the server does not keep up, pings come late and fewer.
func startPinging(ctx context.Context, server *target, vehicles, connections int, brief time.Duration) (*fleetPinging, error) {
	ctx, cancel := context.WithCancel(ctx)
	clients, closeAll, err := connect(ctx, server.Addr(), connections)
	if err != nil {
		cancel()
		return nil, err
	}
	p := &fleetPinging{cancel: func() { cancel(); closeAll() }, began: time.Now()}
	due := make(chan int, connections)
	p.running.Go(func() { p.pace(ctx, due, vehicles) })
	for _, c := range clients {
		p.running.Go(func() { p.send(ctx, c, due) })
	}
	p.running.Go(func() { p.probe(ctx, server, vehicles, brief) })
	return p, nil
}

// pace says whose time has come. The last briefEvery-th of a fleet are left to the probes.
func (p *fleetPinging) pace(ctx context.Context, due chan<- int, vehicles int) {
	defer close(due)
	apart := time.Minute / time.Duration(vehicles)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for next := 0; ; {
		for ; time.Duration(next)*apart <= time.Since(p.began); next++ {
			select {
			case due <- next % (vehicles - vehicles/briefEvery):
			case <-ctx.Done():
				return
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (p *fleetPinging) send(ctx context.Context, c *client, due <-chan int) {
	for vehicle := range due {
		request := pingRequest(vehicle, fullBody)
		p.mu.Lock()
		p.sent++
		n := p.sent
		p.mu.Unlock()
		at := len(request) - len(fullBody) + len(idField)
		count(request[at:][:idLength], n)
		if _, err := c.do(request); err != nil {
			p.fail(ctx, err)
			return
		}
	}
}

// probe pings brief vehicles whose own time never comes, and asks for each with after= what it is.
func (p *fleetPinging) probe(ctx context.Context, server *target, vehicles int, brief time.Duration) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	first := vehicles - vehicles/briefEvery + briefEvery - 1
	for i := first / briefEvery * briefEvery; ; i += briefEvery {
		if i >= vehicles {
			i = first / briefEvery * briefEvery
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		took, err := probeOnce(ctx, server, i, brief)
		if err != nil {
			p.fail(ctx, err)
			return
		}
		p.mu.Lock()
		p.probed = append(p.probed, took)
		p.mu.Unlock()
	}
}

// probeOnce returns the time from sending a ping to the answer that shows it. A server that is behind may say for a while
// that it does not know yet; that counts as time.
func probeOnce(ctx context.Context, server *target, vehicle int, brief time.Duration) (time.Duration, error) {
	var recorded struct{ Position string }
	var found struct{ Status string }
	began := time.Now()
	if err := server.ask(ctx, http.MethodPost, "/heartbeat/"+string(vinOf(vehicle)), "", nil, &recorded); err != nil {
		return 0, err
	}
	err := until(ctx, "a ping is visible", func(ctx context.Context) (bool, error) {
		a, err := server.send(ctx, http.MethodGet, "/api/v1/vehicles/"+string(vinOf(vehicle))+"?after="+url.QueryEscape(recorded.Position), "", nil)
		if err != nil || a.status == http.StatusServiceUnavailable {
			return false, err
		}
		return true, json.Unmarshal(a.body, &found)
	})
	took := time.Since(began)
	if err == nil && found.Status != "connected" && took < brief { // later it may be disconnected again, and rightly
		err = fmt.Errorf("after its ping vehicle %q is %q", vinOf(vehicle), found.Status)
	}
	return took, err
}

func (p *fleetPinging) fail(ctx context.Context, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil && ctx.Err() == nil { // a stop breaks what is under way
		p.err = err
	}
	p.cancel()
}

// rate returns how many pings were sent in a second so far.
func (p *fleetPinging) rate() float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return float64(p.sent) / time.Since(p.began).Seconds()
}

// seen returns how long the probes took so far.
func (p *fleetPinging) seen() []time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]time.Duration(nil), p.probed...)
}

// stop ends the pinging and returns what went wrong with it before.
func (p *fleetPinging) stop() error {
	p.mu.Lock()
	err := p.err
	p.mu.Unlock()
	p.cancel()
	p.running.Wait()
	if err != nil {
		return fmt.Errorf("let the fleet ping: %w", err)
	}
	return nil
}
