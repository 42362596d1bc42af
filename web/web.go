// Package web holds the dashboard: the built files of this folder, embedded, and how they are served. It knows no
// vehicle and no question; what it shows it asks the API for, in the browser. app hands it to api, which routes to it.
//
// Without a build (`make web`) it answers with a page that says how to make one, so that `go build` needs no npm.
package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
)

//go:embed all:dist
var built embed.FS

//go:embed unbuilt.html
var unbuilt []byte

// policy lets a page load what is ours and nothing else. Nothing is inline, neither script nor style. Assets carry it too:
// a shared worker obeys the policy that its own script came with.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; font-src 'self'; " +
	"worker-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"

// rootBase is how index.html names its own folder; each page names the way up to the root in its place.
const rootBase = `<base href="./"`

// pages returns the addresses that the router in the browser knows: each is index.html. A screen adds its own here.
func pages() []string {
	return []string{"/{$}", "/vehicles", "/vehicles/{vin}", "/lookup", "/customers", "/customers/import", "/live", "/login", "/keys"}
}

// files returns what has a name of its own beside the assets. Browsers ask for favicon.ico of what is no page of ours, the docs
// or JSON, and would write a 404 into each console.
func files() []string {
	return []string{"boot.js", "favicon.svg", "favicon-silent.svg", "favicon.ico"}
}

// Dashboard serves the dashboard. It may be used by many goroutines at once.
type Dashboard struct {
	files fs.FS
	index []byte
}

// New returns the dashboard that this binary was built with. The error says that the build is not whole.
func New() (*Dashboard, error) {
	files, err := fs.Sub(built, "dist")
	if err != nil {
		return nil, fmt.Errorf("open the embedded dashboard: %w", err)
	}
	return of(files)
}

// of returns the dashboard of a build, or of none where there is no index.html.
func of(files fs.FS) (*Dashboard, error) {
	index, err := fs.ReadFile(files, "index.html")
	if errors.Is(err, fs.ErrNotExist) {
		return &Dashboard{files: files, index: unbuilt}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the dashboard's index.html: %w", err)
	}
	if !bytes.Contains(index, []byte(rootBase)) {
		return nil, fmt.Errorf("the dashboard's index.html has no %q: it would work at no address but the root", rootBase)
	}
	return &Dashboard{files: files, index: index}, nil
}

// Patterns returns what is to be routed to the dashboard, as patterns of a [http.ServeMux].
func (d *Dashboard) Patterns() []string {
	patterns := []string{"GET /assets/{file}"}
	for _, file := range files() {
		patterns = append(patterns, "GET /"+file)
	}
	for _, page := range pages() {
		patterns = append(patterns, "GET "+page)
	}
	return patterns
}

// ServeHTTP answers with a file of the build where the address is one's, else with the page.
func (d *Dashboard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	if strings.HasPrefix(name, "assets/") { // its name is made of its content
		d.file(w, r, name, "public, max-age=31536000, immutable")
		return
	}
	if slices.Contains(files(), name) {
		d.file(w, r, strings.Replace(name, "favicon.ico", "favicon.svg", 1), "no-cache")
		return
	}
	d.page(w, r, http.StatusOK)
}

// NotFound answers 404 with the page, in which the router says that there is nothing at this address. It is for what people
// type; what a program asks for is answered elsewhere.
func (d *Dashboard) NotFound(w http.ResponseWriter, r *http.Request) {
	d.page(w, r, http.StatusNotFound)
}

// file answers with a file of the build.
func (d *Dashboard) file(w http.ResponseWriter, r *http.Request, name, cache string) {
	w.Header().Set("Content-Security-Policy", policy)
	w.Header().Set("Cache-Control", cache)
	if content, err := fs.ReadFile(d.files, name+".gz"); err == nil {
		packed(w, r, name, content)
		return
	}
	content, err := fs.ReadFile(d.files, name)
	if err != nil {
		w.Header().Set("Cache-Control", "no-store") // of a newer build, perhaps: it may be here soon
		http.Error(w, "the dashboard has no such file; please load the page again", http.StatusNotFound)
		return
	}
	send(w, r, name, content)
}

// page answers with index.html, as it is for the depth of the address: behind any prefix all links lead to the root. A slash
// that is written %2F is none to the browser, which resolves the base.
func (d *Dashboard) page(w http.ResponseWriter, r *http.Request, status int) {
	up := "./"
	if depth := strings.Count(r.URL.EscapedPath(), "/") - 1; depth > 0 {
		up = strings.Repeat("../", depth)
	}
	w.Header().Set("Content-Security-Policy", policy)
	w.Header().Set("Cache-Control", "no-cache")
	content := bytes.Replace(d.index, []byte(rootBase), []byte(`<base href="`+up+`"`), 1)
	if status == http.StatusOK {
		send(w, r, "index.html", content)
		return
	}
	w.Header().Set("Content-Type", mediaType("index.html"))
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	w.WriteHeader(status)   // without an ETag: 304 would make it the 200 that it is not
	_, _ = w.Write(content) // a client that went away is no news
}

// packed answers with a file that is kept compressed, unpacked for the few who do not take it so.
func packed(w http.ResponseWriter, r *http.Request, name string, content []byte) {
	w.Header().Set("Vary", "Accept-Encoding")
	if takesGzip(r) {
		w.Header().Set("Content-Encoding", "gzip")
		send(w, r, name, content)
		return
	}
	var plain bytes.Buffer
	unpack, err := gzip.NewReader(bytes.NewReader(content))
	if err == nil {
		_, err = io.Copy(&plain, unpack)
	}
	if err != nil {
		http.Error(w, "this file of the dashboard is broken", http.StatusInternalServerError)
		return
	}
	send(w, r, name, plain.Bytes())
}

// takesGzip reports whether the client says that it takes gzip, and not with a weight of nothing.
func takesGzip(r *http.Request) bool {
	for each := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		coding, weight, _ := strings.Cut(strings.ReplaceAll(each, " ", ""), ";q=")
		if strings.EqualFold(coding, "gzip") {
			q, err := strconv.ParseFloat(weight, 64)
			return err != nil || q > 0
		}
	}
	return false
}

// send answers with content, or says that the client has it.
func send(w http.ResponseWriter, r *http.Request, name string, content []byte) {
	sum := sha256.Sum256(content)
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	w.Header().Set("ETag", tag)
	w.Header().Set("Content-Type", mediaType(name))
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	_, _ = w.Write(content) // a client that went away is no news
}

// mediaType is not left to the machine's own tables, which differ: a module of an unknown type is not run.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	}
	return "application/octet-stream"
}
