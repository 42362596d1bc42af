package api_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"fleetbeat/api"

	"github.com/stretchr/testify/assert"
)

func TestHealthAnswersAsLongAsTheProcessCan(t *testing.T) {
	t.Parallel()
	requireJSON(t, do(t, deps(), http.MethodGet, "/healthz", ""), http.StatusOK, `{"status":"ok","version":"1.2.3"}`)
}

func TestReadyNamesWhatIsNot(t *testing.T) {
	t.Parallel()
	d := deps()
	requireJSON(t, do(t, d, http.MethodGet, "/readyz", ""), http.StatusOK, `{"ready":true}`)
	d.Ready = func(context.Context) []api.Unready { return nil }
	requireJSON(t, do(t, d, http.MethodGet, "/readyz", ""), http.StatusOK, `{"ready":true}`)
	d.Ready = func(context.Context) []api.Unready {
		return []api.Unready{{Part: "fleet", Why: "is catching up: 40 %"}, {Part: "clock", Why: "is 12 min behind the log"}}
	}
	w := do(t, d, http.MethodGet, "/readyz", "")
	p := requireProblem(t, w, http.StatusServiceUnavailable)
	assert.Equal(t, "not ready: fleet, clock", p.Detail)
	assert.Equal(t, []api.ProblemDetail{
		{Location: "fleet", Message: "is catching up: 40 %"}, {Location: "clock", Message: "is 12 min behind the log"},
	}, p.Errors)
	assert.Equal(t, "1", w.Header().Get("Retry-After"))
}

func TestReadyWarns(t *testing.T) {
	t.Parallel()
	d := deps()
	d.Warnings = func(context.Context) []api.Unready { return []api.Unready{{Part: "events.db", Why: "has little room"}} }
	requireJSON(t, do(t, d, http.MethodGet, "/readyz", ""), http.StatusOK,
		`{"ready":true,"warnings":[{"location":"events.db","message":"has little room"}]}`)
}

func TestStartedIsWhatHasBeenReadyOnce(t *testing.T) {
	t.Parallel()
	d := deps()
	var parts []api.Unready
	d.Ready = func(context.Context) []api.Unready { return parts }
	handler := api.New(d, api.Options{})
	ask := func() *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/startz", http.NoBody))
		return w
	}
	parts = []api.Unready{{Part: "fleet", Why: "is catching up: 40 %"}}
	p := requireProblem(t, ask(), http.StatusServiceUnavailable)
	assert.Equal(t, "not ready: fleet", p.Detail, "it must not take the place of one that is ready")
	parts = nil
	requireJSON(t, ask(), http.StatusOK, `{"started":true}`)
	parts = []api.Unready{{Part: "fleet", Why: "elasticsearch cannot be reached"}}
	requireJSON(t, ask(), http.StatusOK, `{"started":true}`)
	requireProblem(t, do(t, d, http.MethodGet, "/startz", ""), http.StatusServiceUnavailable)
}
