package api_test

import (
	"net/http"
	"testing"
	"time"

	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
)

func TestSummaryHasTheShapeOfTheDesign(t *testing.T) {
	t.Parallel()
	a := &answers[queries.GetSummary, queries.Summary]{answer: queries.Summary{
		Counts:    queries.Counts{Connected: 1, Disconnected: 2, NeverSeen: 3},
		Customers: []queries.SummaryCustomer{{CustomerRef: queries.CustomerRef{ID: "c1", Name: "J"}, Counts: queries.Counts{Disconnected: 2}, Usual: &queries.Range{Hi: 4}}},
		Usual:     &queries.Range{Lo: 1, Hi: 3},
		SilentFor: []queries.SilentStep{{Under: 300, Count: 2}, {Count: 0}}, Freshness: fresh(),
	}}
	d := deps()
	d.Queries.GetSummary = a
	requireJSON(t, do(t, d, http.MethodGet, "/api/v1/summary?after=0f8fad5b.8", ""), http.StatusOK,
		`{"counts":{"connected":1,"disconnected":2,"never_seen":3},"usual":{"lo":1,"hi":3},
		"customers":[{"id":"c1","name":"J","counts":{"connected":0,"disconnected":2,"never_seen":0},"usual":{"lo":0,"hi":4}}],
		"silentFor":[{"under":300,"count":2},{"count":0}],`+freshJSON+`}`)
	assert.Equal(t, []queries.GetSummary{{After: at(8)}}, a.asked)
	requireAbout(t, do(t, d, http.MethodGet, "/api/v1/summary?after=8", ""), http.StatusBadRequest, "after")
}

func TestHistoryHasTheShapeOfTheDesign(t *testing.T) {
	t.Parallel()
	noon := domain.InstantOf(time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC))
	a := &answers[queries.GetHistory, queries.History]{answer: queries.History{
		Quarters:   []queries.HistoryQuarter{{From: noon, To: noon + 900_000, Counts: queries.Counts{Connected: 1, Disconnected: 2, NeverSeen: 3}}},
		Unobserved: []domain.Span{{From: noon, To: noon + 1}}, Freshness: fresh(),
	}}
	d := deps()
	d.Queries.GetHistory = a
	requireJSON(t, do(t, d, http.MethodGet, "/api/v1/summary/history", ""), http.StatusOK,
		`{"quarters":[{"from":"2026-06-01T12:00:00.000Z","to":"2026-06-01T12:15:00.000Z","counts":{"connected":1,"disconnected":2,"never_seen":3}}],
		"unobserved":[{"from":"2026-06-01T12:00:00.000Z","to":"2026-06-01T12:00:00.001Z"}],`+freshJSON+`}`)
	do(t, d, http.MethodGet, "/api/v1/summary/history?customer=c1,c2&customer=c3&from=2026-06-01T12:00:00.000Z&to=2026-06-01T13:00:00Z&after=0f8fad5b.8", "")
	assert.Equal(t, []queries.GetHistory{{}, {
		Customers: []domain.CustomerID{"c1", "c2", "c3"}, From: noon, To: noon + 3_600_000, After: at(8),
	}}, a.asked)
	requireAbout(t, do(t, d, http.MethodGet, "/api/v1/summary/history?after=8", ""), http.StatusBadRequest, "after")
	requireAbout(t, do(t, d, http.MethodGet, "/api/v1/summary/history?from=yesterday", ""), http.StatusUnprocessableEntity, "from")
	requireAbout(t, do(t, d, http.MethodGet, "/api/v1/summary/history?bucket=1h", ""), http.StatusUnprocessableEntity, "bucket")
}
