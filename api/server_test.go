package api_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"fleetbeat/api"
	"fleetbeat/commands"
	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhereThereIsNothingTheAnswerIsAProblem(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"/nothing", "/api/v1", "/api/v1/vehicle", "/api/v1/vehicles/", "/api/v1/vehicles/x/y", "/docs/", "/static/", "/static/../openapi.json",
		"/api//v1/vehicles", "/./docs", "/heartbeat/", "/heartbeat", "/openapi.yaml", "/schemas/Vehicle", "/metrics",
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.URL.Path = path
			w := httptest.NewRecorder()
			api.New(deps(), api.Options{}).ServeHTTP(w, r)
			requireProblem(t, w, http.StatusNotFound)
			assert.Empty(t, w.Header().Get("Location"), "no redirect: it would be wrong behind a prefix")
		})
	}
}

func TestAMethodThatAPathDoesNotTakeIs405(t *testing.T) {
	t.Parallel()
	for path, allow := range map[string]string{
		"/api/v1/vehicles": "GET, HEAD, POST", vehicleURL: "DELETE, GET, HEAD, PATCH", "/api/v1/settings": "GET, HEAD, PATCH",
		heartbeatURL: "GET, HEAD, POST", "/docs": "GET, HEAD",
	} {
		w := do(t, deps(), http.MethodPut, path, "{}")
		p := requireProblem(t, w, http.StatusMethodNotAllowed)
		assert.Equal(t, allow, w.Header().Get("Allow"))
		assert.Contains(t, p.Detail, strings.ReplaceAll(allow, ", ", " and "))
	}
}

func TestAPanicIsAnsweredAndLoggedOnce(t *testing.T) {
	t.Parallel()
	d, log := logged() // without handlers: nil is called
	for _, target := range []string{"/api/v1/summary", heartbeatURL} {
		log.Reset()
		p := requireProblem(t, do(t, d, http.MethodGet, target, ""), http.StatusInternalServerError)
		assert.NotContains(t, p.Detail, "nil")
		assert.Contains(t, log.String(), `"msg":"request panicked"`)
		assert.Contains(t, log.String(), "nil pointer")
		assert.Contains(t, log.String(), "server.go", "the stack")
		assert.Equal(t, 1, countLines(log.String()))
	}
}

func TestHalfAnAnswerBreaksTheConnection(t *testing.T) {
	t.Parallel()
	d, _ := logged()
	d.Metrics = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("half"))
		if r.URL.Query().Has("abort") {
			panic(http.ErrAbortHandler)
		}
		panic("the other half")
	})
	for _, target := range []string{"/metrics", "/metrics?abort"} {
		assert.PanicsWithValue(t, http.ErrAbortHandler, func() { do(t, d, http.MethodGet, target, "") }, target)
	}
}

func TestEveryAnswerHasItsHeaders(t *testing.T) {
	t.Parallel()
	d := recording(&recorder{})
	for _, target := range []string{"/", "/docs", "/openapi.json", "/nothing", heartbeatURL, "/healthz", "/api/v1/summary"} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			h := do(t, d, http.MethodGet, target, "").Header()
			policy := h.Get("Content-Security-Policy")
			assert.Contains(t, policy, "default-src 'none'")
			assert.Contains(t, policy, "frame-ancestors 'none'")
			assert.NotContains(t, policy, "unsafe")
			assert.NotContains(t, policy, "http")
			assert.Equal(t, "nosniff", h.Get("X-Content-Type-Options"))
			assert.Equal(t, "no-referrer", h.Get("Referrer-Policy"))
			assert.Equal(t, "same-origin", h.Get("Cross-Origin-Resource-Policy"))
			assert.NotEmpty(t, h.Get("Cache-Control"))
			assert.NotEmpty(t, h.Get("X-Request-Id"))
			assert.NotContains(t, h, "Link", "huma's schema links are absolute")
		})
	}
}

