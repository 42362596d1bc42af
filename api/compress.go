package api

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/klauspost/compress/gzhttp"
	"github.com/klauspost/compress/gzip"

	"fleetbeat/domain"
)

// compressAbove is from how many bytes on an answer is compressed: a smaller one fits into a packet as it is.
const compressAbove = 1 << 10

// newCompressor returns what compresses the JSON of an answer with gzip for clients that take it. It panics where its options
// contradict each other, which they do at every start or at none.
func newCompressor() func(http.Handler) http.HandlerFunc {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(compressAbove), gzhttp.CompressionLevel(gzip.BestSpeed), gzhttp.EnableZstd(false),
		gzhttp.ContentTypes([]string{"application/json", problemType}))
	if err != nil {
		panic("compression of answers: " + err.Error())
	}
	return wrap
}

// compresses reports whether answers of an operation may be compressed: those that read the fleet, and no others. A key that
// was just made stands in its answer beside a name that somebody else may have chosen, and the length of a compressed answer
// would tell of it.
func (s *server) compresses(op operation) bool {
	need := s.accessOf(op.id)
	return !need.open && need.scope == domain.ScopeRead
}

// compressed runs next with an answer that may be compressed.
func (s *server) compressed(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	operation, values := ctx.Operation(), ctx.Context()
	s.compressor(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next(humago.NewContext(operation, r.WithContext(values), w))
	})).ServeHTTP(w, r)
}
