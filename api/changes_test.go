package api_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"fleetbeat/api"
	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestListChanges(t *testing.T) {
	t.Parallel()
	list := &answers[queries.ListChanges, queries.TransitionList]{answer: queries.TransitionList{
		Items:     []queries.Change{transition(70, abc, "c1", domain.Disconnected), transition(60, def, "c2", domain.Connected)},
		Position:  at(75),
		Freshness: fresh(),
	}}
	d := deps()
	d.Queries.ListChanges = list
	t.Run("answers the last transitions and where the stream goes on", func(t *testing.T) {
		w := do(t, d, http.MethodGet, "/api/v1/changes", "", "Last-Event-ID", "is of the stream alone")
		const rest = `"registrationNumber":"ABC123","at":"2026-06-01T12:00:00.000Z","provedAt":"2026-06-01T12:00:01.000Z",` +
			`"lastHeartbeat":"2026-06-01T11:59:00.000Z","statusBefore":"never_seen","afterSeconds":3600`
		requireJSON(t, w, http.StatusOK, `{"items":[
			{"position":"0f8fad5b.70","status":"disconnected","vin":"YS2R4X20005399401","customer":{"id":"c1","name":"Kalles \"Grus\"\nAB"},`+rest+`},
			{"position":"0f8fad5b.60","status":"connected","vin":"VLUR4X20009093588","customer":{"id":"c2","name":"Kalles \"Grus\"\nAB"},`+rest+`}
		],"position":"0f8fad5b.75","asOf":"2026-06-01T12:00:00.000Z","lagMs":250}`)
	})
	t.Run("asks what the parameters say", func(t *testing.T) {
		list.asked = nil
		w := do(t, d, http.MethodGet, "/api/v1/changes?customer=c1,c2&customer=c3&status=connected&vin="+string(abc)+"&limit=7&after="+place(5), "")
		require.Equal(t, http.StatusOK, w.Code)
		assert.Equal(t, []queries.ListChanges{{
			ChangeFilter: queries.ChangeFilter{
				Customers: []domain.CustomerID{"c1", "c2", "c3"}, Statuses: []domain.Status{domain.Connected}, VINs: []domain.VIN{abc},
			},
			Limit: 7, After: at(5),
		}}, list.asked)
	})
	t.Run("answers an empty list where nothing has happened", func(t *testing.T) {
		d := deps()
		d.Queries.ListChanges = &answers[queries.ListChanges, queries.TransitionList]{answer: queries.TransitionList{Freshness: fresh()}}
		requireJSON(t, do(t, d, http.MethodGet, "/api/v1/changes", ""), http.StatusOK,
			`{"items":[],"position":"0f8fad5b.0","asOf":"2026-06-01T12:00:00.000Z","lagMs":250}`)
	})
	t.Run("refuses what it cannot read", func(t *testing.T) {
		requireAbout(t, do(t, d, http.MethodGet, "/api/v1/changes?limit=201", ""), http.StatusUnprocessableEntity, "limit")
		requireAbout(t, do(t, d, http.MethodGet, "/api/v1/changes?after=x", ""), http.StatusBadRequest, "after")
		requireAbout(t, do(t, d, http.MethodGet, "/api/v1/changes?vin=x", ""), http.StatusUnprocessableEntity, "vin")
	})
	t.Run("says nothing of what is broken", func(t *testing.T) {
		d := deps()
		d.Queries.ListChanges = &answers[queries.ListChanges, queries.TransitionList]{err: errBroken}
		requireProblem(t, do(t, d, http.MethodGet, "/api/v1/changes", ""), http.StatusInternalServerError)
	})
}

func TestTheDocumentDescribesTheStream(t *testing.T) {
	t.Parallel()
	var document struct {
		Paths map[string]struct {
			Get struct {
				Parameters []parameter
				Responses  map[string]struct {
					Content map[string]struct {
						Schema struct {
							Items struct {
								OneOf []struct {
									Required   []string
									Properties struct {
										Event struct{ Enum []string }
										Data  map[string]string
									}
								}
							}
						}
					}
				}
			}
		}
		Components struct {
			Schemas map[string]struct {
				Required   []string
				Properties map[string]any
			}
		}
	}
	require.NoError(t, json.Unmarshal(api.Document(), &document))
	get := document.Paths["/api/v1/changes"].Get
	require.Len(t, get.Responses["200"].Content, 2)
	events := get.Responses["200"].Content["text/event-stream"].Schema.Items.OneOf
	require.Len(t, events, 2)
	assert.Equal(t, []string{"id", "event", "data"}, events[0].Required)
	assert.Equal(t, []string{"connected", "disconnected"}, events[0].Properties.Event.Enum)
	assert.Equal(t, map[string]string{"$ref": "#/components/schemas/Transition"}, events[0].Properties.Data)
	assert.Equal(t, []string{"registry"}, events[1].Properties.Event.Enum)
	assert.Equal(t, map[string]string{"$ref": "#/components/schemas/RegistryChange"}, events[1].Properties.Data)
	assert.Equal(t, []string{"vin", "registrationNumber", "customer", "at", "provedAt", "lastHeartbeat", "statusBefore", "afterSeconds"},
		document.Components.Schemas["Transition"].Required)
	assert.Empty(t, document.Components.Schemas["RegistryChange"].Required)
	assert.Contains(t, get.Parameters, parameter{Name: "Last-Event-ID", In: "header",
		Description: "For the stream: the id that came last, or a position that a write answered; what comes after it is sent"})
}
