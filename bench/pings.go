package bench

import (
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// measurePings sends rounds of pings, in turns with the same requests to a server that does nothing.
func (s *session) measurePings(ctx context.Context, server *target, body string) (m samples, err error) {
	nothing, err := s.Fleetbeat.ServeNothing(ctx)
	if err != nil {
		return m, err
	}
	defer s.stop(nothing)
	floor, closeFloor, err := s.pingers(ctx, nothing.Addr(), body)
	if err != nil {
		return m, err
	}
	defer closeFloor()
	pings, closePings, err := s.pingers(ctx, server.Addr(), body)
	if err != nil {
		return m, err
	}
	defer closePings()
	var work []float64 // of the floor, as a share of ours
	for n := range s.Size.Rounds + 1 {
		without, err := pingRound(ctx, floor, s.Size.Pings, nothing.PID())
		if err != nil {
			return m, err
		}
		with, err := pingRound(ctx, pings, s.Size.Pings, server.PID())
		if err != nil {
			return m, err
		}
		position, err := server.upload(ctx, lines(pinging, 1, ""), 1)
		if err != nil {
			return m, err
		}
		if err := server.settle(ctx, position); err != nil {
			return m, err
		}
		if n > 0 { // the first opens what is opened once
			m.floor, m.measured = append(m.floor, without.rate), append(m.measured, with.rate)
			work = append(work, ratios([]float64{without.worked.Seconds()}, []float64{with.worked.Seconds()})...)
		}
	}
	m.did = fmt.Sprintf("%s pings a round on %d connections, %s vehicles%s",
		grouped(float64(s.Size.Pings)), s.Size.Connections, grouped(pinging), byProcessorTime(work))
	return m, nil
}

// pingers connects clients that share the vehicles out among them.
func (s *session) pingers(ctx context.Context, address, body string) ([]*client, func(), error) {
	clients, closeAll, err := connect(ctx, address, s.Size.Connections)
	for i, c := range clients {
		for vehicle := i % pinging; vehicle < pinging; vehicle += s.Size.Connections {
			c.requests = append(c.requests, pingRequest(vehicle, body))
		}
	}
	return clients, closeAll, err
}

// pinged is what a round of pings came to.
type pinged struct {
	rate   float64       // answered in a second
	worked time.Duration // by the server and this process; 0 where the system does not tell
}

// pingRound sends n pings over all connections to a server, by its process. Each connection sends the next when it has its
// answer.
func pingRound(ctx context.Context, clients []*client, n, pid int) (pinged, error) {
	var group sync.WaitGroup
	var next atomic.Int64
	failed := make(chan error, len(clients))
	began, worked := time.Now(), processorsOf(pid, os.Getpid())
	for _, c := range clients {
		group.Go(func() {
			for next.Add(1) <= int64(n) {
				if err := c.ping(); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	group.Wait()
	took := time.Since(began)
	if ctx.Err() != nil { // which broke the connections
		return pinged{}, ctx.Err()
	}
	r := pinged{rate: float64(n) / took.Seconds(), worked: worked()}
	select {
	case err := <-failed:
		return r, err
	default:
		return r, nil
	}
}
