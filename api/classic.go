package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"fleetbeat/queries"
)

// alive is the answer of the operations that only say that somebody is there.
type alive struct {
	Status string `json:"status" enum:"ok"`
}

// addClassic registers the operations of the original demo. Their parameters and answers keep its names.
func (s *server) addClassic() {
	register(s, operation{
		id: "classicSearch", method: http.MethodGet, path: "/search", tag: tagClassic,
		params: []*huma.Param{
			textParam("customer_name", "Any part of the customer's name, in any case; no character is a wildcard"),
			textParam("online", "true means connected, any other value not connected"),
			afterParam(),
		},
		summary: "Search vehicles as the original demo did",
		doc:     "At most 10,000 vehicles in order of VIN. With neither parameter the answer is empty. Use /api/v1/vehicles for more.",
	}, func(ctx context.Context, r *request) ([]queries.ClassicVehicle, error) {
		q := queries.ClassicSearch{After: r.after(s.positions), Owner: ownerOf(ctx)}
		if r.given("customer_name") {
			name := r.text("customer_name")
			q.CustomerName = &name
		}
		if r.given("online") {
			online := r.text("online") == "true"
			q.Online = &online
		}
		if err := r.err(); err != nil {
			return nil, err
		}
		return s.deps.Queries.ClassicSearch.Handle(ctx, q)
	})
	for id, path := range map[string]string{"pingHeartbeat": "/heartbeat/ping", "pingSearch": "/search/ping"} {
		register(s, operation{
			id: id, method: http.MethodGet, path: path, tag: tagClassic, summary: "Ask whether anybody is there", doc: "Looks at nothing.",
		}, func(context.Context, *request) (alive, error) { return alive{Status: "ok"}, nil })
	}
}
