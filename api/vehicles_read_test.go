package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"fleetbeat/api"
	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func listing(a *answers[queries.ListVehicles, queries.VehicleList]) api.Deps {
	d := deps()
	d.Queries.ListVehicles = a
	return d
}

// aVehicle has every field that a vehicle in a list may have.
func aVehicle() queries.Vehicle {
	return queries.Vehicle{
		VIN: abc, RegistrationNumber: "ABC123", Customer: queries.CustomerRef{ID: "c1", Name: "Kalles Grustransporter AB"},
		Status: domain.Connected, Since: noon().Add(-time.Hour), LastHeartbeat: noon() - 1, Deadline: noon().Add(90 * time.Second),
		TimeoutSeconds: 90, Location: &domain.LocationAt{Lat: 59.3, Lon: 18.1, At: noon() - 2},
	}
}

const aVehicleJSON = `"vin":"YS2R4X20005399401","registrationNumber":"ABC123","customer":{"id":"c1","name":"Kalles Grustransporter AB"},
	"status":"connected","since":"2026-06-01T11:00:00.000Z","lastHeartbeat":"2026-06-01T11:59:59.999Z",
	"deadline":"2026-06-01T12:01:30.000Z","timeoutSeconds":90,"location":{"lat":59.3,"lon":18.1,"at":"2026-06-01T11:59:59.998Z"}`

const freshJSON = `"asOf":"2026-06-01T12:00:00.000Z","lagMs":250`

func TestListVehiclesHasTheShapeOfTheDesign(t *testing.T) {
	t.Parallel()
	total := int64(2)
	never := queries.Vehicle{VIN: abc, RegistrationNumber: "A", Customer: queries.CustomerRef{ID: "c1", Name: "K"}, Status: domain.NeverSeen, TimeoutSeconds: 1}
	t.Run("with a next list page, and nothing that is not known", func(t *testing.T) {
		t.Parallel()
		a := &answers[queries.ListVehicles, queries.VehicleList]{answer: queries.VehicleList{
			Items: []queries.Vehicle{aVehicle(), never}, Next: "abc", Total: &total,
			Counts: queries.Counts{Connected: 1, Disconnected: 0, NeverSeen: 1}, Freshness: fresh(),
		}}
		requireJSON(t, do(t, listing(a), http.MethodGet, "/api/v1/vehicles", ""), http.StatusOK,
			`{"items":[{`+aVehicleJSON+`},{"vin":"YS2R4X20005399401","registrationNumber":"A","customer":{"id":"c1","name":"K"},
			"status":"never_seen","timeoutSeconds":1}],"next":"abc","total":2,"counts":{"connected":1,"disconnected":0,"never_seen":1},`+freshJSON+`}`)
	})
	t.Run("with facets", func(t *testing.T) {
		t.Parallel()
		a := &answers[queries.ListVehicles, queries.VehicleList]{answer: queries.VehicleList{
			Items: []queries.Vehicle{}, Total: &total, Freshness: fresh(), Facets: &queries.Facets{
				Customers: []queries.FacetCustomer{{CustomerRef: queries.CustomerRef{ID: "c1", Name: "K"}, Total: 2, Disconnected: 1}},
				SilentFor: []queries.SilentStep{{Under: 300, Count: 1}, {Count: 0}}, AtLeast: true,
			},
		}}
		requireJSON(t, do(t, listing(a), http.MethodGet, "/api/v1/vehicles?facets=true", ""), http.StatusOK,
			`{"items":[],"total":2,"counts":{"connected":0,"disconnected":0,"never_seen":0},
			"facets":{"customers":[{"id":"c1","name":"K","total":2,"disconnected":1}],"silentFor":[{"under":300,"count":1},{"count":0}],"atLeast":true},`+freshJSON+`}`)
	})
	t.Run("an empty one with a list that is not null, and at least so many", func(t *testing.T) {
		t.Parallel()
		a := &answers[queries.ListVehicles, queries.VehicleList]{answer: queries.VehicleList{TotalAtLeast: &total, Freshness: fresh()}}
		requireJSON(t, do(t, listing(a), http.MethodGet, "/api/v1/vehicles", ""), http.StatusOK,
			`{"items":[],"totalAtLeast":2,"counts":{"connected":0,"disconnected":0,"never_seen":0},`+freshJSON+`}`)
	})
}

