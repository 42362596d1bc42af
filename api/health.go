package api

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
)

// ready is the answer of a service that is ready.
type ready struct {
	Ready    bool            `json:"ready"`
	Warnings []ProblemDetail `json:"warnings,omitempty" doc:"What will make it unready unless somebody does something about it"`
}

// health is the answer of a process that lives.
type health struct {
	Status  string `json:"status" enum:"ok"`
	Version string `json:"version,omitzero" doc:"Of Fleetbeat"`
}

// started is the answer of a process that has been ready.
type started struct {
	Started bool `json:"started"`
}

// addHealth registers what those ask who run the service.
func (s *server) addHealth() {
	register(s, operation{
		id: "health", method: http.MethodGet, path: "/healthz", tag: tagService, summary: "Ask whether the process lives",
		doc: "Answers as long as the process can answer at all.",
	}, func(context.Context, *request) (health, error) { return health{"ok", s.options.Version}, nil })
	register(s, operation{
		id: "ready", method: http.MethodGet, path: "/readyz", tag: tagService, summary: "Ask whether the service is ready",
		doc: "503 names every part that is not ready, and why. A service that is ready may warn: of a disk with little room left, for one.",
	}, func(ctx context.Context, _ *request) (ready, error) {
		if s.deps.Ready != nil {
			if unready := s.deps.Ready(ctx); len(unready) > 0 {
				return ready{}, notReady(unready)
			}
		}
		answer := ready{Ready: true}
		if s.deps.Warnings != nil {
			answer.Warnings = partsOf(s.deps.Warnings(ctx))
		}
		return answer, nil
	})
	s.addStarted()
}

// addStarted registers what an orchestrator asks: a process that was never ready must not take the place of one that is, and
// one that was is not to be stopped because an engine is down.
func (s *server) addStarted() {
	var once atomic.Bool
	register(s, operation{
		id: "started", method: http.MethodGet, path: "/startz", tag: tagService, summary: "Ask whether the service has been ready",
		doc: "503 from its start until everything has been ready once, naming every part that is not; from then on 200 for as long as the process answers at all.",
	}, func(ctx context.Context, _ *request) (started, error) {
		if !once.Load() && s.deps.Ready != nil {
			if unready := s.deps.Ready(ctx); len(unready) > 0 {
				return started{}, notReady(unready)
			}
		}
		once.Store(true)
		return started{Started: true}, nil
	})
}

func partsOf(parts []Unready) (details []ProblemDetail) {
	for _, part := range parts {
		details = append(details, ProblemDetail{Location: part.Part, Message: part.Why})
	}
	return details
}

// notReady names the parts that are not ready.
func notReady(parts []Unready) *Problem {
	var names []string
	for _, part := range parts {
		names = append(names, part.Part)
	}
	p := newProblem(http.StatusServiceUnavailable, "not ready: "+strings.Join(names, ", "), partsOf(parts)...)
	p.retryAfter = 1
	return p
}
