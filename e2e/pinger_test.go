package e2e

import (
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// vin returns the VIN of the nth made-up vehicle.
func vin(n int) string { return fmt.Sprintf("YS2R4X2000%07d", n) }

// target is the server that pings go to: another one after a restart, none in between.
type target struct{ atomic.Pointer[server] }

// keepPinging has a vehicle ping until the function it returns is called. What is not taken is not repeated, like in a
// device that has nothing to say but "I am here".
func (to *target) keepPinging(t *testing.T, vin string, every time.Duration, body any) (stop func()) {
	t.Helper()
	done := make(chan struct{})
	var pinging sync.WaitGroup
	pinging.Go(func() {
		ticks := time.NewTicker(every)
		defer ticks.Stop()
		for {
			if s := to.Load(); s != nil {
				s.try("POST", "/heartbeat/"+vin, body)
			}
			select {
			case <-ticks.C:
			case <-done:
				return
			}
		}
	})
	stop = sync.OnceFunc(func() { close(done); pinging.Wait() })
	t.Cleanup(stop)
	return stop
}

// storm is many writers at once, and what they were promised.
type storm struct {
	done    chan struct{}
	writing sync.WaitGroup
	mu      sync.Mutex
	taken   map[string]string // id → VIN of every heartbeat answered 202
	again   map[string]int    // id → how often it was answered "duplicate"
	sent    int
}

// unleash has writers ping, each as fast as it is answered, until calm or until the server is gone. They share the vehicles;
// every tenth heartbeat is sent twice, as a device does that did not hear the answer.
func (s *server) unleash(name string, writers, vehicles int) *storm {
	g := &storm{done: make(chan struct{}), taken: map[string]string{}, again: map[string]int{}}
	for w := range writers {
		g.writing.Go(func() {
			for n := 0; ; n++ {
				id, vin := fmt.Sprintf("%s-%d-%d", name, w, n), vin(w%vehicles)
				if !g.send(s, vin, id) || n%10 == 0 && !g.send(s, vin, id) {
					return
				}
				select {
				case <-g.done:
					return
				default:
				}
			}
		})
	}
	return g
}

// send sends a heartbeat and reports whether the server is still there.
func (g *storm) send(s *server, vin, id string) bool {
	body := fmt.Sprintf(`{"id":%q,"location":{"lat":59.2,"lon":17.6}}`, id)
	status, text := s.try("POST", "/heartbeat/"+vin, []byte(body))
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sent++
	if status != 202 {
		return status != 0
	}
	if isDuplicate(text) {
		g.again[id]++
	} else {
		g.taken[id] = vin
	}
	return true
}

// calm ends the storm where the server has not.
func (g *storm) calm() {
	close(g.done)
	g.writing.Wait()
}

// promised returns how many heartbeats were answered 202 so far.
func (g *storm) promised() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.taken)
}

// soFar returns the heartbeats that were answered 202 so far, with their vehicles.
func (g *storm) soFar() map[string]string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return maps.Clone(g.taken)
}