func TestListVehiclesReadsItsParameters(t *testing.T) {
	t.Parallel()
	filter := func(f queries.Filter) queries.ListVehicles { return queries.ListVehicles{Filter: f} }
	tests := []struct {
		query string
		want  queries.ListVehicles
	}{
		{"", queries.ListVehicles{}},
		{"customer=c1&customer=c2,c3", filter(queries.Filter{Customers: []domain.CustomerID{"c1", "c2", "c3"}})},
		{"status=connected,never_seen&status=disconnected", filter(queries.Filter{Statuses: []domain.Status{domain.Connected, domain.NeverSeen, domain.Disconnected}})},
		{"status=&status=connected", filter(queries.Filter{Statuses: []domain.Status{domain.Connected}})},
		{"vin=ys2r4x20005399401", filter(queries.Filter{VINs: []domain.VIN{abc}})},
		{"q=%C3%A5%25_%2Bx", filter(queries.Filter{Text: "å%_+x"})},
		{"silentFor=5m", filter(queries.Filter{SilentFor: 5 * time.Minute})},
		{"silentFor=1h", filter(queries.Filter{SilentFor: time.Hour})},
		{"silentFor=7d", filter(queries.Filter{SilentFor: 7 * 24 * time.Hour})},
		{"silentFor=90s", filter(queries.Filter{SilentFor: 90 * time.Second})},
		{"clash=true&facets=true", queries.ListVehicles{Filter: queries.Filter{Clash: true}, Facets: true}},
		{"clash=false&facets=", queries.ListVehicles{}},
		{"sort=vin", queries.ListVehicles{Sort: queries.SortVIN}},
		{"sort=-since", queries.ListVehicles{Sort: queries.SortSince, Descending: true}},
		{"limit=200&cursor=x", queries.ListVehicles{Limit: 200, Cursor: "x"}},
		{"after=0f8fad5b.17", queries.ListVehicles{After: at(17)}},
		{"after=0f8fad5b.17-12", queries.ListVehicles{After: domain.Position{Commit: 17, Prepare: 12}}},
	}
	for _, test := range tests {
		t.Run(test.query, func(t *testing.T) {
			t.Parallel()
			a := &answers[queries.ListVehicles, queries.VehicleList]{}
			w := do(t, listing(a), http.MethodGet, "/api/v1/vehicles?"+test.query, "")
			require.Equal(t, http.StatusOK, w.Code, w.Body.String())
			assert.Equal(t, []queries.ListVehicles{test.want}, a.asked)
		})
	}
}

