package api

import (
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json/jsontext"

	"fleetbeat/commands"
	"fleetbeat/domain"
)

const heartbeatPath = "/heartbeat/{vin}"

// NewHeartbeat is the body of a heartbeat. All of it is optional.
type NewHeartbeat struct {
	ID       string             `json:"id,omitzero" minLength:"1" maxLength:"64" doc:"Unique per vehicle; made from VIN, sentAt and content unless given"`
	SentAt   domain.Instant     `json:"sentAt,omitzero" doc:"The device's own time; never decides about a status"`
	Location *NewLocation       `json:"location,omitzero"`
	Readings map[string]float64 `json:"readings,omitempty" maxProperties:"64" doc:"Named numbers: speed, fuel, engine_temperature, …"`
}

// NewLocation is where a vehicle says it is, in degrees (WGS 84).
type NewLocation struct {
	Lat *float64 `json:"lat" minimum:"-90" maximum:"90" nullable:"false"`
	Lon *float64 `json:"lon" minimum:"-180" maximum:"180" nullable:"false"`
}

// HeartbeatRecorded is the answer to a heartbeat: it is durable.
type HeartbeatRecorded struct {
	ID        string `json:"id" doc:"Its own, or the one that it was given"`
	Position  string `json:"position" doc:"Where its contact is; read with after= this to see it"`
	Duplicate bool   `json:"duplicate,omitzero" doc:"Its id was seen before: it counts as contact and changes nothing else"`
}

// addHeartbeats registers the way of heartbeats.
//
// It is in the document like every operation and yet not served through huma: of all requests these come by the
// thousand, and reading a body huma's way (once to check it, once more to keep it) takes about twice the time and the
// allocations of all that is done here (BenchmarkHeartbeat). Errors and limits are the same ones.
func (s *server) addHeartbeats() {
	for _, each := range []operation{
		{id: "recordHeartbeat", method: http.MethodPost, body: NewHeartbeat{}, doc: "The body may be empty. 202 means that the heartbeat is durable."},
		{id: "recordHeartbeatByGet", method: http.MethodGet, doc: "For devices that can do nothing but GET."},
		{id: "recordHeartbeatByHead", method: http.MethodHead, doc: "For devices that want no body in the answer."},
	} {
		each.path, each.tag, each.summary, each.status = heartbeatPath, tagHeartbeats, "Record a heartbeat", http.StatusAccepted
		each.params, each.problems = []*huma.Param{vinParam()}, []int{http.StatusNotFound}
		described := s.describe(each)
		described.Responses["202"] = &huma.Response{
			Description: "The heartbeat is durable",
			Content:     map[string]*huma.MediaType{"application/json": {Schema: s.schemaOf(HeartbeatRecorded{})}},
		}
		s.huma.OpenAPI().AddOperation(&described)
		s.addBody(each)
		if each.method != http.MethodHead { // which the mux routes as GET
			s.mux.HandleFunc(each.method+" "+heartbeatPath, s.heartbeat)
			s.operations[each.method+" "+heartbeatPath] = each.id
		}
	}
}

// heartbeat answers one heartbeat when it is durable.
func (s *server) heartbeat(w http.ResponseWriter, r *http.Request) {
	if isOtherSites(r) { // an <img> on any page would be contact that no vehicle made
		otherSite().write(w)
		return
	}
	h, err := readHeartbeat(w, r)
	if err == nil && r.ContentLength != 0 {
		err = s.stillLetIn(r)
	}
	var recorded commands.Verdict
	if err == nil {
		recorded, err = s.deps.Commands.RecordHeartbeats.One(r.Context(), h, ownerOf(r.Context()))
	}
	var body []byte
	if err == nil {
		body, err = s.recorded(recorded)
	}
	if err != nil {
		s.heartbeatProblem(r, err).write(w)
		return
	}
	header := w.Header()
	header["Content-Type"] = s.json
	header["Content-Length"] = lengthOf(body)
	w.WriteHeader(http.StatusAccepted)
	_, _ = w.Write(body) // a device that went away has what it wanted: the heartbeat is stored
}

// recorded writes a [HeartbeatRecorded].
func (s *server) recorded(v commands.Verdict) ([]byte, error) {
	body, err := jsontext.AppendQuote(append(make([]byte, 0, 160), `{"id":`...), v.ID)
	if err != nil {
		return nil, fmt.Errorf("write the id of a heartbeat: %w", err)
	}
	body = append(body, `,"position":"`...)
	body = append(body, s.positions.text(v.Position)...)
	body = append(body, '"')
	if v.Duplicate {
		body = append(body, `,"duplicate":true`...)
	}
	return append(body, '}'), nil
}

// heartbeatProblem is [server.problem], silent where the log cannot be reached: who appends to it says so once, and a
// line for each of thousands of pings a second would be an outage of its own.
func (s *server) heartbeatProblem(r *http.Request, err error) *Problem {
	if p, _ := problemOf(err); p.Status == http.StatusServiceUnavailable {
		return p
	}
	return s.problem(s.operation(r), r, err)
}

// readHeartbeat reads a heartbeat from a request, whatever its Content-Type: many devices cannot set one. The command
// checks what it says.
func readHeartbeat(w http.ResponseWriter, r *http.Request) (domain.Heartbeat, error) {
	vin := domain.VIN(r.PathValue("vin"))
	if r.ContentLength == 0 {
		return domain.Heartbeat{VIN: vin}, nil
	}
	body, err := readBody(w, r)
	if err != nil || len(body) == 0 {
		return domain.Heartbeat{VIN: vin}, err
	}
	return parseHeartbeat(vin, body)
}

// parseHeartbeat reads the body of a heartbeat.
func parseHeartbeat(vin domain.VIN, body []byte) (domain.Heartbeat, error) {
	var given NewHeartbeat
	if err := decode(body, &given); err != nil {
		return domain.Heartbeat{}, err
	}
	return given.of(vin)
}

// of returns what a vehicle sent as a heartbeat.
func (n *NewHeartbeat) of(vin domain.VIN) (domain.Heartbeat, error) {
	h := domain.Heartbeat{VIN: vin, ID: n.ID, SentAt: n.SentAt, Readings: n.Readings}
	if l := n.Location; l != nil {
		switch {
		case l.Lat == nil:
			return h, domain.InvalidField("location.lat", "is missing")
		case l.Lon == nil:
			return h, domain.InvalidField("location.lon", "is missing")
		}
		h.Location = &domain.Location{Lat: *l.Lat, Lon: *l.Lon}
	}
	return h, nil
}
