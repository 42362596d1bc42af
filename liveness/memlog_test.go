package liveness

import (
	"context"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// memLog is a log in memory for one goroutine: what liveness needs of a store, and hooks to fail it.
type memLog struct {
	all     []eventstore.Recorded
	streams map[string][]int // indexes into all
	gone    map[int]bool     // expired
	before  func(stream string) error
	after   func(stream string) error
}

func newMemLog() *memLog {
	return &memLog{streams: map[string][]int{}, gone: map[int]bool{}}
}

func (m *memLog) Append(_ context.Context, stream string, expected eventstore.Revision, events ...eventstore.Event) (eventstore.Appended, error) {
	if err := eventstore.Check(stream, expected, events); err != nil {
		return eventstore.Appended{}, err
	}
	if m.before != nil {
		if err := m.before(stream); err != nil {
			return eventstore.Appended{}, err
		}
	}
	held := m.streams[stream]
	last := eventstore.Revision(len(held)) - 1
	if expected != last {
		if at := int(expected) + 1; at+len(events) <= len(held) && m.all[held[at]].ID == events[0].ID {
			last := m.all[held[at+len(events)-1]]
			return eventstore.Appended{Revision: last.Revision, Position: last.Position}, nil
		}
		return eventstore.Appended{}, &eventstore.ConflictError{Stream: stream, Expected: expected, Actual: last}
	}
	for _, e := range events {
		n := uint64(len(m.all) + 1)
		last++
		m.streams[stream] = append(m.streams[stream], len(m.all))
		m.all = append(m.all, eventstore.Recorded{Event: e, Stream: stream, Revision: last, Position: domain.Position{Commit: n, Prepare: n}})
	}
	if m.after != nil {
		if err := m.after(stream); err != nil {
			return eventstore.Appended{}, err
		}
	}
	return eventstore.Appended{Revision: last, Position: m.all[len(m.all)-1].Position}, nil
}

func (m *memLog) ReadStream(_ context.Context, stream string, from eventstore.Revision, d eventstore.Direction) iter.Seq2[eventstore.Recorded, error] {
	held := slices.Clone(m.streams[stream])
	if d == eventstore.Backwards {
		slices.Reverse(held)
	}
	return func(yield func(eventstore.Recorded, error) bool) {
		for _, i := range held {
			r := m.all[i]
			wanted := r.Revision >= from
			if d == eventstore.Backwards {
				wanted = r.Revision <= from
			}
			if wanted && !m.gone[i] && !yield(r, nil) {
				return
			}
		}
	}
}

func (m *memLog) ReadAll(_ context.Context, after domain.Position, types ...string) iter.Seq2[eventstore.Page, error] {
	end := len(m.all)
	return func(yield func(eventstore.Page, error) bool) {
		for at := int(after.Commit); at < end; {
			page, next := m.page(at, min(end, at+1000), types)
			if at = next; page.Len() > 0 && !yield(page, nil) {
				return
			}
		}
	}
}

// page returns the events of types from index on, and the index to go on from.
func (m *memLog) page(from, to int, types []string) (eventstore.Page, int) {
	var b eventstore.PageBuilder
	for ; from < to && !b.Full(); from++ {
		if r := m.all[from]; !m.gone[from] && slices.Contains(types, r.Type) && !b.Add(r) {
			break
		}
	}
	return b.Page(), from
}

func (m *memLog) Subscribe(context.Context, domain.Position, ...string) (eventstore.Subscription, error) {
	return nil, eventstore.ErrInvalid
}

func (m *memLog) Head(context.Context) (domain.Position, error) {
	return domain.Position{Commit: uint64(len(m.all)), Prepare: uint64(len(m.all))}, nil
}

func (m *memLog) SetMaxAge(context.Context, string, time.Duration) error { return nil }
func (m *memLog) Close() error                                           { return nil }

// put appends an event of somebody else.
func (m *memLog) put(t testing.TB, stream string, e domain.Event) eventstore.Appended {
	t.Helper()
	encoded, err := eventstore.Encode(uuid.New(), e, eventstore.Metadata{})
	require.NoError(t, err)
	before, after := m.before, m.after
	m.before, m.after = nil, nil
	defer func() { m.before, m.after = before, after }()
	appended, err := m.Append(context.Background(), stream, eventstore.Revision(len(m.streams[stream]))-1, encoded)
	require.NoError(t, err)
	return appended
}

// events returns what a stream holds, decoded.
func (m *memLog) events(t testing.TB, stream string) (events []domain.Event) {
	t.Helper()
	for _, i := range m.streams[stream] {
		e, err := eventstore.Decode(m.all[i])
		require.NoError(t, err)
		events = append(events, e)
	}
	return events
}

// reader hands the log to a Liveness in pages of at most size events.
type reader struct {
	log  *memLog
	l    *Liveness
	at   int
	size int
}

// read hands over what there is and returns the first error; the page that failed comes again at the next call.
func (r *reader) read(ctx context.Context) error {
	for r.at < len(r.log.all) {
		page, next := r.log.page(r.at, min(len(r.log.all), r.at+r.size), types())
		err := r.l.Handle(ctx, eventstore.Delivery{Page: page, Live: next == len(r.log.all)})
		r.l.saving.Wait() // so that a seed plays the same each time
		if err != nil {
			return err
		}
		r.at = next
	}
	return nil
}

// memSnapshots keeps one blob.
type memSnapshots struct{ blob []byte }

func (m *memSnapshots) Load(context.Context, string) ([]byte, error) { return m.blob, nil }
func (m *memSnapshots) Save(_ context.Context, _ string, _ domain.Position, blob []byte) error {
	m.blob = blob
	return nil
}

func decoded(t testing.TB, r eventstore.Recorded) domain.Event {
	t.Helper()
	e, err := eventstore.Decode(r)
	require.NoError(t, err)
	return e
}

// copy returns a log of the first n events.
func (m *memLog) copy(n int) *memLog {
	c := newMemLog()
	c.all = slices.Clone(m.all[:n])
	for i, e := range c.all {
		c.streams[e.Stream] = append(c.streams[e.Stream], i)
	}
	return c
}
