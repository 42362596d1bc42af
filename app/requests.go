package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// politeness is how long a stop waits for the first byte on a connection that was just made.
const politeness = time.Second

// requests stops a server: it finishes the requests under way. Connections on which nothing was asked hold up nothing:
// net/http waits five seconds for each, and browsers, load balancers and clients that gave up leave them about, so that
// an orderly stop would take as long as it may and be called a failure.
type requests struct {
	server   *http.Server
	received atomic.Int64 // requests that came whole and are not yet answered
	mu       sync.Mutex
	silent   map[net.Conn]struct{} // not a byte has come on them
}

// newRequests watches the connections of a server that does not yet serve.
func newRequests(server *http.Server) *requests {
	r := &requests{server: server, silent: map[net.Conn]struct{}{}}
	server.ConnState = r.changed
	handler := server.Handler
	server.Handler = http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body := &wholeBody{ReadCloser: request.Body, received: &r.received}
		defer func() {
			// net/http looks at the body that it made before it answers: of another it reads what is left, so that who asked
			// with Expect: 100-continue and is refused would wait for an answer that waits for his body.
			request.Body = body.ReadCloser
			body.answered()
		}()
		if request.Body = body; request.ContentLength == 0 {
			body.whole()
		}
		handler.ServeHTTP(w, request)
	})
	return r
}

// wholeBody counts its request as received once it is read to its end, until it is answered.
type wholeBody struct {
	io.ReadCloser
	received *atomic.Int64
	counted  bool
}

// Read reads on, and notices the end.
func (b *wholeBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		b.whole()
	}
	return n, err
}

func (b *wholeBody) whole() {
	if !b.counted {
		b.counted = true
		b.received.Add(1)
	}
}

func (b *wholeBody) answered() {
	if b.counted {
		b.received.Add(-1)
	}
}

func (r *requests) changed(c net.Conn, state http.ConnState) {
	if state == http.StateIdle {
		return // it was active before
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if state == http.StateNew {
		r.silent[c] = struct{}{}
	} else {
		delete(r.silent, c)
	}
}

// stop returns when no request is under way. What is not finished after half of [StopTimeout] is cut off: with an error
// where somebody waits for an answer, without one where a request never came to its end, as devices in poor coverage leave
// them: what was not received was not accepted.
func (r *requests) stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, StopTimeout/2)
	defer cancel()
	impolite := time.AfterFunc(politeness, r.closeSilent)
	defer impolite.Stop()
	err := r.server.Shutdown(ctx)
	if err == nil {
		return nil
	}
	waiting := r.received.Load()
	closed := r.server.Close()
	if waiting == 0 && errors.Is(err, context.DeadlineExceeded) {
		return closed
	}
	return errors.Join(fmt.Errorf("%d requests cut off: %w", waiting, err), closed)
}

func (r *requests) closeSilent() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.silent {
		_ = c.Close() // whoever is there said nothing and misses nothing
	}
}
