package api

import (
	"errors"
	"net/http"
	"path"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"golang.org/x/time/rate"

	"fleetbeat/commands"
)

// server routes requests and gives every answer what all answers have.
type server struct {
	deps       Deps
	options    Options
	positions  positions
	mux        *routes
	accesses   map[string]access // by operation
	rates      rates
	wrongs     *wrongs
	huma       huma.API
	exports    *exporter
	operations map[string]string // the mux's pattern → the operation's id
	programs   map[string]bool   // the first segments of paths that are not the dashboard's
	document   func() []byte     // the OpenAPI document, written when it is first asked for
	ids        requestIDs
	origins    *http.CrossOriginProtection
	headers    []header
	compressor func(http.Handler) http.HandlerFunc
	json       []string // the Content-Type of an answer
}

// header is a header that every answer has. Its values are shared by all answers and never changed.
type header struct {
	name   string
	values []string
}

// unknownOperation is what requests for no route are counted under: a path is the client's and may be anything.
const unknownOperation = "unknown"

// New returns the API. It panics where two operations share a route: that is a fault in this package, not in a request.
func New(deps Deps, options Options) http.Handler {
	s := newServer(deps, options)
	s.addOperations()
	s.addPages()
	return s.finished()
}

// NewService returns what a process answers that only decides or folds: /healthz, /readyz and /metrics. Commands, Queries,
// Feed and Dashboard of deps are not needed.
func NewService(deps Deps, options Options) http.Handler {
	s := newServer(deps, options)
	s.addHealth()
	s.addMetrics()
	return s.finished()
}

func newServer(deps Deps, options Options) *server {
	if deps.Keys == nil {
		deps.Keys = commands.NewKeyring() // which lets nobody in
	}
	s := &server{
		deps: deps, options: options, positions: newPositions(deps.LogID), operations: map[string]string{}, programs: map[string]bool{},
		accesses: accesses(), rates: rates{perSecond: rate.Limit(options.KeyRate)}, wrongs: newWrongs(),
		ids: newRequestIDs(), origins: http.NewCrossOriginProtection(), json: []string{"application/json"}, compressor: newCompressor(),
		headers: []header{
			// An answer of the API is never a page; the pages set their own policy.
			{"Content-Security-Policy", []string{"default-src 'none'; frame-ancestors 'none'"}},
			{"X-Content-Type-Options", []string{"nosniff"}},
			{"Referrer-Policy", []string{"no-referrer"}},
			{"Cross-Origin-Resource-Policy", []string{"same-origin"}},
			{"Cache-Control", []string{"no-store"}},
		},
	}
	s.mux = newRoutes(s)
	s.exports = newExporter(s)
	s.huma = newHuma(s.mux)
	return s
}

// finished returns the server once everything is registered.
func (s *server) finished() http.Handler {
	s.addPrograms()
	s.mux.settle()
	s.document = sync.OnceValue(func() []byte { return finishDocument(s.huma.OpenAPI()) })
	return s
}

// addOperations registers every operation.
func (s *server) addOperations() {
	s.addHeartbeats()
	s.addBulk()
	s.addVehicleReads()
	s.addVehicleWrites()
	s.addImport()
	s.addLookup()
	s.addTimeline()
	s.addChanges()
	s.addCustomers()
	s.addSettings()
	s.addSummary()
	s.addClassic()
	s.addSession()
	s.addKeys()
	s.addHealth()
}

// ServeHTTP answers one request. Everything that ends it, a panic too, ends in an answer, one observation and at most one
// line in the log.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	out := &answer{ResponseWriter: w, request: r}
	h := w.Header()
	for _, each := range s.headers {
		h[each.name] = each.values
	}
	h[requestIDHeader] = []string{s.ids.of(r)}
	defer func() { s.finish(out, began, recover()) }()
	if p := s.refuse(r); p != nil {
		p.write(out)
		return
	}
	if s.isTyped(r) && s.leadsNowhere(r) {
		r.Pattern = nowhere
		s.deps.Dashboard.NotFound(out, r)
		return
	}
	s.mux.ServeHTTP(out, r)
}

// refuse returns why a request goes no further, or nil.
func (s *server) refuse(r *http.Request) *Problem {
	if s.options.LoopbackOnly && !s.closed() && !isLoopbackHost(r.Host) {
		return newProblem(http.StatusForbidden,
			"this address is not answered to: without API keys only localhost, 127.0.0.1 and [::1] are, with any port")
	}
	if !isClean(r.URL.Path) && !s.isTyped(r) { // the mux would redirect to an absolute path, which is wrong behind a prefix
		return newProblem(http.StatusNotFound, noRoute)
	}
	if s.origins.Check(r) != nil {
		return otherSite()
	}
	return nil
}

// closed reports whether nobody is let in without a key.
func (s *server) closed() bool { return s.deps.Keys.Ready() && s.deps.Keys.Open() == nil }

func otherSite() *Problem {
	return newProblem(http.StatusForbidden, "a page of another site may not change anything here")
}

// isClean reports whether a path has no empty, "." or ".." segments, a slash at its end apart.
func isClean(p string) bool {
	if p == "" || p[0] != '/' {
		return false
	}
	if len(p) > 1 {
		p = strings.TrimSuffix(p, "/")
	}
	return path.Clean(p) == p
}

// finish ends a request: it turns a panic into an answer and tells the observer.
func (s *server) finish(out *answer, began time.Time, panicked any) {
	aborted := isAbort(panicked)
	if panicked != nil && !aborted {
		s.deps.Log.Error("request panicked", "operation", s.operation(out.request), "requestId", out.request.Header.Get(requestIDHeader),
			"panic", panicked, "stack", string(debug.Stack()))
		if out.status == 0 {
			newProblem(http.StatusInternalServerError, neutral).write(out)
		} else {
			aborted = true // half an answer is out: only a broken connection says that the rest is missing
		}
	}
	if s.deps.Observe != nil {
		s.deps.Observe(s.operation(out.request), out.code(), time.Since(began))
	}
	if aborted {
		panic(http.ErrAbortHandler)
	}
}

// operation returns the id of the operation that a request was routed to.
func (s *server) operation(r *http.Request) string {
	if id, ok := s.operations[r.Pattern]; ok {
		return id
	}
	return unknownOperation
}

// isAbort reports whether a handler gave up its answer on purpose, the way net/http provides for.
func isAbort(panicked any) bool {
	err, ok := panicked.(error)
	return ok && errors.Is(err, http.ErrAbortHandler)
}
