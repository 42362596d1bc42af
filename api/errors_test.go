package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"fleetbeat/api"
	"fleetbeat/commands"
	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// everythingFails returns deps whose every handler answers with an error.
func everythingFails(d api.Deps, err error) api.Deps {
	d.Commands = api.Commands{
		RecordHeartbeats:    &recorder{err: err},
		RegisterCustomer:    &answers[commands.RegisterCustomer, commands.CustomerResult]{err: err},
		ChangeCustomer:      &answers[commands.ChangeCustomer, commands.CustomerResult]{err: err},
		RegisterVehicle:     &answers[commands.RegisterVehicle, commands.VehicleResult]{err: err},
		ChangeVehicle:       &answers[commands.ChangeVehicle, commands.VehicleResult]{err: err},
		DecommissionVehicle: &answers[commands.DecommissionVehicle, commands.DecommissionResult]{err: err},
		ChangeSettings:      &answers[commands.ChangeSettings, commands.SettingsResult]{err: err},
		ImportFleet:         &answers[commands.ImportFleet, commands.ImportResult]{err: err},
		CreateKey:           &answers[commands.CreateKey, commands.KeyResult]{err: err},
		RevokeKey:           &answers[commands.RevokeKey, commands.KeyResult]{err: err},
	}
	d.Queries = api.Queries{
		LookupVehicles: &answers[queries.LookupVehicles, queries.VehicleLookup]{err: err},
		ListVehicles:   &answers[queries.ListVehicles, queries.VehicleList]{err: err},
		GetVehicle:     &answers[queries.GetVehicle, queries.VehicleDetail]{err: err},
		GetTimeline:    &answers[queries.GetTimeline, queries.Timeline]{err: err},
		ListCustomers:  &answers[queries.ListCustomers, queries.CustomerList]{err: err},
		GetCustomer:    &answers[queries.GetCustomer, queries.CustomerDetail]{err: err},
		GetSummary:     &answers[queries.GetSummary, queries.Summary]{err: err},
		GetHistory:     &answers[queries.GetHistory, queries.History]{err: err},
		GetSettings:    &answers[queries.GetSettings, domain.Settings]{err: err},
		ClassicSearch:  &answers[queries.ClassicSearch, []queries.ClassicVehicle]{err: err},
		ListChanges:    &answers[queries.ListChanges, queries.TransitionList]{err: err},
	}
	return d
}

// everyOperation are requests that reach the handler of every operation that has one.
func everyOperation() map[string]string {
	return map[string]string{
		"POST " + heartbeatURL: "", "GET " + heartbeatURL: "", "HEAD " + heartbeatURL: "",
		"GET /api/v1/settings": "", "PATCH /api/v1/settings": "{}",
		"GET /api/v1/customers": "", "POST /api/v1/customers": "{}", "GET /api/v1/customers/c1": "", "PATCH /api/v1/customers/c1": "{}",
		"GET /api/v1/vehicles": "", "POST /api/v1/vehicles": "{}", "POST /api/v1/vehicles:import": "vin,registration_number,customer\n", "POST /api/v1/vehicles:lookup": "{}", "GET " + vehicleURL: "", "PATCH " + vehicleURL: "{}", "DELETE " + vehicleURL: "",
		"GET " + vehicleURL + "/timeline": "", "GET /api/v1/summary": "", "GET /api/v1/summary/history": "", "GET /api/v1/changes": "", "GET /search?online=true": "",
		"POST /api/v1/keys": "{}", "DELETE /api/v1/keys/abcdefgh": "",
	}
}

func TestAnEmptyBodyIsCalledEmpty(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", " \r\n\t"} {
		p := requireProblem(t, do(t, writers(), http.MethodPost, "/api/v1/customers", body), http.StatusBadRequest)
		assert.Equal(t, "the body is empty; a JSON object is expected", p.Detail)
	}
	p := requireProblem(t, do(t, writers(), http.MethodPost, "/api/v1/customers", `{"name"`), http.StatusBadRequest)
	assert.Equal(t, "the body ends in the middle of its JSON", p.Detail)
}

func TestEveryOperationAnswersEveryKindOfError(t *testing.T) {
	t.Parallel()
	kinds := map[domain.Kind]int{
		domain.Malformed: 400, domain.Invalid: 422, domain.NotFound: 404, domain.Taken: 409, domain.Conflict: 409, domain.Overloaded: 503,
		domain.Unavailable: 503, domain.Internal: 500,
	}
	for request, body := range everyOperation() {
		method, target, _ := strings.Cut(request, " ")
		t.Run(request, func(t *testing.T) {
			t.Parallel()
			for kind, status := range kinds {
				err := &domain.Error{Kind: kind, Message: "a sentence", RetryAfter: 7, Cause: errBroken}
				w := do(t, everythingFails(deps(), fmt.Errorf("in a wrapper: %w", err)), method, target, body)
				p := requireProblem(t, w, status)
				if kind != domain.Internal {
					assert.Equal(t, "a sentence", p.Detail)
					assert.Equal(t, "7", w.Header().Get("Retry-After"))
				}
			}
			d, log := logged()
			p := requireProblem(t, do(t, everythingFails(d, errBroken), method, target, body), http.StatusInternalServerError)
			assert.NotContains(t, p.Detail, errBroken.Error())
			assert.Contains(t, log.String(), errBroken.Error())
			assert.Equal(t, 1, countLines(log.String()))
		})
	}
}

func TestRequestsDoNotDisturbEachOther(t *testing.T) {
	t.Parallel()
	base := serve(t, everythingFails(deps(), domain.Errorf(domain.NotFound, "nobody")))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for request, body := range everyOperation() {
				method, target, _ := strings.Cut(request, " ")
				r, err := http.NewRequestWithContext(t.Context(), method, base+target, strings.NewReader(body))
				if !assert.NoError(t, err) {
					return
				}
				response, err := http.DefaultClient.Do(r)
				if !assert.NoError(t, err) {
					return
				}
				assert.NoError(t, response.Body.Close())
				assert.Equal(t, http.StatusNotFound, response.StatusCode, request)
			}
		})
	}
	group.Wait()
}

func TestEveryOperationIsTried(t *testing.T) {
	t.Parallel()
	tried := len(everyOperation()) + len([]string{"/heartbeats", "/heartbeat/ping", "/search/ping", "/healthz", "/readyz", "/startz", "GET /api/v1/keys",
		"GET /api/v1/session", "POST /api/v1/session", "DELETE /api/v1/session"})
	documented := 0
	for _, methods := range readDocument(t).Paths {
		documented += len(methods)
	}
	require.Equal(t, documented, tried, "a new operation belongs in these tests")
}
