package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"fleetbeat/domain"
	"fleetbeat/queries"
)

const changesPath = "/api/v1/changes"

// listedTransition is a transition in a list.
type listedTransition struct {
	Position string        `json:"position" doc:"Its place in the log"`
	Status   domain.Status `json:"status" enum:"connected,disconnected" doc:"What the vehicle became"`
	queries.Transition
}

// transitionList is the last transitions.
type transitionList struct {
	Items    []listedTransition `json:"items" doc:"Newest first"`
	Position string             `json:"position" doc:"Sent as Last-Event-ID, the stream goes on where this answer ends"`
	queries.Freshness
}

// addChanges registers the feed of changes: what happened last, and what happens.
func (s *server) addChanges() {
	op := operation{
		id: "listChanges", method: http.MethodGet, path: changesPath, tag: tagFleet, params: changesParams(),
		summary: "List or follow changes",
		doc: "The last transitions, newest first. With Accept: text/event-stream, transitions and changes of the registry as they " +
			"happen: events connected, disconnected and registry, each with its position as id. The stream begins with the head of " +
			"its answer or, with Last-Event-ID, exactly after it, over a restart of the server too. At its beginning and every 15 s in " +
			"which nothing is sent it tells its position in an event of an id alone, so that a filtered reader resumes near the end. A reader that is " +
			"too slow is cut off and resumes where it was. A position that the log has not come to, because it was put back to an " +
			"earlier moment, is 400: read the list and begin anew. Without room for one more reader the answer is 503.",
	}
	op.instead = func(w http.ResponseWriter, r *http.Request) bool { return s.streamed(op, w, r) }
	register(s, op, func(ctx context.Context, r *request) (transitionList, error) {
		q := queries.ListChanges{ChangeFilter: r.changeFilter(), Limit: r.limit(), After: r.after(s.positions)}
		if err := r.err(); err != nil {
			return transitionList{}, err
		}
		found, err := s.deps.Queries.ListChanges.Handle(ctx, q)
		if err != nil {
			return transitionList{}, err
		}
		list := transitionList{Items: make([]listedTransition, len(found.Items)), Position: s.positions.text(found.Position), Freshness: found.Freshness}
		for i, c := range found.Items {
			list.Items[i] = listedTransition{s.positions.text(c.Position), c.Status, c.Transition}
		}
		return list, nil
	})
	s.operations[streamPattern] = "followChanges"
	s.describeStream(op)
}

func changesParams() []*huma.Param {
	return []*huma.Param{
		listParam("customer", "Ids of customers: the owner at the change", &huma.Schema{Type: huma.TypeString}),
		listParam("status", "Statuses; leaves out changes of the registry", enumSchema(string(domain.Connected), string(domain.Disconnected))),
		listParam("vin", "VINs; leaves out changes of customers", vinSchema("").Schema(nil)),
		limitParam(), afterParam(),
		{
			Name: lastEventID, In: "header", Schema: &huma.Schema{Type: huma.TypeString},
			Description: "For the stream: the id that came last, or a position that a write answered; what comes after it is sent",
		},
	}
}

// changeFilter reads the filter from the parameters, and for whom it is.
func (r *request) changeFilter() (f queries.ChangeFilter) {
	f.Owner = ownerOf(r.Context())
	f.Customers, f.Statuses, f.VINs = r.customers(), r.statuses(), r.vins()
	return f
}

// describeStream documents the form of the answer that huma does not know of.
func (s *server) describeStream(op operation) {
	event := func(data any, names ...any) *huma.Schema {
		return &huma.Schema{
			Type: huma.TypeObject, Required: []string{"id", "event", "data"},
			Properties: map[string]*huma.Schema{
				"id":    {Type: huma.TypeString, Description: "A position; send the last one as Last-Event-ID"},
				"event": enumSchema(names...),
				"data":  s.schemaOf(data),
			},
		}
	}
	document := s.huma.OpenAPI()
	document.Paths[op.path].Get.Responses["200"].Content[streamType] = &huma.MediaType{Schema: &huma.Schema{
		Type: huma.TypeArray, Description: "Events, each as the fields of a server-sent event",
		Items: &huma.Schema{OneOf: []*huma.Schema{
			event(queries.Transition{}, string(domain.Connected), string(domain.Disconnected)), event(RegistryChange{}, registryEvent),
		}},
	}}
}
