package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"fleetbeat/domain"
)

// upload is one body on its way. The goroutine of the request reads lines into a chunk; another records the chunk that is
// not being filled. It takes the lines that are there as soon as it has recorded the ones before, so that a line waits
// for no other and what comes meanwhile goes together.
type upload struct {
	ctx   context.Context
	bulk  *bulk
	body  *bulkBody
	parts *bulkParts

	lines      lineReader
	unreadable rejections // lines that are no heartbeats: the reading goroutine's own

	mu      sync.Mutex
	changed sync.Cond // a chunk was taken or got its first line, or one of the two goroutines ended
	filling *chunk
	ended   bool // nothing more is added

	// The recording goroutine's own until it has ended.
	err        error // why lines that were read are not recorded
	panicked   any
	accepted   int64
	duplicates int64
	refused    rejections // lines that the command refused
	position   domain.Position
	patience   time.Duration // for looking up unknown vehicles
}

func newUpload(ctx context.Context, b *bulk, body *bulkBody, parts *bulkParts) *upload {
	u := &upload{ctx: ctx, bulk: b, body: body, parts: parts, filling: parts.chunks[0], patience: lookupPatience}
	u.changed.L = &u.mu
	return u
}

// run reads and records a text to its end. It returns why it could not be read to its end, and in which line.
func (u *upload) run(text io.Reader) (line int64, err error) {
	u.parts.lines.Reset(text)
	u.lines.in = u.parts.lines
	done := make(chan struct{})
	go func() {
		defer close(done)
		u.record(u.parts.chunks[1])
	}()
	func() {
		defer func() { u.end(); <-done }()
		err = u.read()
	}()
	if u.panicked != nil {
		panic(u.panicked) // here it ends in an answer; in its own goroutine it would have ended the process
	}
	return u.lines.number, err
}

// result returns what became of the lines.
func (u *upload) result() HeartbeatsRecorded {
	r := HeartbeatsRecorded{
		Accepted: u.accepted, Duplicates: u.duplicates,
		RejectedCount: u.unreadable.count + u.refused.count, Rejected: u.unreadable.merge(&u.refused),
	}
	if !u.position.IsZero() {
		r.Position = u.bulk.positions.text(u.position)
	}
	return r
}

// read reads lines until the text ends, breaks, or nobody records them any more.
func (u *upload) read() error {
	for {
		line, err := u.lines.next()
		switch {
		case errors.Is(err, errLongLine):
			u.unreadable.add(u.lines.number, domain.Errorf(domain.Malformed, "the line is longer than 64 KiB"))
			continue
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case len(line) == 0:
			continue
		}
		h, err := u.parts.decoder.decode(line)
		if err != nil {
			u.unreadable.add(u.lines.number, err)
			continue
		}
		if !u.add(h, len(line)) {
			return nil
		}
	}
}

// add hands a heartbeat to the recording goroutine, and waits while that has both chunks full. It returns false when
// nobody records any more.
func (u *upload) add(h domain.Heartbeat, bytes int) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	for u.filling != nil && u.filling.full() {
		u.changed.Wait()
	}
	if u.filling == nil {
		return false
	}
	u.parts.decoder.reuse(u.filling.add(h, u.lines.number, bytes))
	if len(u.filling.lines) == 1 {
		u.changed.Signal()
	}
	return true
}

// end says that nothing more is added.
func (u *upload) end() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.ended = true
	u.changed.Signal()
}

// record records chunks until nothing more is added or something fails.
func (u *upload) record(spare *chunk) {
	defer func() {
		u.panicked = recover()
		u.mu.Lock()
		u.filling = nil
		u.changed.Signal()
		u.mu.Unlock()
		if u.err != nil || u.panicked != nil {
			u.body.cut(errNotRecorded) // nobody needs what comes
		}
	}()
	for {
		c := u.take(spare)
		if c == nil {
			return
		}
		if u.err = u.recordChunk(c); u.err != nil {
			return
		}
		c.reset()
		spare = c
	}
}

var errNotRecorded = fmt.Errorf("heartbeats are not recorded: %w", io.ErrClosedPipe)

// take waits for lines and returns them, leaving spare to be filled; nil when there are none and will be none.
func (u *upload) take(spare *chunk) *chunk {
	u.mu.Lock()
	defer u.mu.Unlock()
	for len(u.filling.lines) == 0 {
		if u.ended {
			return nil
		}
		u.changed.Wait()
	}
	c := u.filling
	u.filling = spare
	u.changed.Signal()
	return c
}
