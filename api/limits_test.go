package api_test

import (
	"net/http"
	"strings"
	"testing"

	"fleetbeat/api"
	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// realQueries returns deps with the real handlers and no views: what is refused before a view is asked can be tested.
func realQueries() api.Deps {
	d := deps()
	d.Queries = api.Queries{
		ListVehicles: queries.ListVehiclesHandler{}, ListCustomers: queries.ListCustomersHandler{}, GetTimeline: queries.GetTimelineHandler{},
		GetVehicle: queries.GetVehicleHandler{}, GetCustomer: queries.GetCustomerHandler{}, GetSummary: queries.GetSummaryHandler{},
		GetHistory:  queries.GetHistoryHandler{},
		GetSettings: queries.GetSettingsHandler{}, ClassicSearch: queries.ClassicSearchHandler{},
	}
	return d
}

func TestLimitsOfQuestionsReachTheCaller(t *testing.T) {
	t.Parallel()
	vins := "vin=" + strings.Repeat(string(abc)+",", queries.MaxValues+1)
	customers := "customer=" + strings.Repeat("c,", queries.MaxValues+1)
	long := strings.Repeat("x", queries.MaxText+1)
	tests := []struct {
		name, target, location string
	}{
		{"an unknown order", "/api/v1/vehicles?sort=colour", "sort"},
		{"an unknown order, reversed", "/api/v1/vehicles?sort=-colour", "sort"},
		{"a double minus", "/api/v1/vehicles?sort=--vin", "sort"},
		{"too many VINs", "/api/v1/vehicles?" + vins, "vin"},
		{"too many customers", "/api/v1/vehicles?" + customers, "customer"},
		{"too many customers of a history", "/api/v1/summary/history?" + customers, "customer"},
		{"too long a text", "/api/v1/vehicles?q=" + long, "q"},
		{"too long a name", "/api/v1/customers?q=" + long, "q"},
		{"an unknown order of customers", "/api/v1/customers?sort=address", "sort"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			requireAbout(t, do(t, realQueries(), http.MethodGet, test.target, ""), http.StatusUnprocessableEntity, test.location)
		})
	}
	t.Run("and the classic search without a question is empty before any view is asked", func(t *testing.T) {
		t.Parallel()
		requireJSON(t, do(t, realQueries(), http.MethodGet, "/search", ""), http.StatusOK, `[]`)
	})
}

func TestAnswersAreAlwaysJSON(t *testing.T) {
	t.Parallel()
	d := deps()
	d.Queries.GetSettings = &answers[queries.GetSettings, domain.Settings]{}
	for _, accept := range []string{"", "*/*", "text/html", "application/xml", "json", "application/json;q=0", "application/cbor", "\x00"} {
		w := do(t, d, http.MethodGet, "/api/v1/settings", "", "Accept", accept)
		requireJSON(t, w, http.StatusOK, `{"intervalSeconds":0,"graceSeconds":0}`)
		requireProblem(t, do(t, d, http.MethodGet, "/api/v1/settings?x=1", "", "Accept", accept), http.StatusUnprocessableEntity)
	}
}

func TestHeadAnswersLikeGetWithoutABody(t *testing.T) {
	t.Parallel()
	d := deps()
	d.Queries.GetSettings = &answers[queries.GetSettings, domain.Settings]{}
	base := serve(t, d)
	for path, status := range map[string]int{
		"/api/v1/settings": 200, "/api/v1/settings?x=1": 422, "/": 200, "/nothing": 404, "/healthz": 200, "/openapi.json": 200,
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodHead, base+path, nil)
		require.NoError(t, err)
		response, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		assert.Equal(t, status, response.StatusCode, path)
	}
}

func TestTextOfClientsComesBackAsText(t *testing.T) {
	t.Parallel()
	for _, target := range []string{
		"/api/v1/vehicles?status=%ff%00", "/api/v1/vehicles?%ff=1", "/api/v1/vehicles?vin=%ff", "/heartbeat/%ff", "/api/v1/vehicles/%ff",
		"/api/v1/vehicles?status=%3Cscript%3E", "/api/v1/vehicles?after=%ff.1", "/api/v1/vehicles?cursor=a&cursor=b",
	} {
		d := recording(&recorder{})
		w := do(t, d, http.MethodGet, target, "")
		require.Contains(t, []int{400, 422}, w.Code, target)
		requireProblem(t, w, w.Code)
	}
}

func TestNewsOnTheWayAreNotTheAnswer(t *testing.T) {
	t.Parallel()
	d := deps()
	d.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusTeapot)
	})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, serve(t, d)+"/metrics", nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Equal(t, http.StatusTeapot, response.StatusCode)
}
