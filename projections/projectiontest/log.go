package projectiontest

import (
	"context"
	"encoding/binary"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// Log is a log in memory: what a projection asks of the real one. One goroutine uses it.
type Log struct {
	events    []eventstore.Recorded
	revisions map[string]eventstore.Revision
	serial    uint64
}

// NewLog returns an empty log.
func NewLog() *Log { return &Log{revisions: map[string]eventstore.Revision{}} }

// Add appends an event and returns its revision in its stream. Positions are ordered and not dense.
func (l *Log) Add(t testing.TB, stream string, e domain.Event) int64 {
	t.Helper()
	l.serial++
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:], l.serial+uint64(len(stream))<<32)
	event, err := eventstore.Encode(id, e, eventstore.Metadata{})
	require.NoError(t, err)
	revision := l.revisions[stream]
	l.revisions[stream]++
	l.events = append(l.events, eventstore.Recorded{
		Event: event, Stream: stream, Revision: revision, Position: Position(l.serial), Time: time.UnixMilli(1),
	})
	return int64(revision)
}

// Position returns the position of the n-th event, counted from 1.
func Position(n uint64) domain.Position { return domain.Position{Commit: 3*n + 1, Prepare: 3 * n} }

// Cut drops all events after the first n, as a restored backup does.
func (l *Log) Cut(n int) {
	for _, r := range l.events[n:] {
		l.revisions[r.Stream] = min(l.revisions[r.Stream], r.Revision)
	}
	l.events = l.events[:n]
}

// Expire drops the batches of heartbeats among the first n events.
func (l *Log) Expire(n int) {
	var kept []eventstore.Recorded
	for i, r := range l.events {
		if i >= n || r.Type != domain.TypeHeartbeatsRecorded {
			kept = append(kept, r)
		}
	}
	l.events = kept
}

// Len returns the number of events.
func (l *Log) Len() int { return len(l.events) }

// Page returns the events from one index to another as a page, only those of types where any are given.
func (l *Log) Page(from, to int, types ...string) eventstore.Page {
	var b eventstore.PageBuilder
	for _, r := range l.events[from:to] {
		if len(types) == 0 || slices.Contains(types, r.Type) {
			b.Add(r)
		}
	}
	return b.Page()
}

// Head returns the position of the last event.
func (l *Log) Head(context.Context) (domain.Position, error) {
	if len(l.events) == 0 {
		return domain.Position{}, nil
	}
	return l.events[len(l.events)-1].Position, nil
}

// ReadAll yields pages of seven events.
func (l *Log) ReadAll(ctx context.Context, after domain.Position, types ...string) iter.Seq2[eventstore.Page, error] {
	return func(yield func(eventstore.Page, error) bool) {
		for from := 0; from < len(l.events); from += 7 {
			if err := ctx.Err(); err != nil {
				yield(eventstore.Page{}, err)
				return
			}
			var b eventstore.PageBuilder
			for _, r := range l.events[from:min(from+7, len(l.events))] {
				if after.Before(r.Position) && slices.Contains(types, r.Type) {
					b.Add(r)
				}
			}
			if b.Len() > 0 && !yield(b.Page(), nil) {
				return
			}
		}
	}
}

// ReadStream yields the events of a stream, forwards.
func (l *Log) ReadStream(_ context.Context, stream string, from eventstore.Revision, d eventstore.Direction) iter.Seq2[eventstore.Recorded, error] {
	return func(yield func(eventstore.Recorded, error) bool) {
		if d != eventstore.Forwards {
			yield(eventstore.Recorded{}, fmt.Errorf("read %q backwards: %w", stream, eventstore.ErrInvalid))
			return
		}
		for _, r := range l.events {
			if r.Stream == stream && r.Revision >= from && !yield(r, nil) {
				return
			}
		}
	}
}
