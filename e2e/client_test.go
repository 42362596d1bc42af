package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// client gives up on an answer long after the server would have, and keeps a connection for each of many writers.
var client = &http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: 128}}

// try sends a request and returns the answer's status and body; 0 where there was no whole answer. A body that is bytes is
// sent as it is, anything else but nil as JSON.
func (s *server) try(method, path string, body any) (int, []byte) {
	var sent io.Reader
	switch b := body.(type) {
	case nil:
	case []byte:
		sent = bytes.NewReader(b)
	default:
		encoded, err := json.Marshal(b)
		if err != nil {
			return 0, nil
		}
		sent = bytes.NewReader(encoded)
	}
	request, err := http.NewRequest(method, s.base+path, sent)
	if err != nil {
		return 0, nil
	}
	if sent != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	answer, err := client.Do(request)
	if err != nil {
		return 0, nil
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, nil
	}
	return answer.StatusCode, text
}

// tryFor is try, and asks again as long as the views have not reached the position of an after=, as clients do: the server waits
// for 2 s, which are little on a machine that runs eight of these beside three engines.
func (s *server) tryFor(status int, method, path string, body any) (got int, text []byte) {
	for giveUp := time.Now().Add(patience); ; {
		got, text = s.try(method, path, body)
		if got != http.StatusServiceUnavailable || got == status || !strings.Contains(path, "after=") || time.Now().After(giveUp) {
			return got, text
		}
	}
}

// ask sends a request, requires a status, and reads the answer into out unless that is nil.
func (s *server) ask(status int, method, path string, body, out any) {
	s.t.Helper()
	got, text := s.tryFor(status, method, path, body)
	require.Equal(s.t, status, got, "%s %s answered %s", method, path, text)
	if out != nil {
		require.NoError(s.t, json.Unmarshal(text, out), "%s %s answered %s", method, path, text)
	}
}

// problem requires a refusal as a problem document and returns its text.
func (s *server) problem(status int, method, path string, body any) string {
	s.t.Helper()
	var p struct {
		Status int
		Title  string
	}
	got, text := s.try(method, path, body)
	require.Equal(s.t, status, got, "%s %s answered %s", method, path, text)
	require.NoError(s.t, json.Unmarshal(text, &p), "%s %s answered %s", method, path, text)
	require.Equal(s.t, status, p.Status, "the document says its status")
	require.NotEmpty(s.t, p.Title)
	return string(text)
}

// written is the part of the answer to a write that later reads need.
type written struct {
	ID        string `json:"id"`
	Position  string `json:"position"`
	Duplicate bool   `json:"duplicate"`
}

// ping sends a heartbeat that must be taken, and returns its answer.
func (s *server) ping(vin string, body any) (w written) {
	s.t.Helper()
	s.ask(202, "POST", "/heartbeat/"+vin, body, &w)
	require.NotEmpty(s.t, w.ID)
	require.NotEmpty(s.t, w.Position)
	return w
}

// register makes a vehicle known under a customer, who is made known with the first one.
func (s *server) register(vin, plate, customer string, more ...any) (w written) {
	s.t.Helper()
	body := map[string]any{"vin": vin, "registrationNumber": plate, "customer": customer}
	for i := 0; i+1 < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	s.ask(201, "POST", "/api/v1/vehicles", body, &w)
	s.getAfter(vin, w.Position) // so that every question from here on knows it
	return w
}

// vehicle is a vehicle in an answer, with its reason where it was asked for alone.
type vehicle struct {
	VIN                string    `json:"vin"`
	RegistrationNumber string    `json:"registrationNumber"`
	Customer           customer  `json:"customer"`
	Status             string    `json:"status"`
	Since              time.Time `json:"since,omitzero"`
	LastHeartbeat      time.Time `json:"lastHeartbeat,omitzero"`
	FirstHeartbeat     time.Time `json:"firstHeartbeat,omitzero"`
	Deadline           time.Time `json:"deadline,omitzero"`
	TimeoutSeconds     int       `json:"timeoutSeconds"`
	Reason             struct {
		Rule            string    `json:"rule"`
		IntervalSeconds int       `json:"intervalSeconds"`
		IntervalFrom    string    `json:"intervalFrom"`
		DecidedAt       time.Time `json:"decidedAt,omitzero"`
		Text            string    `json:"text"`
	} `json:"reason"`
	AsOf time.Time `json:"asOf,omitzero"`
}

// customer is a customer, or who owns a vehicle.
type customer struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Address  string `json:"address"`
	Counts   counts `json:"counts"`
	Position string `json:"position"`
}

// counts are numbers of vehicles by status.
type counts struct {
	Connected    int `json:"connected"`
	Disconnected int `json:"disconnected"`
	NeverSeen    int `json:"never_seen"`
}

// list is a list page.
type list[T any] struct {
	Items  []T       `json:"items"`
	Total  int       `json:"total"`
	Counts counts    `json:"counts"`
	AsOf   time.Time `json:"asOf"`
	LagMs  int       `json:"lagMs"`
}

// interval is a piece of a timeline.
type interval struct {
	Status string    `json:"status"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
}

// get returns a vehicle.
func (s *server) get(vin string) (v vehicle) {
	s.t.Helper()
	s.ask(200, "GET", "/api/v1/vehicles/"+vin, nil, &v)
	return v
}

// getAfter returns a vehicle as it stands when everything through a position shows.
func (s *server) getAfter(vin, position string) (v vehicle) {
	s.t.Helper()
	s.ask(200, "GET", "/api/v1/vehicles/"+vin+"?after="+position, nil, &v)
	require.Equal(s.t, v.Status == "never_seen", v.FirstHeartbeat.IsZero(), "what is heard was heard once: %+v", v)
	return v
}

// timeline returns a vehicle's past, the newest first.
func (s *server) timeline(vin string) []interval {
	s.t.Helper()
	var answer struct{ Intervals []interval }
	s.ask(200, "GET", "/api/v1/vehicles/"+vin+"/timeline?limit=200", nil, &answer)
	return answer.Intervals
}

// isDuplicate reports whether the answer to a heartbeat says that its id was seen before.
func isDuplicate(answer []byte) bool {
	var w written
	return json.Unmarshal(answer, &w) == nil && w.Duplicate
}
