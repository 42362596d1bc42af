package api

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"fleetbeat/commands"
	"fleetbeat/domain"
)

// maxBody is the most bytes in the body of a request that is read whole.
const maxBody = 64 << 10

// request is what a handler of this package gets of a request.
type request struct {
	*http.Request
	params
	w     http.ResponseWriter
	letIn func(*http.Request) error // whether the caller still is, where he must be
}

// requestKey is the key under which huma's context carries the request.
type requestKey struct{}

// vin returns the VIN in the path.
func (r *request) vin() (domain.VIN, error) { return domain.ParseVIN(r.PathValue("vin")) }

// body returns the whole body: at most 64 KiB, not compressed, of a caller who is still let in.
func (r *request) body() ([]byte, error) {
	body, err := readBody(r.w, r.Request)
	if err != nil {
		return nil, err
	}
	return body, r.letIn(r.Request)
}

func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return nil, newProblem(http.StatusUnsupportedMediaType, "the body must not be compressed here")
	}
	if r.ContentLength > maxBody {
		return nil, tooLarge()
	}
	var over *http.MaxBytesError
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	switch {
	case errors.As(err, &over):
		return nil, tooLarge()
	case err != nil:
		return nil, malformed("the body broke off", err)
	}
	return body, nil
}

func tooLarge() error {
	return newProblem(http.StatusRequestEntityTooLarge, "the body is larger than 64 KiB")
}

// bodyOf reads the body of a request as a JSON object of the type.
func bodyOf[T any](r *request) (T, error) {
	var value T
	body, err := r.body()
	if err != nil {
		return value, err
	}
	return value, decode(body, &value)
}

// operation says what an operation is called, where it is and what it may answer.
type operation struct {
	id, method, path string
	summary, doc     string
	tag              string
	status           int // of a good answer; 0 means 200
	params           []*huma.Param
	body             any   // an example of the body's type; nil means none
	problems         []int // statuses besides those that every operation may answer
	// instead, where it is set, may answer in another form; it returns whether it has.
	instead func(w http.ResponseWriter, r *http.Request) bool
}

// output is an answer as huma wants it.
type output[A any] struct {
	Body A
}

// register makes an operation known to the mux and to the OpenAPI document.
func register[A any](s *server, op operation, handle func(ctx context.Context, r *request) (A, error)) {
	described := s.describe(op)
	letIn, compress := s.stillLetIn, s.compresses(op)
	if s.accessOf(op.id).open {
		letIn = func(*http.Request) error { return nil }
	}
	described.Middlewares = huma.Middlewares{func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		if op.instead != nil && op.instead(w, r) {
			return
		}
		r.Header.Del("Accept") // there is one format; huma would answer "Accept: json" with a media type that is none
		ctx = huma.WithValue(ctx, requestKey{}, &request{Request: r, w: w, letIn: letIn})
		if compress {
			s.compressed(ctx, next)
			return
		}
		next(ctx)
	}}
	huma.Register(s.huma, described, func(ctx context.Context, _ *struct{}) (*output[A], error) {
		r, _ := ctx.Value(requestKey{}).(*request)
		answer, err := s.handled(ctx, op, r, func(ctx context.Context) (any, error) { return handle(ctx, r) })
		if err != nil {
			return nil, err
		}
		body, _ := answer.(A)
		return &output[A]{Body: body}, nil
	})
	s.addBody(op)
	s.operations[op.method+" "+op.path] = op.id
}

// handled reads the parameters, runs a handler, and makes its error a problem.
func (s *server) handled(ctx context.Context, op operation, r *request, handle func(context.Context) (any, error)) (any, error) {
	err := r.params.read(r.URL.RawQuery, op.params)
	if err != nil {
		return nil, s.problem(op.id, r.Request, err)
	}
	if op.method != http.MethodGet {
		ctx = commands.WithActor(ctx, r.Header.Get(requestIDHeader), keyOf(ctx))
	}
	answer, err := handle(ctx)
	if err != nil {
		return nil, s.problem(op.id, r.Request, err)
	}
	return answer, nil
}

// problem returns what the caller may know of an error. What he may not know goes to the log, here and nowhere else: as
// an error where the fault is ours, as a warning where something we need did not answer.
func (s *server) problem(operation string, r *http.Request, err error) *Problem {
	p, ours := problemOf(err)
	if ours {
		level := slog.LevelError
		if p.Status == http.StatusServiceUnavailable {
			level = slog.LevelWarn
		}
		s.deps.Log.Log(r.Context(), level, "request failed", "operation", operation, "requestId", r.Header.Get(requestIDHeader), "error", err)
	}
	return p
}