func TestARequestKeepsItsIdOrGetsOne(t *testing.T) {
	t.Parallel()
	handler := api.New(deps(), api.Options{})
	id := func(given ...string) string {
		r := httptest.NewRequest(http.MethodGet, "/healthz", nil)
		r.Header["X-Request-Id"] = given
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		require.Len(t, w.Header().Values("X-Request-Id"), 1)
		return w.Header().Get("X-Request-Id")
	}
	assert.Equal(t, "4bf92f35-77b3_4da6.a:1", id("4bf92f35-77b3_4da6.a:1"))
	assert.Equal(t, strings.Repeat("x", 64), id(strings.Repeat("x", 64)))
	seen := map[string]bool{}
	for _, given := range [][]string{nil, {""}, {"a b"}, {"a\nb"}, {"å"}, {strings.Repeat("x", 65)}, {"a", "b"}, {`"`}} {
		got := id(given...)
		assert.NotContains(t, given, got)
		assert.Regexp(t, `^[a-z0-9]{8}-[a-z0-9]+$`, got)
		assert.False(t, seen[got], "unique")
		seen[got] = true
	}
}

func TestWritesCarryTheRequestIdIntoTheirEvents(t *testing.T) {
	t.Parallel()
	a := &answers[commands.DecommissionVehicle, commands.DecommissionResult]{}
	read := &answers[queries.GetSettings, domain.Settings]{}
	d := deps()
	d.Commands.DecommissionVehicle, d.Queries.GetSettings = a, read
	do(t, d, http.MethodDelete, vehicleURL, "", "X-Request-Id", "req-9")
	do(t, d, http.MethodGet, "/api/v1/settings", "", "X-Request-Id", "req-9")
	assert.Contains(t, contextText(a.ctx), "req-9")
	assert.NotContains(t, contextText(read.ctx), "req-9", "reads make no events")
}

func TestAPageOfAnotherSiteChangesNothing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, method, target string
		header               []string
		status               int
	}{
		{"a form elsewhere", "POST", "/api/v1/customers", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"a form elsewhere, in an old browser", "POST", "/api/v1/customers", []string{"Origin", "https://evil.example"}, 403},
		{"a heartbeat from elsewhere", "POST", heartbeatURL, []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"our own page", "POST", "/api/v1/customers", []string{"Sec-Fetch-Site", "same-origin"}, 201},
		{"our own page, in an old browser", "POST", "/api/v1/customers", []string{"Origin", "http://example.com"}, 201},
		{"no browser", "POST", "/api/v1/customers", nil, 201},
		{"an image elsewhere", "GET", heartbeatURL, []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"an image elsewhere, spelt otherwise", "GET", "/%68eartbeat/YS2R4X20005399401", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"an image on another port or subdomain", "GET", heartbeatURL, []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"a preload elsewhere", "HEAD", heartbeatURL, []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"a heartbeat by hand", "GET", heartbeatURL, []string{"Sec-Fetch-Site", "none"}, 202},
		{"a heartbeat of our own page", "GET", heartbeatURL, []string{"Sec-Fetch-Site", "same-origin"}, 202},
		{"a device", "GET", heartbeatURL, nil, 202},
		{"a link elsewhere", "GET", "/healthz", []string{"Sec-Fetch-Site", "cross-site"}, 200},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d, r, body := writers(), &recorder{}, ""
			d.Commands.RecordHeartbeats = r
			if test.method == http.MethodPost {
				body = `{"name":"x"}`
			}
			w := do(t, d, test.method, test.target, body, test.header...)
			require.Equal(t, test.status, w.Code, w.Body.String())
			if test.status == http.StatusForbidden {
				requireProblem(t, w, test.status)
				assert.Empty(t, r.asked)
			}
		})
	}
}

