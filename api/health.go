package api

import (
	"context"
	"net/http"
	"strings"
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
