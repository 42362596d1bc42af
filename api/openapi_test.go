package api_test

import (
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"fleetbeat/api"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheCommittedDocumentIsFresh(t *testing.T) {
	t.Parallel()
	committed, err := os.ReadFile("openapi.json")
	require.NoError(t, err)
	require.Equal(t, string(committed), string(api.Document()), "run: go generate ./api")
	w := do(t, deps(), http.MethodGet, "/openapi.json", "")
	assert.Equal(t, string(committed), w.Body.String(), "what is served is what is committed")
}

// document is what these tests look at of the OpenAPI document.
type document struct {
	OpenAPI string
	Servers []struct{ URL string }
	Tags    []struct{ Name string }
	Paths   map[string]map[string]struct {
		OperationID string
		Summary     string
		Description string
		Tags        []string
		Parameters  []parameter
		RequestBody *struct{ Required bool }
		Security    []map[string][]string
		Responses   map[string]struct {
			Content map[string]struct{ Schema map[string]any }
		}
	}
	Components struct {
		Schemas map[string]struct {
			Properties map[string]map[string]any
			Required   []string
		}
	}
}

type parameter struct {
	Name, In, Description string
	Required              bool
}

func readDocument(t *testing.T) (d document) {
	t.Helper()
	require.NoError(t, json.Unmarshal(api.Document(), &d))
	return d
}

func TestTheDocumentSaysWhereARequestMayBeForbidden(t *testing.T) {
	t.Parallel()
	for path, methods := range readDocument(t).Paths {
		for method, operation := range methods {
			assert.Contains(t, operation.Responses, "403", "%s %s: any may be asked under a name that is not answered to", method, path)
		}
	}
}

func TestTheDocumentHasEveryOperation(t *testing.T) {
	t.Parallel()
	d := readDocument(t)
	assert.Equal(t, "3.1.0", d.OpenAPI)
	var got []string
	for path, methods := range d.Paths {
		for method := range methods {
			got = append(got, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(got)
	assert.Equal(t, []string{
		"DELETE /api/v1/keys/{id}", "DELETE /api/v1/session", "DELETE /api/v1/vehicles/{vin}",
		"GET /api/v1/changes", "GET /api/v1/customers", "GET /api/v1/customers/{id}", "GET /api/v1/keys", "GET /api/v1/session", "GET /api/v1/settings", "GET /api/v1/summary", "GET /api/v1/summary/history",
		"GET /api/v1/vehicles",
		"GET /api/v1/vehicles/{vin}", "GET /api/v1/vehicles/{vin}/timeline",
		"GET /healthz", "GET /heartbeat/ping", "GET /heartbeat/{vin}", "GET /readyz", "GET /search", "GET /search/ping", "GET /startz",
		"HEAD /heartbeat/{vin}",
		"PATCH /api/v1/customers/{id}", "PATCH /api/v1/settings", "PATCH /api/v1/vehicles/{vin}",
		"POST /api/v1/customers", "POST /api/v1/keys", "POST /api/v1/session", "POST /api/v1/vehicles", "POST /api/v1/vehicles:import",
		"POST /api/v1/vehicles:lookup", "POST /heartbeat/{vin}", "POST /heartbeats",
	}, got)
}

func TestTheDocumentDescribesEveryOperation(t *testing.T) {
	t.Parallel()
	d := readDocument(t)
	ids, tags := map[string]bool{}, map[string]bool{}
	for _, tag := range d.Tags {
		tags[tag.Name] = true
	}
	for path, methods := range d.Paths {
		for method, op := range methods {
			name := method + " " + path
			assert.False(t, ids[op.OperationID], "%s: its id is unique", name)
			ids[op.OperationID] = true
			assert.NotEmpty(t, op.Summary, name)
			assert.NotEmpty(t, op.Description, name)
			require.Len(t, op.Tags, 1, name)
			assert.True(t, tags[op.Tags[0]], "%s: the page shows operations by tag", name)
			for _, p := range op.Parameters {
				assert.NotEmpty(t, p.Description, "%s %s", name, p.Name)
				assert.Equal(t, p.In == "path", p.Required, "%s %s", name, p.Name)
				if p.In == "path" {
					assert.Contains(t, path, "{"+p.Name+"}")
				}
			}
			assert.Equal(t, strings.Count(path, "{"), countIn(op.Parameters, "path"), name)
			assert.Contains(t, op.Responses, "500", name)
			for status, response := range op.Responses {
				if status[0] != '2' {
					assert.Equal(t, map[string]any{"$ref": "#/components/schemas/Problem"}, response.Content["application/problem+json"].Schema, name)
				}
			}
			if method == "post" || method == "patch" {
				require.NotNil(t, op.RequestBody, name)
				assert.Equal(t, path != "/heartbeat/{vin}", op.RequestBody.Required, name)
			}
		}
	}
}

func countIn(params []parameter, in string) (n int) {
	for _, p := range params {
		if p.In == in {
			n++
		}
	}
	return n
}

func TestTheDocumentSaysTimesListsAndNulls(t *testing.T) {
	t.Parallel()
	d := readDocument(t)
	schemas := d.Components.Schemas
	for schema, fields := range map[string][]string{
		"Vehicle": {"since", "lastHeartbeat", "deadline"}, "VehicleDetail": {"registeredAt", "firstHeartbeat", "asOf"}, "LocationAt": {"at"},
		"Interval": {"from", "to"}, "NewHeartbeat": {"sentAt"}, "VehicleWritten": {"registeredAt"}, "ClassicVehicle": {"heartbeat_ts"},
	} {
		for _, field := range fields {
			assert.Equal(t, "date-time", schemas[schema].Properties[field]["format"], "%s.%s", schema, field)
			assert.Equal(t, "string", schemas[schema].Properties[field]["type"], "%s.%s", schema, field)
		}
	}
	for name, schema := range schemas {
		for field, property := range schema.Properties {
			if strings.HasSuffix(name, "Change") {
				continue
			}
			_, several := property["type"].([]any)
			assert.False(t, several, "%s.%s is absent rather than null", name, field)
		}
	}
	assert.Equal(t, []any{"integer", "null"}, schemas["VehicleChange"].Properties["intervalSeconds"]["type"], "null inherits again")
	assert.Equal(t, "string", schemas["VehicleChange"].Properties["registrationNumber"]["type"], "cannot be taken away")
	assert.NotContains(t, schemas, "ErrorModel")
	assert.Equal(t, []string{"vin", "registrationNumber", "customer", "status", "timeoutSeconds"}, schemas["Vehicle"].Required)
}
