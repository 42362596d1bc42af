package api_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPagesComeWholeFromTheBinary(t *testing.T) {
	t.Parallel()
	links := regexp.MustCompile(`(?:href|src|action)="([^"]*)"`)
	for path, says := range map[string]string{"/": "curl -X POST", "/docs": "docs.js"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			w := do(t, deps(), http.MethodGet, path, "")
			require.Equal(t, http.StatusOK, w.Code)
			page := w.Body.String()
			assert.Equal(t, "text/html; charset=utf-8", w.Header().Get("Content-Type"))
			assert.Contains(t, page, says)
			found := links.FindAllStringSubmatch(page, -1)
			require.NotEmpty(t, found)
			for _, link := range found {
				assert.NotRegexp(t, `^(/|https?:|//)`, link[1], "relative: it works behind any prefix")
			}
			assert.NotRegexp(t, `<script(>| [^>]*[^r]>)[^<]`, page, "no inline script")
			assert.NotContains(t, page, "style=")
			assert.NotRegexp(t, `\son[a-z]+=`, page, "no inline handler")
		})
	}
}

func TestWhatPagesLoadIsThere(t *testing.T) {
	t.Parallel()
	for path, media := range map[string]string{
		"/static/docs.js": "text/javascript", "/static/home.js": "text/javascript", "/static/style.css": "text/css", "/openapi.json": "application/json",
	} {
		w := do(t, deps(), http.MethodGet, path, "")
		require.Equal(t, http.StatusOK, w.Code, path)
		assert.True(t, strings.HasPrefix(w.Header().Get("Content-Type"), media), path)
		assert.NotZero(t, w.Body.Len(), path)
		assert.NotContains(t, w.Body.String(), "https://", "%s: nothing comes from elsewhere", path)
	}
	assert.Equal(t, http.StatusNotFound, do(t, deps(), http.MethodGet, "/static/docs.html", "").Code, "a page has one address")
}

// board stands for the dashboard.
type board struct{ http.HandlerFunc }

func (board) Patterns() []string { return []string{"GET /{$}", "GET /vehicles", "GET /assets/{file}"} }

func TestTheDashboardTakesThePlaceOfTheSmallPage(t *testing.T) {
	t.Parallel()
	d := deps()
	d.Dashboard = board{func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte("board " + r.URL.Path)) }}
	for _, path := range []string{"/", "/vehicles", "/assets/a.js"} {
		assert.Equal(t, "board "+path, do(t, d, http.MethodGet, path, "").Body.String())
	}
	assert.Equal(t, http.StatusNotFound, do(t, d, http.MethodGet, "/vehicle", "").Code, "what it does not name is not its own")
	assert.Contains(t, do(t, d, http.MethodGet, "/docs", "").Body.String(), "docs.js")
}

func (board) NotFound(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write([]byte("board: nothing here"))
}

func TestAnAddressThatWasTypedWronglyIsAnsweredWithAPage(t *testing.T) {
	t.Parallel()
	const person, program = "text/html,application/xhtml+xml,*/*;q=0.8", "*/*"
	d := deps()
	d.Dashboard = board{func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("board")) }}
	for _, c := range []struct {
		says, method, path, accept string
		page                       bool
	}{
		{"a typing error", http.MethodGet, "/vehicels", person, true},
		{"only whether it is there", http.MethodHead, "/vehicels", person, true},
		{"a slash at the end", http.MethodGet, "/vehicles/", person, true},
		{"two slashes", http.MethodGet, "/vehicles//X", person, true},
		{"what begins like the API", http.MethodGet, "/apis", person, true},
		{"a program", http.MethodGet, "/vehicels", program, false},
		{"a write", http.MethodPost, "/vehicels", person, false},
		{"the API", http.MethodGet, "/api/v1/vehicels", person, false},
		{"the API, of another version", http.MethodGet, "/api", person, false},
		{"two slashes in the API", http.MethodGet, "/api//v1", person, false},
		{"a ping", http.MethodGet, "/heartbeat/YS2R4X20005399401/x", person, false},
		{"the classic search", http.MethodGet, "/search/x", person, false},
	} {
		w := do(t, d, c.method, c.path, "", "Accept", c.accept)
		assert.Equal(t, http.StatusNotFound, w.Code, c.says)
		assert.Equal(t, c.page, w.Body.String() == "board: nothing here", c.says)
		assert.Equal(t, !c.page, w.Header().Get("Content-Type") == "application/problem+json", c.says)
	}
	assert.Equal(t, http.StatusMethodNotAllowed, do(t, d, http.MethodGet, "/heartbeats", "", "Accept", person).Code)
	assert.Equal(t, http.StatusOK, do(t, d, http.MethodGet, "/vehicles", "", "Accept", person).Code)
	assert.JSONEq(t, do(t, deps(), http.MethodGet, "/vehicels", "").Body.String(),
		do(t, deps(), http.MethodGet, "/vehicels", "", "Accept", person).Body.String(), "without a dashboard there is no page")
}

func TestMetricsAreThereWhereGiven(t *testing.T) {
	t.Parallel()
	d := deps()
	d.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("up 1\n")) })
	w := do(t, d, http.MethodGet, "/metrics", "")
	assert.Equal(t, "up 1\n", w.Body.String())
}
