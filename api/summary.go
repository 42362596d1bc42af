package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"fleetbeat/queries"
)

// addSummary registers the numbers of the whole fleet.
func (s *server) addSummary() {
	register(s, operation{
		id: "getSummary", method: http.MethodGet, path: "/api/v1/summary", tag: tagFleet, params: []*huma.Param{afterParam()},
		summary: "Get the numbers of the fleet", doc: "Vehicles per status, per customer, and the disconnected by how long they have been silent.",
	}, func(ctx context.Context, r *request) (queries.Summary, error) {
		q := queries.GetSummary{After: r.after(s.positions)}
		if err := r.err(); err != nil {
			return queries.Summary{}, err
		}
		return s.deps.Queries.GetSummary.Handle(ctx, q)
	})
}
