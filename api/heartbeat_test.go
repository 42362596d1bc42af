package api_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"fleetbeat/api"
	"fleetbeat/commands"
	"fleetbeat/domain"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const heartbeatURL = "/heartbeat/YS2R4X20005399401"

func recording(r *recorder) api.Deps {
	d := deps()
	d.Commands.RecordHeartbeats = r
	return d
}

func TestHeartbeatIsAnsweredWhenDurable(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodPost, http.MethodGet} {
		t.Run(method+" with an empty body gives its id and position", func(t *testing.T) {
			t.Parallel()
			r := &recorder{verdict: commands.Verdict{ID: "7", Position: at(42)}}
			w := do(t, recording(r), method, heartbeatURL, "")
			requireJSON(t, w, http.StatusAccepted, `{"id":"7","position":"0f8fad5b.42"}`)
			assert.Equal(t, []domain.Heartbeat{{VIN: abc}}, r.asked)
		})
	}
	t.Run("HEAD too", func(t *testing.T) {
		t.Parallel()
		r := &recorder{}
		w := do(t, recording(r), http.MethodHead, heartbeatURL, "")
		assert.Equal(t, http.StatusAccepted, w.Code)
		assert.Len(t, r.asked, 1)
	})
	t.Run("a repeated one says so", func(t *testing.T) {
		t.Parallel()
		r := &recorder{verdict: commands.Verdict{ID: `q"ö`, Position: domain.Position{Commit: 9, Prepare: 4}, Duplicate: true}}
		w := do(t, recording(r), http.MethodPost, heartbeatURL, "")
		requireJSON(t, w, http.StatusAccepted, `{"id":"q\"ö","position":"0f8fad5b.9-4","duplicate":true}`)
	})
	t.Run("everything in the body reaches the command, whatever its Content-Type", func(t *testing.T) {
		t.Parallel()
		r := &recorder{}
		w := do(t, recording(r), http.MethodPost, heartbeatURL,
			`{"id":"a1","sentAt":"2026-06-01T14:00:00.5+02:00","location":{"lat":59.3,"lon":18.1},"readings":{"speed":61.5,"fuel":3}}`,
			"Content-Type", "application/x-www-form-urlencoded")
		require.Equal(t, http.StatusAccepted, w.Code, w.Body.String())
		assert.Equal(t, []domain.Heartbeat{{
			VIN: abc, ID: "a1", SentAt: noon() + 500, Location: &domain.Location{Lat: 59.3, Lon: 18.1},
			Readings: domain.Readings{"speed": 61.5, "fuel": 3},
		}}, r.asked)
	})
	t.Run("a body of unknown length that turns out empty is an empty body", func(t *testing.T) {
		t.Parallel()
		r := httptest.NewRequest(http.MethodPost, heartbeatURL, struct{ io.Reader }{strings.NewReader("")})
		require.EqualValues(t, -1, r.ContentLength)
		w := httptest.NewRecorder()
		api.New(recording(&recorder{}), api.Options{}).ServeHTTP(w, r)
		assert.Equal(t, http.StatusAccepted, w.Code)
	})
	t.Run("a body that breaks off is refused", func(t *testing.T) {
		t.Parallel()
		broken := iotest.ErrReader(errBroken)
		r := httptest.NewRequest(http.MethodPost, heartbeatURL, io.MultiReader(strings.NewReader(`{"id"`), broken))
		w := httptest.NewRecorder()
		api.New(recording(&recorder{}), api.Options{}).ServeHTTP(w, r)
		requireProblem(t, w, http.StatusBadRequest)
	})
}

func TestHeartbeatNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, body string
		status     int
		location   string
	}{
		{"not JSON", `{"id":`, http.StatusBadRequest, ""},
		{"not JSON at all", `id=7`, http.StatusBadRequest, ""},
		{"two values", `{} {}`, http.StatusBadRequest, ""},
		{"only space", ` `, http.StatusBadRequest, ""},
		{"not UTF-8", "{\"id\":\"\xff\"}", http.StatusBadRequest, ""},
		{"a list", `[]`, http.StatusUnprocessableEntity, "body"},
		{"an unknown field", `{"iD":"7"}`, http.StatusUnprocessableEntity, "iD"},
		{"an unknown field inside", `{"location":{"lat":1,"lon":2,"alt":3}}`, http.StatusUnprocessableEntity, "location.alt"},
		{"a field given twice", `{"id":"7","id":"8"}`, http.StatusUnprocessableEntity, "id"},
		{"an id that is no text", `{"id":7}`, http.StatusUnprocessableEntity, "id"},
		{"an id too long", `{"id":"` + strings.Repeat("x", 65) + `"}`, http.StatusUnprocessableEntity, "id"},
		{"an id that cannot be printed", `{"id":"a\u0007"}`, http.StatusUnprocessableEntity, "id"},
		{"a time that is none", `{"sentAt":"yesterday"}`, http.StatusUnprocessableEntity, "sentAt"},
		{"a time as a number", `{"sentAt":1234}`, http.StatusUnprocessableEntity, "sentAt"},
		{"a location without longitude", `{"location":{"lat":1}}`, http.StatusUnprocessableEntity, "location.lon"},
		{"a location without latitude", `{"location":{"lon":1}}`, http.StatusUnprocessableEntity, "location.lat"},
		{"a latitude out of range", `{"location":{"lat":91,"lon":1}}`, http.StatusUnprocessableEntity, "location.lat"},
		{"a latitude as text", `{"location":{"lat":"59","lon":1}}`, http.StatusUnprocessableEntity, "location.lat"},
		{"a location as text", `{"location":"here"}`, http.StatusUnprocessableEntity, "location"},
		{"a reading as text", `{"readings":{"speed":"fast"}}`, http.StatusUnprocessableEntity, "readings.speed"},
		{"a reading of null", `{"readings":{"fuel":3,"speed":null}}`, http.StatusUnprocessableEntity, "readings.speed"},
		{"a reading beyond numbers", `{"readings":{"speed":1e999}}`, http.StatusUnprocessableEntity, "readings.speed"},
		{"a reading with a bad name", `{"readings":{"Speed":1}}`, http.StatusUnprocessableEntity, "readings"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := do(t, recording(&recorder{}), http.MethodPost, heartbeatURL, test.body)
			if test.location == "" {
				requireProblem(t, w, test.status)
				return
			}
			requireAbout(t, w, test.status, test.location)
		})
	}
	for _, vin := range []string{"YS2R4X2000539940", "YS2R4X2000539940I", "ping", "YS2R4X2000539940%20", "ÅS2R4X20005399401"} {
		t.Run("a VIN like "+vin, func(t *testing.T) {
			t.Parallel()
			w := do(t, recording(&recorder{}), http.MethodPost, "/heartbeat/"+vin, "")
			requireAbout(t, w, http.StatusUnprocessableEntity, "vin")
		})
	}
}

func TestHeartbeatHasLimits(t *testing.T) {
	t.Parallel()
	padded := func(n int) string { return `{"id":"7"}` + strings.Repeat(" ", n-len(`{"id":"7"}`)) }
	t.Run("64 KiB of body are read", func(t *testing.T) {
		t.Parallel()
		w := do(t, recording(&recorder{}), http.MethodPost, heartbeatURL, padded(64<<10))
		assert.Equal(t, http.StatusAccepted, w.Code)
	})
	t.Run("more are refused", func(t *testing.T) {
		t.Parallel()
		r := &recorder{}
		w := do(t, recording(r), http.MethodPost, heartbeatURL, padded(64<<10+1))
		requireProblem(t, w, http.StatusRequestEntityTooLarge)
		assert.Empty(t, r.asked)
	})
	t.Run("a compressed body is refused", func(t *testing.T) {
		t.Parallel()
		w := do(t, recording(&recorder{}), http.MethodPost, heartbeatURL, "{}", "Content-Encoding", "gzip")
		requireProblem(t, w, http.StatusUnsupportedMediaType)
	})
	t.Run("64 readings are taken, 65 refused", func(t *testing.T) {
		t.Parallel()
		readings := func(n int) string {
			var all []string
			for i := range n {
				all = append(all, fmt.Sprintf(`"r%d":%d`, i, i))
			}
			return `{"readings":{` + strings.Join(all, ",") + `}}`
		}
		assert.Equal(t, http.StatusAccepted, do(t, recording(&recorder{}), http.MethodPost, heartbeatURL, readings(64)).Code)
		requireAbout(t, do(t, recording(&recorder{}), http.MethodPost, heartbeatURL, readings(65)), http.StatusUnprocessableEntity, "readings")
	})
}

func TestHeartbeatPassesOnWhatTheCommandSays(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		err    error
		status int
		retry  string
	}{
		{"an unknown vehicle", domain.Errorf(domain.NotFound, "there is no vehicle %q", abc), http.StatusNotFound, ""},
		{"no room", &domain.Error{Kind: domain.Overloaded, Message: "the queue is full", RetryAfter: 2}, http.StatusServiceUnavailable, "2"},
		{"no log", &domain.Error{Kind: domain.Unavailable, Message: "the log cannot be reached", RetryAfter: 5, Cause: errBroken}, http.StatusServiceUnavailable, "5"},
		{"a fault of ours", errBroken, http.StatusInternalServerError, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := do(t, recording(&recorder{err: test.err}), http.MethodPost, heartbeatURL, "")
			requireProblem(t, w, test.status)
			assert.Equal(t, test.retry, w.Header().Get("Retry-After"))
		})
	}
}

func TestAnOutageOfTheLogIsNotALineForEveryPing(t *testing.T) {
	t.Parallel()
	d, log := logged()
	d.Commands.RecordHeartbeats = &recorder{err: &domain.Error{Kind: domain.Unavailable, Message: "the log cannot be reached", Cause: errBroken}}
	requireProblem(t, do(t, d, http.MethodPost, heartbeatURL, ""), http.StatusServiceUnavailable)
	assert.Empty(t, log.String())
	d.Commands.RecordHeartbeats = &recorder{err: errBroken}
	requireProblem(t, do(t, d, http.MethodPost, heartbeatURL, ""), http.StatusInternalServerError)
	assert.Contains(t, log.String(), `"operation":"recordHeartbeat"`)
}
