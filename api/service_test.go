package api_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"

	"fleetbeat/api"
)

func TestAProcessThatOnlyDecidesOrFoldsAnswersOperatorsAlone(t *testing.T) {
	t.Parallel()
	unready := []api.Unready{{Part: "fleet", Why: "the index is read-only"}}
	handler := api.NewService(api.Deps{
		Log: slog.New(slog.DiscardHandler), Ready: func(context.Context) []api.Unready { return unready },
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }),
	}, api.Options{})
	ask := func(method, path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(method, path, http.NoBody))
		return w
	}
	assert.Equal(t, http.StatusOK, ask("GET", "/healthz").Code)
	w := ask("GET", "/readyz")
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Contains(t, w.Body.String(), "the index is read-only")
	unready = nil
	assert.Equal(t, http.StatusOK, ask("GET", "/readyz").Code)
	assert.NotEqual(t, http.StatusNotFound, ask("GET", "/metrics").Code)
	for _, path := range []string{"/", "/docs", "/api/v1/vehicles", "/heartbeat/YS2R4X20005399401", "/openapi.json"} {
		assert.Equal(t, http.StatusNotFound, ask("GET", path).Code, path)
	}
	assert.Equal(t, http.StatusNotFound, ask("POST", "/heartbeats").Code)
}
