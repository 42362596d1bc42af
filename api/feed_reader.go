package api

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"time"

	"fleetbeat/domain"
	"fleetbeat/queries"
)

const (
	// maxWrite is how much is written to a reader at once, within one write deadline.
	maxWrite = 32 << 10
	// stopWithin is how long a reader may take once the feed ends: a stuck one must not hold up the process.
	stopWithin = time.Second
)

// enter takes room for a reader and returns how to give it back. Without room the error is Overloaded.
func (f *Feed) enter() (leave func(), err error) {
	leave = func() { f.readers.Add(-1) }
	if f.readers.Add(1) > int64(f.options.MaxReaders) {
		leave()
		return nil, &domain.Error{Kind: domain.Overloaded, RetryAfter: 5, Message: "as many readers as there is room for follow the changes"}
	}
	return leave, nil
}

// errCutOff is the end of a reader that did not take what was sent in time.
var errCutOff = errors.New("the reader is too slow")

// follower is one reader of the feed.
type follower struct {
	feed    *Feed
	matcher queries.ChangeMatcher
	at      domain.Position // everything up to it that matches was sent
	placed  bool            // else at is not known yet, and to tell it would be to send everything next time
	arrived bool            // it has come to the head once
	w       http.ResponseWriter
	control *http.ResponseController
	idle    *time.Timer // runs out when the reader should hear its position
}

// follow sends the changes after a position (for the zero Position: from now on) that match, as they happen, until the
// reader, who has entered, goes away or the feed ends. It returns errCutOff where the reader is too slow, and nil else.
func (f *Feed) follow(ctx context.Context, w http.ResponseWriter, m queries.ChangeMatcher, from *domain.Position) error {
	r := &follower{feed: f, matcher: m, w: w, control: http.NewResponseController(w), idle: time.NewTimer(f.options.IDEvery)}
	defer r.idle.Stop()
	hurry := context.AfterFunc(f.stopping, func() { _ = r.control.SetWriteDeadline(time.Now().Add(stopWithin)) })
	defer hurry()
	err := r.begin(ctx, from)
	for err == nil && ctx.Err() == nil && f.stopping.Err() == nil {
		err = r.step(ctx)
	}
	if err == nil && ctx.Err() == nil && r.placed { // the feed ends
		err = r.tell()
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		if f.stopping.Err() == nil {
			f.cutOff.Add(1)
		}
		return errCutOff
	}
	return nil
}

// begin finds where to begin and tells the reader, who may go away before the first change.
func (r *follower) begin(ctx context.Context, from *domain.Position) error {
	if from != nil {
		r.at, r.placed = *from, true
		return r.tell()
	}
	if err := errors.Join(r.limit(), r.flush()); err != nil { // the reader learns that it is heard
		return err
	}
	for {
		folded, moved := r.feed.source.Folded()
		if !folded.IsZero() {
			r.at, r.placed, r.arrived = folded, true, true
			return r.tell()
		}
		select { // nothing has been folded since the start
		case <-moved:
		case <-ctx.Done():
			return nil
		case <-r.feed.stopping.Done():
			return nil
		}
	}
}

// step sends what is there after the reader's place, or waits until there is more.
func (r *follower) step(ctx context.Context) error {
	now := r.feed.tail.Load()
	if !now.ready {
		return r.wait(ctx, now.moved)
	}
	if r.at.Before(now.floor) {
		return r.catchUp(ctx)
	}
	entries := now.since(r.at)
	ahead := r.at.Before(now.head)
	if ahead {
		r.at = now.head
	}
	err := r.send(entries)
	if err == nil && ahead && !r.arrived { // one who never stays for long would begin where it began again and again
		err = r.tell()
	}
	r.arrived = true
	if err != nil || len(entries) > 0 {
		return err
	}
	return r.wait(ctx, now.moved)
}

// wait returns when there may be more to send. A reader to whom nothing was sent for long is told its place.
func (r *follower) wait(ctx context.Context, moved <-chan struct{}) error {
	select {
	case <-moved:
	case <-ctx.Done():
	case <-r.feed.stopping.Done():
	case <-r.idle.C:
		now := r.feed.tail.Load() // its head may have moved, with no change for this reader to be woken for
		if now.ready && !r.at.Before(now.floor) && r.at.Before(now.head) && len(now.since(r.at)) == 0 {
			r.at = now.head
		}
		return r.tell()
	}
	return nil
}

// catchUp sends the next changes from the view, to a reader who is behind what is kept.
func (r *follower) catchUp(ctx context.Context) error {
	select {
	case r.feed.reading <- struct{}{}:
	case <-ctx.Done():
		return nil
	case <-r.feed.stopping.Done():
		return nil
	}
	changes, through, err := r.feed.source.After(ctx, r.at, catchUpPage, r.matcher)
	<-r.feed.reading
	if err != nil || through == r.at {
		return r.wait(ctx, after(feedRetry)) // Run says it once for all readers
	}
	entries := make([]entry, len(changes))
	for i := range changes {
		entries[i] = r.feed.encode(&changes[i])
	}
	r.at = through
	if len(entries) == 0 {
		return r.tell()
	}
	return r.send(entries)
}

// after returns a channel that is closed after a time.
func after(later time.Duration) <-chan struct{} {
	done := make(chan struct{})
	time.AfterFunc(later, func() { close(done) })
	return done
}

// send writes the entries that match and flushes once, or once for each maxWrite bytes.
func (r *follower) send(entries []entry) error {
	var buffer *bytes.Buffer // between writes a reader has none
	for i := range entries {
		e := &entries[i]
		if !r.matcher.Match(e.vin, e.owner, e.status) {
			continue
		}
		if buffer == nil {
			buffer = r.feed.buffer()
			defer r.feed.buffers.Put(buffer)
		}
		buffer.Write(e.wire)
		if buffer.Len() >= maxWrite {
			if err := r.write(buffer.Bytes()); err != nil {
				return err
			}
			buffer.Reset()
		}
	}
	if buffer == nil || buffer.Len() == 0 {
		return nil
	}
	return r.write(buffer.Bytes())
}

// tell sends the reader's place.
func (r *follower) tell() error { return r.write(r.feed.bareID(r.at)) }

// write sends bytes on their way: they have left, or the reader is too slow, within the write deadline.
func (r *follower) write(b []byte) error {
	if err := r.limit(); err != nil {
		return err
	}
	if _, err := r.w.Write(b); err != nil {
		return err
	}
	return r.flush()
}

func (r *follower) flush() error {
	r.idle.Reset(r.feed.options.IDEvery)
	return r.control.Flush()
}

// limit sets the write deadline, which would otherwise be that of a whole answer.
func (r *follower) limit() error {
	err := r.control.SetWriteDeadline(time.Now().Add(r.feed.options.WriteWithin))
	if err == nil && r.feed.stopping.Err() != nil { // asked last, or this deadline would outlive the one of the end
		err = r.control.SetWriteDeadline(time.Now().Add(stopWithin))
	}
	return err
}

// buffer returns an empty buffer.
func (f *Feed) buffer() *bytes.Buffer {
	if b, ok := f.buffers.Get().(*bytes.Buffer); ok {
		b.Reset()
		return b
	}
	return bytes.NewBuffer(make([]byte, 0, maxWrite+maxWrite/8))
}
