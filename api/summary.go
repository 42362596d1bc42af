package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"fleetbeat/queries"
)

// addSummary registers the numbers of the fleet, now and in the past.
func (s *server) addSummary() {
	register(s, operation{
		id: "getSummary", method: http.MethodGet, path: "/api/v1/summary", tag: tagFleet, params: []*huma.Param{afterParam()},
		summary: "Get the numbers of the fleet",
		doc: "Vehicles per status, per customer, and the disconnected by how long they have been silent. What is usual is the range of " +
			"the numbers of disconnected vehicles at the ends of the four quarters of the present hour (UTC) on each of the seven days " +
			"before, from the 10th to the 90th percentile (nearest rank), of the vehicles that the customer had then.",
	}, func(ctx context.Context, r *request) (queries.Summary, error) {
		q := queries.GetSummary{Owner: ownerOf(ctx), After: r.after(s.positions)}
		if err := r.err(); err != nil {
			return queries.Summary{}, err
		}
		return s.deps.Queries.GetSummary.Handle(ctx, q)
	})
	register(s, operation{
		id: "getHistory", method: http.MethodGet, path: "/api/v1/summary/history", tag: tagFleet,
		params: []*huma.Param{
			listParam("customer", "Ids of customers, whose numbers are added up; all customers unless given", &huma.Schema{Type: huma.TypeString}),
			timeParam("from", "The beginning of the window, at most 35 days before its end; 24 h before unless given"),
			timeParam("to", "The end of the window; asOf unless given"),
			afterParam(),
		},
		summary: "Get the numbers of the past",
		doc: "Vehicles per status at the end of every quarter of an hour (UTC) that the window touches, up to asOf. A vehicle counts for " +
			"the customer who owned it then, from its registration until it is decommissioned; a customer that is not there has no vehicles.",
	}, func(ctx context.Context, r *request) (queries.History, error) {
		q := queries.GetHistory{
			Customers: r.customers(), Owner: ownerOf(ctx), From: r.instant("from"), To: r.instant("to"), After: r.after(s.positions),
		}
		if err := r.err(); err != nil {
			return queries.History{}, err
		}
		return s.deps.Queries.GetHistory.Handle(ctx, q)
	})
}
