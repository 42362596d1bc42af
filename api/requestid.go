package api

import (
	"crypto/rand"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
)

// requestIDHeader carries the id of a request, in and out. The id stands in the log and in the metadata of events.
const requestIDHeader = "X-Request-Id"

// maxRequestID is the longest id that is taken from a client.
const maxRequestID = 64

// requestIDs gives ids to requests that come without.
type requestIDs struct {
	prefix string // of this life of the process
	last   *atomic.Uint64
}

func newRequestIDs() requestIDs {
	return requestIDs{prefix: strings.ToLower(rand.Text()[:8]) + "-", last: &atomic.Uint64{}}
}

// of returns the id of a request: the client's own where it is fit for a log line, else a new one. From then on it stands
// in the request's header, where handlers find it.
func (i requestIDs) of(r *http.Request) string {
	if given := r.Header[requestIDHeader]; len(given) == 1 && isRequestID(given[0]) {
		return given[0]
	}
	id := i.prefix + strconv.FormatUint(i.last.Add(1), 36)
	r.Header[requestIDHeader] = []string{id}
	return id
}

// isRequestID reports whether text is 1–64 letters, digits and marks that need no escaping anywhere.
func isRequestID(text string) bool {
	if text == "" || len(text) > maxRequestID {
		return false
	}
	for _, c := range []byte(text) {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && !(c >= '0' && c <= '9') && c != '-' && c != '_' && c != '.' && c != ':' {
			return false
		}
	}
	return true
}
