package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// patience is how long a run waits for anything: a million vehicles on a machine with other work take minutes.
const patience = 20 * time.Minute

// until waits for what somebody else does.
func until(ctx context.Context, what string, done func(ctx context.Context) (bool, error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("waited %v in vain", patience))
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, err := done(ctx)
		if err != nil {
			return fmt.Errorf("wait until %s: %w", what, err)
		}
		if ok {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("wait until %s: %w", what, context.Cause(ctx))
		}
	}
}

// wait waits a while, or with the context's error no longer than that.
func wait(ctx context.Context, while time.Duration) error {
	timer := time.NewTimer(while)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// newsEvery is how often a run that waits says how far it is: a million vehicles are folded for minutes.
const newsEvery = 10 * time.Second

// awaitReady waits until a server is ready.
func (s *session) awaitReady(ctx context.Context, t *target) error {
	news := time.Now().Add(newsEvery)
	return until(ctx, "the server is ready", func(ctx context.Context) (bool, error) {
		r, err := t.send(ctx, http.MethodGet, "/readyz", "", nil)
		if err != nil {
			return false, err
		}
		if now := time.Now(); r.status != http.StatusOK && now.After(news) {
			news = now.Add(newsEvery)
			s.say("  not ready yet: %s", unready(r.body))
		}
		return r.status == http.StatusOK, nil
	})
}

// unready returns what is not ready, as /readyz says it.
func unready(problem []byte) string {
	var p struct {
		Errors []struct{ Location, Message string }
	}
	if err := json.Unmarshal(problem, &p); err != nil || len(p.Errors) == 0 {
		return "the server does not say why"
	}
	parts := make([]string, len(p.Errors))
	for i, e := range p.Errors {
		parts[i] = e.Location + " " + e.Message
	}
	return strings.Join(parts, "; ")
}
