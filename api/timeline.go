package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"fleetbeat/queries"
)

// addTimeline registers a vehicle's past.
func (s *server) addTimeline() {
	register(s, operation{
		id: "getTimeline", method: http.MethodGet, path: vehiclePath + "/timeline", tag: tagVehicles, problems: []int{http.StatusNotFound},
		params: []*huma.Param{
			vinParam(),
			timeParam("from", "The beginning of the window; 24 h before its end unless given"),
			timeParam("to", "The end of the window; asOf unless given"),
			limitParam(), cursorParam(), afterParam(),
		},
		summary: "Get a vehicle's past",
		doc: "The statuses of a vehicle's current life in a window, with the times in which nothing could have been received " +
			"laid over them. Open intervals end at asOf.",
	}, func(ctx context.Context, r *request) (queries.Timeline, error) {
		vin, err := r.vin()
		r.check(err)
		q := queries.GetTimeline{
			VIN: vin, From: r.instant("from"), To: r.instant("to"), Limit: r.limit(), Cursor: r.text("cursor"), After: r.after(s.positions),
			Owner: ownerOf(ctx),
		}
		if err := r.err(); err != nil {
			return queries.Timeline{}, err
		}
		return s.deps.Queries.GetTimeline.Handle(ctx, q)
	})
}
