package api

import (
	"context"
	"net/http"

	"fleetbeat/domain"
)

// routes is the mux. Nothing is routed by it but what its caller may do: who adds a route cannot forget to ask.
type routes struct {
	*http.ServeMux
	server *server
	needs  map[string]*access // by pattern
}

func newRoutes(s *server) *routes {
	return &routes{ServeMux: http.NewServeMux(), server: s, needs: map[string]*access{}}
}

// HandleFunc routes a pattern to a handler, for those whom the pattern's operation lets in.
func (m *routes) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	m.Handle(pattern, http.HandlerFunc(handler))
}

// Handle routes a pattern to a handler, for those whom the pattern's operation lets in.
func (m *routes) Handle(pattern string, handler http.Handler) {
	need := &access{scope: domain.ScopeAdmin, whole: true} // until settle
	m.needs[pattern] = need
	m.ServeMux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { m.server.guard(*need, handler, w, r) })
}

// settle looks up what each route asks of its caller, when the operations of all are known.
func (m *routes) settle() {
	for pattern, need := range m.needs {
		*need = m.server.accessOf(m.server.operations[pattern])
	}
}

// guard hands a request on if its caller may ask for it, and answers it otherwise. In the request's context stands who
// asks, where there are keys.
func (s *server) guard(need access, next http.Handler, w http.ResponseWriter, r *http.Request) {
	if need.open {
		next.ServeHTTP(w, r)
		return
	}
	who, p := s.admit(need, r)
	if p != nil {
		p.write(w)
		return
	}
	if who.grant.Key != nil {
		r = r.WithContext(context.WithValue(r.Context(), callerKey{}, who))
		if a, ok := w.(*answer); ok {
			a.request = r // it is asked later what the request was
		}
	}
	next.ServeHTTP(w, r)
}