func TestOnLoopbackOnlyItsOwnNamesAreAnswered(t *testing.T) {
	t.Parallel()
	status := func(t *testing.T, handler http.Handler, host string) int {
		r := httptest.NewRequest(http.MethodGet, "/healthz", nil)
		r.Host = host
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code == http.StatusForbidden {
			assert.Contains(t, requireProblem(t, w, w.Code).Detail, "this address")
		}
		return w.Code
	}
	handler, open := api.New(deps(), api.Options{LoopbackOnly: true}), api.New(deps(), api.Options{})
	for _, host := range []string{
		"", "localhost", "LOCALHOST:8080", "localhost.", "127.0.0.1", "127.0.0.1:80", "127.8.9.10:1", "[::1]", "[::1]:8080", "[::ffff:127.0.0.1]:80",
	} {
		assert.Equal(t, http.StatusOK, status(t, handler, host), host)
	}
	for _, host := range []string{
		"evil.example", "evil.example:8080", "localhost.evil.example", "evil-localhost", "127.0.0.1.evil.example:80", "10.0.0.1:8080", "0.0.0.0:8080", "[::]:80",
		"[fe80::1]:80", ":8080", "[", "[]", "]:80", "::1:80:x", "2130706433",
	} {
		assert.Equal(t, http.StatusForbidden, status(t, handler, host), host)
		assert.Equal(t, http.StatusOK, status(t, open, host), "%s, where it is not loopback only", host)
	}
}

func TestEveryRequestIsObservedOnce(t *testing.T) {
	t.Parallel()
	type seen struct {
		operation string
		status    int
	}
	tests := []struct {
		method, target string
		want           seen
	}{
		{"POST", heartbeatURL, seen{"recordHeartbeat", 202}},
		{"HEAD", heartbeatURL, seen{"recordHeartbeatByGet", 202}},
		{"GET", "/heartbeat/ping", seen{"pingHeartbeat", 200}},
		{"GET", "/api/v1/vehicles?limit=0", seen{"listVehicles", 422}},
		{"GET", "/api/v1/summary", seen{"getSummary", 500}},
		{"GET", "/", seen{"home", 200}},
		{"GET", "/static/docs.js", seen{"static", 200}},
		{"GET", "/openapi.json", seen{"openapi", 200}},
		{"GET", "/metrics", seen{"metrics", 200}},
		{"GET", "/whatever/it/is", seen{"unknown", 404}},
		{"PUT", "/api/v1/vehicles", seen{"unknown", 405}},
	}
	for _, test := range tests {
		t.Run(test.method+" "+test.target, func(t *testing.T) {
			t.Parallel()
			var all []seen
			d := recording(&recorder{})
			d.Metrics = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}) // answers without a word
			d.Observe = func(operation string, status int, took time.Duration) {
				assert.GreaterOrEqual(t, took, time.Duration(0))
				all = append(all, seen{operation, status})
			}
			do(t, d, test.method, test.target, "")
			assert.Equal(t, []seen{test.want}, all)
		})
	}
}

func TestAnswersCanBeFlushed(t *testing.T) {
	t.Parallel()
	d := deps()
	d.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusOK)
		w.WriteHeader(http.StatusTeapot) // said once
		assert.NoError(t, http.NewResponseController(w).Flush())
	})
	w := do(t, d, http.MethodGet, "/metrics", "")
	assert.True(t, w.Flushed)
	assert.Equal(t, http.StatusOK, w.Code)
}

// A position of a domain never ends in one of another log: the text is what both sides compare.
func TestPositionsCarryTheirLog(t *testing.T) {
	t.Parallel()
	r := &recorder{verdict: commands.Verdict{ID: "1", Position: domain.Position{Commit: 3, Prepare: 2}}}
	d := recording(r)
	d.LogID = "abc" // shorter than any id there is
	w := do(t, d, http.MethodPost, heartbeatURL, "")
	requireJSON(t, w, http.StatusAccepted, `{"id":"1","position":"abc.3-2"}`)
	a := &answers[queries.GetSettings, domain.Settings]{}
	d.Queries.GetSettings = a
	require.Equal(t, http.StatusOK, do(t, d, http.MethodGet, "/api/v1/settings?after=abc.3-2", "").Code)
	assert.Equal(t, r.verdict.Position, a.asked[0].After)
}

// contextText returns what a context carries in its innermost value.
func contextText(ctx context.Context) string { return fmt.Sprintf("%#v", ctx) }