func TestListVehiclesNamesTheParameterThatIsWrong(t *testing.T) {
	t.Parallel()
	tests := []struct {
		query, location string
		status          int
	}{
		{"colour=red", "colour", 422},
		{"Status=connected", "Status", 422},
		{"status=online", "status", 422},
		{"vin=YS2", "vin", 422},
		{"limit=0", "limit", 422},
		{"limit=201", "limit", 422},
		{"limit=-1", "limit", 422},
		{"limit=many", "limit", 422},
		{"limit=1&limit=2", "limit", 422},
		{"limit=99999999999999999999", "limit", 422},
		{"silentFor=5", "silentFor", 422},
		{"silentFor=h", "silentFor", 422},
		{"silentFor=-5m", "silentFor", 422},
		{"silentFor=0m", "silentFor", 422},
		{"silentFor=1.5h", "silentFor", 422},
		{"silentFor=5w", "silentFor", 422},
		{"silentFor=9223372036854775807d", "silentFor", 422},
		{"sort=-", "sort", 422},
		{"clash=yes", "clash", 422},
		{"facets=1", "facets", 422},
		{"facets=true&facets=true", "facets", 422},
		{"after=17", "after", 400},
		{"after=0f8fad5b.", "after", 400},
		{"after=0f8fad5b.x", "after", 400},
		{"after=0f8fad5b.017", "after", 400},
		{"after=0f8fad.17", "after", 400},
		{"after=deadbeef.17", "after", 400},
	}
	for _, test := range tests {
		t.Run(test.query, func(t *testing.T) {
			t.Parallel()
			a := &answers[queries.ListVehicles, queries.VehicleList]{}
			requireAbout(t, do(t, listing(a), http.MethodGet, "/api/v1/vehicles?"+test.query, ""), test.status, test.location)
			assert.Empty(t, a.asked)
		})
	}
	t.Run("all of them at once", func(t *testing.T) {
		t.Parallel()
		w := do(t, listing(nil), http.MethodGet, "/api/v1/vehicles?limit=0&status=online&vin=x&silentFor=x", "")
		p := requireProblem(t, w, http.StatusUnprocessableEntity)
		assert.Len(t, p.Errors, 4)
	})
	t.Run("400 where one of several cannot be read at all", func(t *testing.T) {
		t.Parallel()
		requireProblem(t, do(t, listing(nil), http.MethodGet, "/api/v1/vehicles?limit=0&after=x", ""), http.StatusBadRequest)
	})
	t.Run("a query string that is none", func(t *testing.T) {
		t.Parallel()
		requireProblem(t, do(t, listing(nil), http.MethodGet, "/api/v1/vehicles?q=%zz", ""), http.StatusBadRequest)
	})
	t.Run("a long name of a parameter is not sent back whole", func(t *testing.T) {
		t.Parallel()
		w := do(t, listing(nil), http.MethodGet, "/api/v1/vehicles?"+strings.Repeat("x", 5000)+"=1", "")
		assert.Less(t, w.Body.Len(), 500)
		requireProblem(t, w, http.StatusUnprocessableEntity)
	})
}

func TestGetVehicleHasTheShapeOfTheDesign(t *testing.T) {
	t.Parallel()
	a := &answers[queries.GetVehicle, queries.VehicleDetail]{answer: queries.VehicleDetail{
		Vehicle: aVehicle(), RegisteredAt: noon().Add(-2 * time.Hour), FirstHeartbeat: noon().Add(-time.Hour),
		Readings: map[string]queries.ReadingAt{"speed": {Value: 61.5, At: noon()}},
		Reason: queries.Reason{
			Rule: domain.WithinInterval, IntervalSeconds: 60, IntervalFrom: domain.FromGlobal, GraceSeconds: 30, GraceFrom: domain.FromVehicle,
			DecidedAt: noon().Add(-time.Hour), Text: "heard 0 s ago",
		},
		Freshness: fresh(),
	}}
	d := deps()
	d.Queries.GetVehicle = a
	requireJSON(t, do(t, d, http.MethodGet, "/api/v1/vehicles/ys2r4x20005399401?after=0f8fad5b.3", ""), http.StatusOK,
		`{`+aVehicleJSON+`,"registeredAt":"2026-06-01T10:00:00.000Z","firstHeartbeat":"2026-06-01T11:00:00.000Z",
		"readings":{"speed":{"value":61.5,"at":"2026-06-01T12:00:00.000Z"}},
		"reason":{"rule":"within_interval","intervalSeconds":60,"intervalFrom":"global","graceSeconds":30,"graceFrom":"vehicle",
		"decidedAt":"2026-06-01T11:00:00.000Z","text":"heard 0 s ago"},`+freshJSON+`}`)
	assert.Equal(t, []queries.GetVehicle{{VIN: abc, After: at(3)}}, a.asked)

	requireAbout(t, do(t, d, http.MethodGet, "/api/v1/vehicles/ABC", ""), http.StatusUnprocessableEntity, "vin")
	a.err = domain.Errorf(domain.NotFound, "no vehicle with the VIN %s is registered", abc)
	requireProblem(t, do(t, d, http.MethodGet, "/api/v1/vehicles/YS2R4X20005399401", ""), http.StatusNotFound)
}
