package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"fleetbeat/api"
	"fleetbeat/eventstore"
)

// readyEvery is how often AwaitReady looks.
const readyEvery = 20 * time.Millisecond

// health remembers which readers of the log have caught up once, and which are stuck and why. The router tells it.
type health struct {
	mu       sync.Mutex
	catching map[string]bool
	stuck    map[string]string
}

func newHealth() *health {
	return &health{catching: map[string]bool{}, stuck: map[string]string{}}
}

// expect says that a reader must catch up before the app is ready.
func (h *health) expect(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.catching[name] = true
}

// OnSuccess says that a reader goes on.
func (h *health) OnSuccess(name string, d eventstore.Delivery, _ time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.stuck, name)
	if d.Live {
		delete(h.catching, name)
	}
}

// OnError says that a reader does not get on. What the error says is for the log, which has it; readers of /readyz learn
// that it is so.
func (h *health) OnError(name string, _ error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stuck[name] = "cannot proceed and keeps trying; the log says why"
}

func (h *health) unready() (parts []api.Unready) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for name := range h.catching {
		parts = append(parts, api.Unready{Part: name, Why: "has not caught up with the log"})
	}
	for name, why := range h.stuck {
		parts = append(parts, api.Unready{Part: name, Why: why})
	}
	slices.SortFunc(parts, func(a, b api.Unready) int { return strings.Compare(a.Part, b.Part) })
	return parts
}

// unready returns what keeps the app from being ready, in words for the operator.
func (a *App) unready(context.Context) []api.Unready {
	parts := a.health.unready()
	a.views.unready(func(part, why string) { parts = append(parts, api.Unready{Part: part, Why: why}) })
	if err := a.ingest.Ready(); err != nil {
		parts = append(parts, api.Unready{Part: "ingest", Why: err.Error()})
	}
	return parts
}

// AwaitReady returns when everything is ready, or with ctx's error. Whoever writes sooner is refused until the registry has
// been read.
func (a *App) AwaitReady(ctx context.Context) error {
	again := time.NewTicker(readyEvery)
	defer again.Stop()
	for len(a.unready(ctx)) > 0 {
		select {
		case <-again.C:
		case <-ctx.Done():
			return fmt.Errorf("wait until everything is ready: %w", ctx.Err())
		}
	}
	return nil
}
