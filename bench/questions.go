package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// fleetTimeout is the timeout of the fleet that is searched: so long that nothing but what is measured happens.
const fleetTimeout = 6 * time.Hour

// question is something that people ask, another one each time.
type question struct {
	row  string
	did  string
	path func(random *rand.Rand, vehicles int) string
}

func questions() []question {
	return []question{
		{"page", "one customer and one status, another each time", func(random *rand.Rand, vehicles int) string {
			customer := customerOf(random.IntN(customersOf(vehicles)), customersOf(vehicles))
			status := []string{"connected", "disconnected", "never_seen"}[random.IntN(3)]
			return "/api/v1/vehicles?limit=50&customer=" + string(customer) + "&status=" + status
		}},
		{"counts", "the whole summary", func(*rand.Rand, int) string { return "/api/v1/summary" }},
		{"text", "parts of VINs, registration numbers and names of customers in turn", func(random *rand.Rand, vehicles int) string {
			return "/api/v1/vehicles?limit=50&q=" + url.QueryEscape(needle(random, vehicles))
		}},
	}
}

// needle returns a part of what is there: of a VIN, of a registration number, or of a customer's name.
func needle(random *rand.Rand, vehicles int) string {
	i := random.IntN(vehicles)
	switch random.IntN(3) {
	case 0:
		return string(vinOf(i)[10:])
	case 1:
		return strings.ToLower(plateOf(i)[1:6])
	}
	_, part, _ := strings.Cut(nameOf(i%customersOf(vehicles)), " ")
	return strings.ToLower(strings.TrimSuffix(part, " AB"))
}

// measureFleet asks a large fleet while all of it pings once a minute, by uploads, and takes the server's memory.
func measureFleet(ctx context.Context, s *session) (found map[string]samples, err error) {
	data, err := s.folder()
	if err != nil {
		return nil, err
	}
	began := time.Now()
	f := fleet{vehicles: s.Size.Vehicles, timeout: fleetTimeout, pinged: true}
	if err := f.write(ctx, filepath.Join(data, "events.db"), time.Now()); err != nil {
		return nil, err
	}
	s.say("  %s vehicles written in %.1f s; the server folds them", grouped(float64(f.vehicles)), time.Since(began).Seconds())
	began = time.Now()
	server, stop, err := s.serve(ctx, data)
	if err != nil {
		return nil, err
	}
	defer stop()
	ready := time.Since(began)
	u := startUploads(ctx, server, f.vehicles)
	defer func() { err = errors.Join(err, u.stop()) }()
	found = map[string]samples{}
	random := rand.New(rand.NewPCG(7, 7))
	for n := range s.Size.Rounds + 1 {
		for _, q := range questions() {
			if !s.asksFor(q.row) {
				continue
			}
			p95, err := askRound(ctx, server, s.Size.Questions, func() string { return q.path(random, f.vehicles) })
			if err != nil {
				return found, err
			}
			found[q.row] = found[q.row].with(n > 0, p95, f.vehicles, fmt.Sprintf("%s questions a round, %s", grouped(float64(s.Size.Questions)), q.did))
		}
		if err := wait(ctx, s.Size.Watch/5); err != nil { // that memory is taken of a server that has work to do
			return found, err
		}
		m, err := server.metrics(ctx)
		if err != nil {
			return found, err
		}
		found["memory"] = found["memory"].with(n > 0, m["process_resident_memory_bytes"], f.vehicles, "after each round of questions")
	}
	for row, m := range found {
		m.did += fmt.Sprintf("; %s vehicles, pinging each minute (%.0f of %.0f a second came)", grouped(float64(f.vehicles)), u.rate(), float64(f.vehicles)/60)
		if row == "memory" {
			m.did += fmt.Sprintf("; ready %.0f s after its start on a new log", ready.Seconds())
		}
		found[row] = m
	}
	return found, nil
}

// with adds a round, unless it does not count: the first opens what is opened once.
func (m samples) with(counts bool, measured float64, vehicles int, did string) samples {
	if counts {
		m.measured = append(m.measured, measured)
	}
	m.vehicles, m.did = vehicles, did
	return m
}

// askRound asks n questions, one after another, and returns the time that 95 of 100 did not exceed, in seconds.
func askRound(ctx context.Context, server *target, n int, path func() string) (float64, error) {
	took := make([]time.Duration, n)
	for i := range took {
		asked := path()
		began := time.Now()
		if err := server.get(ctx, asked, nil); err != nil {
			return 0, err
		}
		took[i] = time.Since(began)
	}
	return percentile(took, 0.95), nil
}

// uploads let a fleet ping once a minute, a sixtieth of it each second.
type uploads struct {
	cancel context.CancelFunc
	began  time.Time
	ended  chan struct{}

	mu   sync.Mutex
	sent int
	err  error
}

func startUploads(ctx context.Context, server *target, vehicles int) *uploads {
	ctx, cancel := context.WithCancel(ctx)
	u := &uploads{cancel: cancel, began: time.Now(), ended: make(chan struct{})}
	go func() {
		defer close(u.ended)
		if err := u.run(ctx, server, vehicles); ctx.Err() == nil {
			u.mu.Lock()
			u.err = err
			u.mu.Unlock()
		}
	}()
	return u
}

func (u *uploads) run(ctx context.Context, server *target, vehicles int) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	each := max(1, vehicles/60)
	for first := 0; ; first = (first + each) % vehicles {
		n := min(each, vehicles-first)
		if _, err := server.upload(ctx, bareLines(first, n), n); err != nil {
			return err
		}
		u.mu.Lock()
		u.sent += n
		u.mu.Unlock()
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (u *uploads) rate() float64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	return float64(u.sent) / math.Ceil(time.Since(u.began).Seconds()) // the first comes at once
}

func (u *uploads) stop() error {
	u.cancel()
	<-u.ended
	if u.err != nil {
		return fmt.Errorf("let the fleet ping: %w", u.err)
	}
	return nil
}
