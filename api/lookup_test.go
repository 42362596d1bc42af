package api_test

import (
	"net/http"
	"strings"
	"testing"

	"fleetbeat/api"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
)

const lookupURL = "/api/v1/vehicles:lookup"

type lookups = answers[queries.LookupVehicles, queries.VehicleLookup]

func looking(a *lookups) api.Deps {
	d := deps()
	d.Queries.LookupVehicles = a
	return d
}

func TestLookupAnswersInTheOrderOfTheText(t *testing.T) {
	t.Parallel()
	a := &lookups{answer: queries.VehicleLookup{
		Items: []queries.LookedUp{{Text: "abc 123", Vehicles: []queries.Vehicle{aVehicle()}}, {Text: "XYZ", Duplicate: true}},
		Found: 1, Unknown: []string{"XYZ"}, Freshness: fresh(),
	}}
	w := do(t, looking(a), http.MethodPost, lookupURL+"?after=0f8fad5b.17", `{"text":"abc 123;XYZ"}`)
	requireJSON(t, w, http.StatusOK, `{"items":[{"text":"abc 123","vehicles":[{`+aVehicleJSON+`}]},{"text":"XYZ","duplicate":true,"vehicles":[]}],
		"found":1,"unknown":["XYZ"],`+freshJSON+`}`)
	assert.Equal(t, []queries.LookupVehicles{{Text: "abc 123;XYZ", After: at(17)}}, a.asked)
}

func TestLookupNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		query, body string
		status      int
		location    string
	}{
		{"", `{"vins":["x"]}`, http.StatusUnprocessableEntity, "vins"},
		{"", `{"text":7}`, http.StatusUnprocessableEntity, "text"},
		{"?limit=3", `{"text":"x"}`, http.StatusUnprocessableEntity, "limit"},
		{"?after=x", `{"text":"x"}`, http.StatusBadRequest, "after"},
	} {
		a := &lookups{}
		requireAbout(t, do(t, looking(a), http.MethodPost, lookupURL+test.query, test.body), test.status, test.location)
		assert.Empty(t, a.asked)
	}
	requireProblem(t, do(t, looking(&lookups{}), http.MethodPost, lookupURL, `{"text":"`+strings.Repeat("x", 64<<10)+`"}`), http.StatusRequestEntityTooLarge)
	requireProblem(t, do(t, looking(&lookups{}), http.MethodPost, lookupURL, ""), http.StatusBadRequest)
}
