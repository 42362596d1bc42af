package api_test

import (
	"net/http"
	"testing"

	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
)

func TestSummaryHasTheShapeOfTheDesign(t *testing.T) {
	t.Parallel()
	a := &answers[queries.GetSummary, queries.Summary]{answer: queries.Summary{
		Counts:    queries.Counts{Connected: 1, Disconnected: 2, NeverSeen: 3},
		Customers: []queries.SummaryCustomer{{CustomerRef: queries.CustomerRef{ID: "c1", Name: "J"}, Counts: queries.Counts{Disconnected: 2}}},
		SilentFor: []queries.SilentStep{{Under: 300, Count: 2}, {Count: 0}}, Freshness: fresh(),
	}}
	d := deps()
	d.Queries.GetSummary = a
	requireJSON(t, do(t, d, http.MethodGet, "/api/v1/summary?after=0f8fad5b.8", ""), http.StatusOK,
		`{"counts":{"connected":1,"disconnected":2,"never_seen":3},
		"customers":[{"id":"c1","name":"J","counts":{"connected":0,"disconnected":2,"never_seen":0}}],
		"silentFor":[{"under":300,"count":2},{"count":0}],`+freshJSON+`}`)
	assert.Equal(t, []queries.GetSummary{{After: at(8)}}, a.asked)
	requireAbout(t, do(t, d, http.MethodGet, "/api/v1/summary?after=8", ""), http.StatusBadRequest, "after")
}
