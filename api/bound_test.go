package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"fleetbeat/api"
	"fleetbeat/commands"
	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFilesAndLookupsAreTheirOwners(t *testing.T) {
	t.Parallel()
	var exported []queries.ListVehicles
	d, imported := importing(commands.ImportResult{})
	d.Queries.ExportVehicles = pages{lists: []queries.VehicleList{{}}, asked: &exported}
	looked := &lookups{}
	d.Queries.LookupVehicles = looked
	handler := api.New(d, api.Options{})
	for _, r := range []*http.Request{
		httptest.NewRequest(http.MethodGet, "/api/v1/vehicles?format=csv&customer=c2", nil),
		httptest.NewRequest(http.MethodPost, importURL, strings.NewReader(aFile)),
		httptest.NewRequest(http.MethodPost, lookupURL, strings.NewReader(`{"text":"x"}`)),
	} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r.WithContext(api.BoundTo(t.Context(), "c1")))
		require.Equal(t, http.StatusOK, w.Code, w.Body.String())
	}
	assert.Equal(t, []queries.ListVehicles{{Filter: queries.Filter{Customers: []domain.CustomerID{"c2"}}, Owner: "c1"}}, exported)
	assert.Equal(t, domain.CustomerID("c1"), imported.asked[0].Owner)
	assert.Equal(t, []queries.LookupVehicles{{Text: "x", Owner: "c1"}}, looked.asked)
}
