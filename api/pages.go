package api

import (
	"embed"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// pageFiles are the pages with all that they need: nothing comes from elsewhere.
//
//go:embed static
var pageFiles embed.FS

// pagePolicy lets a page of ours load what is ours and nothing else, and no inline script.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// addPages registers what people open in a browser, the document that the page of the docs shows, and the metrics.
func (s *server) addPages() {
	s.addDashboard()
	s.addPage("GET /docs", "docs", "static/docs.html")
	for _, name := range []string{"docs.js", "home.js", "style.css"} {
		s.addPage("GET /static/"+name, "static", "static/"+name)
	}
	s.mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		send(w, "application/json", s.document())
	})
	s.operations["GET /openapi.json"] = "openapi"
	s.addMetrics()
}

// addMetrics registers the metrics, where there are any.
func (s *server) addMetrics() {
	if s.deps.Metrics != nil {
		s.mux.Handle("GET /metrics", s.deps.Metrics)
		s.operations["GET /metrics"] = "metrics"
	}
}

// addDashboard registers the dashboard or, without one, a small page that leads to the docs.
func (s *server) addDashboard() {
	if s.deps.Dashboard == nil {
		s.addPage("GET /{$}", "home", "static/home.html")
		return
	}
	for _, pattern := range s.deps.Dashboard.Patterns() {
		s.mux.Handle(pattern, s.deps.Dashboard)
		s.operations[pattern] = "dashboard"
	}
	s.operations[nowhere] = "dashboard"
}

// addPrograms notes under which first segments something else than the dashboard is, when all is registered.
func (s *server) addPrograms() {
	for pattern, id := range s.operations {
		_, path, _ := strings.Cut(pattern, " ")
		if id != "dashboard" {
			s.programs[firstSegment(path)] = true
		}
	}
}

// nowhere stands for the pattern of an address that a person typed and that none of ours matches.
const nowhere = "GET /*"

// isTyped reports whether a person asks with a browser, for what no program asks for: where there is a dashboard it answers
// then, also that there is nothing. All that the API has stays the API's, and its problems are JSON whatever is accepted.
func (s *server) isTyped(r *http.Request) bool {
	return s.deps.Dashboard != nil && (r.Method == http.MethodGet || r.Method == http.MethodHead) &&
		strings.Contains(r.Header.Get("Accept"), "text/html") && !s.programs[firstSegment(r.URL.Path)]
}

// leadsNowhere reports whether the mux has nothing at an address, or would redirect.
func (s *server) leadsNowhere(r *http.Request) bool {
	_, pattern := s.mux.Handler(r)
	return pattern == "" || !isClean(r.URL.Path)
}

// firstSegment returns a path up to its second slash: "api" of /api/v1/vehicles.
func firstSegment(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return first
}

// addPage registers one embedded file.
func (s *server) addPage(pattern, id, name string) {
	content, err := fs.ReadFile(pageFiles, name)
	if err != nil {
		panic(err) // embedded: it is there or the build fails
	}
	media := map[string]string{
		".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
	}[path.Ext(name)]
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", pagePolicy)
		w.Header().Set("Cache-Control", "no-cache")
		send(w, media, content)
	})
	s.operations[pattern] = id
}

func send(w http.ResponseWriter, media string, body []byte) {
	w.Header().Set("Content-Type", media)
	w.Header()["Content-Length"] = lengthOf(body)
	_, _ = w.Write(body) // a client that went away is no news
}
