package api

import (
	"errors"
	"io"
	"net/http"
	"os"
	"sync"
	"time"
)

// silence is how long nothing may come of a body before it is cut off.
const silence = 60 * time.Second

// bulkBody is the body of an upload as it comes from the connection. It replaces the time that a request may take by the
// time in which nothing comes: a long upload is no fault, a client that fell silent would hold room for ever.
type bulkBody struct {
	control *http.ResponseController
	body    io.ReadCloser
	read    int64 // bytes so far
	err     error // why the connection gave no more, its end apart

	mu       sync.Mutex
	extended time.Time     // when the deadline was last put off
	why      error         // who cut it off, and why
	off      chan struct{} // closed by cut
}

func newBulkBody(control *http.ResponseController, body io.ReadCloser) *bulkBody {
	return &bulkBody{control: control, body: body, off: make(chan struct{})}
}

// Read reads what has come, and waits where nothing has.
func (b *bulkBody) Read(p []byte) (int, error) {
	if err := b.extend(); err != nil {
		return 0, err
	}
	n, err := b.body.Read(p)
	b.read += int64(n)
	switch {
	case errors.Is(err, io.EOF):
		b.rest()
	case err != nil:
		b.err = err
	}
	return n, err
}

// extend puts the deadline off. That costs a call of the kernel's timers, so it is done once a second at most.
func (b *bulkBody) extend() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.why != nil {
		return b.why
	}
	if now := time.Now(); now.Sub(b.extended) >= time.Second {
		b.extended = now
		_ = b.control.SetReadDeadline(now.Add(silence)) // not every connection has deadlines: a test's, for one
	}
	return nil
}

// rest takes the deadline away: the client has said all and waits for the answer.
func (b *bulkBody) rest() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.why == nil {
		_ = b.control.SetReadDeadline(time.Time{})
	}
}

// cut ends the body from our side, also for who waits in Read. Of several reasons the first stays.
func (b *bulkBody) cut(why error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.why != nil {
		return
	}
	b.why = why
	close(b.off)
	if b.control.SetReadDeadline(time.Unix(1, 0)) != nil {
		_ = b.body.Close() // without deadlines nothing else wakes who reads
	}
}

// cutWhy returns why cut was called, or nil.
func (b *bulkBody) cutWhy() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.why
}

// silent reports whether the body ended because nothing came.
func (b *bulkBody) silent() bool { return errors.Is(b.err, os.ErrDeadlineExceeded) }
