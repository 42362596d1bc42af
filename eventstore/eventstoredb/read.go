package eventstoredb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"

	"fleetbeat/eventstore"
)

// everything is the count of a read that has no limit. Beyond it a server might take the number for negative.
const everything = math.MaxInt64

// ReadStream yields the events of a stream from a revision on. A page is read ahead of the caller.
func (s *Store) ReadStream(ctx context.Context, stream string, from eventstore.Revision, d eventstore.Direction) iter.Seq2[eventstore.Recorded, error] {
	return func(yield func(eventstore.Recorded, error) bool) {
		step := fmt.Sprintf("read %q", stream)
		if err := checkStream(stream); err != nil || from < 0 {
			yield(eventstore.Recorded{}, fmt.Errorf("%s from revision %d: %w", step, from, eventstore.ErrInvalid))
			return
		}
		o := esdb.ReadStreamOptions{From: esdb.Revision(uint64(from)), Direction: esdb.Forwards}
		switch {
		case d == eventstore.Backwards && from == eventstore.End:
			o.From, o.Direction = esdb.End{}, esdb.Backwards
		case d == eventstore.Backwards:
			o.Direction = esdb.Backwards
		case from == eventstore.End:
			o.From = esdb.End{}
		}
		pages := s.pages(ctx, step, atOnce, readStream(stream, o))
		for page, err := range pages {
			if err != nil {
				yield(eventstore.Recorded{}, err)
				return
			}
			for e, err := range page.Events() {
				if !yield(e, err) {
					return
				}
			}
		}
	}
}

// ReadAll yields the log after a position, up to where it ended when reading began.
//
// Types are asked for by a subscription that ends there: the client cannot filter a read, and whoever wants the few events of the
// registry must not be sent all heartbeats.
func (s *Store) ReadAll(ctx context.Context, after eventstore.Position, types ...string) iter.Seq2[eventstore.Page, error] {
	return func(yield func(eventstore.Page, error) bool) {
		const step = "read the log"
		if err := checkTypes(types); err != nil {
			yield(eventstore.Page{}, fmt.Errorf("%s: %w", step, err))
			return
		}
		head, err := s.Head(ctx)
		if err != nil {
			yield(eventstore.Page{}, fmt.Errorf("%s: %w", step, err))
			return
		}
		if !after.Before(head) {
			return
		}
		from := readAll(after, head)
		if len(types) > 0 {
			from = follow(after, types, func(p eventstore.Position, live bool) bool { return live || head.Before(p) })
		}
		for page, err := range s.pages(ctx, step, full, from) {
			if !yield(page, err) {
				return
			}
		}
	}
}

// pages yields what a source brings until it ends, each when there is enough for it.
func (s *Store) pages(ctx context.Context, step string, p pace, from source) iter.Seq2[eventstore.Page, error] {
	return func(yield func(eventstore.Page, error) bool) {
		f, err := s.feed(ctx, from)
		if err != nil {
			yield(eventstore.Page{}, s.fault(ctx, step, err))
			return
		}
		defer f.stop()
		for {
			d, err := f.next(ctx, p)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(eventstore.Page{}, s.fault(ctx, step, err))
				return
			}
			if !yield(d.Page, nil) {
				return
			}
		}
	}
}

// Head returns the position of the log's last event, the server's own events counted.
func (s *Store) Head(ctx context.Context) (eventstore.Position, error) {
	last, err := call(ctx, s, func(ctx context.Context, client *esdb.Client) (*esdb.RecordedEvent, error) {
		read, err := client.ReadAll(ctx, esdb.ReadAllOptions{From: esdb.End{}, Direction: esdb.Backwards}, 1)
		return first(read, err)
	})
	switch {
	case err != nil:
		return eventstore.Position{}, s.fault(ctx, "read the head", err)
	case last == nil:
		return eventstore.Position{}, nil
	}
	head, ok := position(last.Position)
	if !ok {
		return eventstore.Position{}, fmt.Errorf("read the head: event without position: %w", eventstore.ErrCorrupt)
	}
	return head, nil
}

// first returns the first event of a read and ends it; nil where there is none.
func first(read *esdb.ReadStream, err error) (*esdb.RecordedEvent, error) {
	if err != nil {
		return nil, err
	}
	defer read.Close()
	e, err := read.Recv()
	switch {
	case errors.Is(err, io.EOF), absent(err):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return e.OriginalEvent(), nil
}
