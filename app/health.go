package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"fleetbeat/api"
	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/internal/sqlite"
	"fleetbeat/projections"
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

// standsBy says that a reader waits for its turn, as it should.
func (h *health) standsBy(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.catching, name)
	delete(h.stuck, name)
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
func (h *health) OnError(name string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stuck[name] = stuck(err)
}

// stuck says why a reader does not get on, as far as there are words for it.
func stuck(err error) string {
	var fault *projections.FaultError
	switch {
	case errors.Is(err, eventstore.ErrFull) || sqlite.IsFull(err):
		return "cannot proceed because the disk is full; this ends by itself when there is room"
	case errors.As(err, &fault):
		return "cannot proceed: " + fault.What
	case errors.Is(err, eventstore.ErrUnavailable):
		return "cannot proceed because the event log does not answer; this ends by itself when it does"
	}
	return "cannot proceed and keeps trying; the log says why"
}

// unready reports each part that is not ready, and why.
func (h *health) unready(report func(part, why string)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for name := range h.catching {
		report(name, "has not caught up with the log")
	}
	for name, why := range h.stuck {
		report(name, why)
	}
}

// unready returns what keeps the app from being ready, in words for the operator: each part once, with what says most.
// Where heartbeats are taken, what keeps a shared view from being folded or read is a warning: they need no view, and no
// other node could do better.
func (a *App) unready(context.Context) []api.Unready {
	whys := map[string]string{}
	report := func(part, why string) { whys[part] = why }
	taking := a.options.Roles.Has(RoleAPI)
	a.health.unready(func(part, why string) {
		if !taking || !a.views.shared(part) {
			report(part, why)
		}
	})
	a.views.unready(taking, report)
	a.logWatch.unready(report)
	if a.leaving.Load() {
		report("node", "is being stopped")
	}
	if a.ingest != nil {
		if err := a.ingest.Ready(); err != nil {
			report("ingest", err.Error())
		}
	}
	return sorted(whys)
}

// warnings returns what will keep parts from being ready unless somebody does something about it, and what is wrong with
// views that others share.
func (a *App) warnings(context.Context) []api.Unready {
	whys := map[string]string{}
	report := func(part, why string) { whys[part] = why }
	a.disk.warn(report)
	if a.options.Roles.Has(RoleAPI) {
		a.views.warn(domain.InstantOf(time.Now()), report)
		a.health.unready(func(part, why string) {
			if a.views.shared(part) {
				report(part, why)
			}
		})
	}
	return sorted(whys)
}

func sorted(whys map[string]string) (parts []api.Unready) {
	for _, part := range slices.Sorted(maps.Keys(whys)) {
		parts = append(parts, api.Unready{Part: part, Why: whys[part]})
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
