package eventstoredb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"

	"fleetbeat/eventstore"
)

// feed is a read or subscription under way: a goroutine in the client that gathers events until it is stopped.
type feed struct {
	*gather
	link *link
	ctx  context.Context // ends when the feed is stopped or the store closes
	quit context.CancelCauseFunc
}

// stop ends a feed whose events nobody wants any more.
func (f *feed) stop() { f.quit(nil) }

// source opens a read or subscription, says so, and brings its events to a feed until it ends. It returns io.EOF at an end that is
// as it should be.
type source func(f *feed, opened func()) error

// feed connects and starts a source. It returns when the source is open; ctx is for that only.
func (s *Store) feed(ctx context.Context, from source) (*feed, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l, err := s.connected(ctx)
	if err != nil {
		return nil, err
	}
	f := &feed{gather: newGather(), link: l}
	f.ctx, f.quit = context.WithCancelCause(leader(s.life))
	s.keep(l, f, true)
	opened := make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		defer s.leave(l)
		defer s.keep(l, f, false)
		_, err := guarded(func() (struct{}, error) { return struct{}{}, from(f, func() { close(opened) }) })
		s.learn(l, err)
		ended <- err
		f.end(err)
	}()
	timer, began := time.NewTimer(s.answer), time.Now()
	defer timer.Stop()
	select {
	case <-opened:
		return f, nil
	case err = <-ended:
		if errors.Is(err, io.EOF) { // over before it was looked at
			return f, nil
		}
	case <-ctx.Done():
		err = ctx.Err()
	case <-timer.C:
		err = errSlow
	}
	f.stop()
	s.doubt(l, began)
	return nil, err
}

// next is take, for a feed that may be stopped meanwhile.
func (f *feed) next(ctx context.Context, p pace) (eventstore.Delivery, error) {
	if f.ctx.Err() != nil {
		return eventstore.Delivery{}, f.over()
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(f.ctx, cancel)()
	d, err := f.take(ctx, p)
	if f.ctx.Err() != nil { // before anything else: what was gathered belongs to nobody
		return eventstore.Delivery{}, f.over()
	}
	return d, err
}

// over says why a feed is over: it was closed, or its connection was taken for dead.
func (f *feed) over() error {
	if cause := context.Cause(f.ctx); errors.Is(cause, errSilent) {
		return fmt.Errorf("%w: %w", cause, eventstore.ErrUnavailable)
	}
	return eventstore.ErrClosed
}

// bring adds an event if it is one of types, or not a system event where there are none.
func (f *feed) bring(e *esdb.RecordedEvent, types []string) error {
	if !wanted(types, e.EventType) {
		return nil
	}
	r, err := recorded(e)
	if err != nil {
		return err
	}
	return f.add(f.ctx, r)
}

// readStream is a source of the events of a stream. A stream that is not there has none.
func readStream(stream string, o esdb.ReadStreamOptions) source {
	return func(f *feed, opened func()) error {
		read, err := f.link.client.ReadStream(f.ctx, stream, o, everything)
		if err != nil {
			return err
		}
		defer read.Close()
		opened()
		for {
			e, err := read.Recv()
			if absent(err) {
				return io.EOF
			}
			if err != nil {
				return err
			}
			f.link.hears()
			if err := f.bring(e.OriginalEvent(), nil); err != nil {
				return err
			}
		}
	}
}

// readAll is a source of the events after one position and up to another.
func readAll(from, upto eventstore.Position) source {
	return func(f *feed, opened func()) error {
		read, err := f.link.client.ReadAll(f.ctx, esdb.ReadAllOptions{From: after(from)}, everything)
		if err != nil {
			return err
		}
		defer read.Close()
		opened()
		for {
			e, err := read.Recv()
			if err != nil {
				return err
			}
			f.link.hears()
			p, ok := position(e.OriginalEvent().Position)
			if ok && !from.Before(p) { // a read begins at its position, not after it
				continue
			}
			if ok && upto.Before(p) {
				return io.EOF
			}
			if err := f.bring(e.OriginalEvent(), nil); err != nil {
				return err
			}
		}
	}
}

// window is how many events the server looks at in one go for those that a filter lets through. Its own default of 32 makes it
// slow to pass over the many that nobody wants.
const window = 256

// follow is a source of what comes after a position, of some types; once it is live it stays so, or ends if it is to.
func follow(from eventstore.Position, types []string, done func(p eventstore.Position, live bool) bool) source {
	return func(f *feed, opened func()) error {
		o := esdb.SubscribeToAllOptions{From: after(from), Filter: filter(types), MaxSearchWindow: window, CheckpointInterval: 1}
		subscription, err := f.link.client.SubscribeToAll(f.ctx, o)
		if err != nil {
			return err
		}
		defer func() { _ = subscription.Close() }() // never fails
		opened()
		for {
			e := subscription.Recv()
			if e.SubscriptionDropped == nil {
				f.link.hears()
			}
			switch {
			case e.SubscriptionDropped != nil:
				return e.SubscriptionDropped.Error
			case e.EventAppeared != nil:
				original := e.EventAppeared.OriginalEvent()
				p, _ := position(original.Position)
				if done(p, false) {
					return io.EOF
				}
				if err := f.bring(original, types); err != nil {
					return err
				}
			case e.CaughtUp != nil:
				if done(eventstore.Position{}, true) {
					return io.EOF
				}
				f.setLive(true)
			case e.FellBehind != nil:
				f.setLive(false)
			}
			// Checkpoints are passed over: the port has no use for them, and some servers send 2^64-1.
		}
	}
}
