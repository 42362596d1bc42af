package api_test

import (
	"net/http"
	"testing"
	"time"

	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
)

func TestGetTimelineHasTheShapeOfTheDesign(t *testing.T) {
	t.Parallel()
	share := 0.75
	a := &answers[queries.GetTimeline, queries.Timeline]{answer: queries.Timeline{
		Intervals:      []queries.Interval{{Status: queries.IntervalUnobserved, From: noon() - 1000, To: noon()}},
		ConnectedShare: &share, LongestDisconnectedSeconds: 7, Next: "n", Freshness: fresh(),
	}}
	d := deps()
	d.Queries.GetTimeline = a
	const url = "/api/v1/vehicles/YS2R4X20005399401/timeline"
	requireJSON(t, do(t, d, http.MethodGet, url+"?from=2026-06-01T11:00:00Z&to=2026-06-01T14:00:00%2B02:00&limit=3&cursor=c&after=0f8fad5b.3", ""),
		http.StatusOK, `{"intervals":[{"status":"unobserved","from":"2026-06-01T11:59:59.000Z","to":"2026-06-01T12:00:00.000Z"}],
		"next":"n","connectedShare":0.75,"longestDisconnectedSeconds":7,`+freshJSON+`}`)
	assert.Equal(t, []queries.GetTimeline{{VIN: abc, From: noon().Add(-time.Hour), To: noon(), Limit: 3, Cursor: "c", After: at(3)}}, a.asked)

	a.answer = queries.Timeline{}
	w := do(t, d, http.MethodGet, url, "")
	requireJSON(t, w, http.StatusOK, `{"intervals":[],"longestDisconnectedSeconds":0,"asOf":"1970-01-01T00:00:00.000Z","lagMs":0}`)
	for query, location := range map[string]string{"from=yesterday": "from", "to=1": "to", "limit=x": "limit", "sort=vin": "sort"} {
		requireAbout(t, do(t, d, http.MethodGet, url+"?"+query, ""), http.StatusUnprocessableEntity, location)
	}
}
