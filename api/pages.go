package api

import (
	"embed"
	"io/fs"
	"net/http"
	"path"
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
