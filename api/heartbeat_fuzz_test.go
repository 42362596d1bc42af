package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"fleetbeat/api"
	"fleetbeat/commands"
)

// FuzzHeartbeat sends any body: it is either recorded as a heartbeat that passes its own check, or refused with a
// problem that has nothing of a library in it; never a fault of ours.
func FuzzHeartbeat(f *testing.F) {
	for _, seed := range []string{
		``, `{}`, `{"id":"7","sentAt":"2026-06-01T12:00:00Z","location":{"lat":59.3,"lon":18.1},"readings":{"speed":61.5}}`,
		`{"id":null}`, `{"location":null}`, `{"readings":{"a":1e400}}`, `{"id":"\ud800"}`, `[[[[`, `{"sentAt":"0000-00-00T00:00:00Z"}`, "\xff", `nul`,
	} {
		f.Add([]byte(seed))
	}
	r := &recorder{verdict: commands.Verdict{ID: "1", Position: at(1)}}
	handler := api.New(recording(r), api.Options{})
	f.Fuzz(func(t *testing.T, body []byte) {
		r.asked = nil
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, heartbeatURL, bytes.NewReader(body)))
		switch w.Code {
		case http.StatusAccepted:
			if len(r.asked) != 1 || r.asked[0].VIN != abc || r.asked[0].Check() != nil {
				t.Fatalf("recorded %+v from %q", r.asked, body)
			}
		case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge:
			var p api.Problem
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Detail == "" {
				t.Fatalf("%q: not a problem: %s", body, w.Body)
			}
		default:
			t.Fatalf("status %d for %q: %s", w.Code, body, w.Body)
		}
	})
}
