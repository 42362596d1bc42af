package api_test

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fleetbeat/api"
	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/require"
)

// feedSource is a fake of the feed of changes.
type feedSource struct {
	mu      sync.Mutex
	changes []queries.Change
	folded  domain.Position
	moved   chan struct{}
	err     error
	reads   int             // calls of After
	head    domain.Position // the end of the log, where that is known
	waits   []domain.Position
}

func newFeedSource(changes ...queries.Change) *feedSource {
	s := &feedSource{moved: make(chan struct{})}
	s.add(changes...)
	return s
}

// add shows more changes, as a page that was folded.
func (s *feedSource) add(changes ...queries.Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(changes) > 0 {
		s.changes = append(s.changes, changes...)
		s.folded = changes[len(changes)-1].Position
	}
	close(s.moved)
	s.moved = make(chan struct{})
}

// evaluated moves the view on without a change.
func (s *feedSource) evaluated(to domain.Position) {
	s.mu.Lock()
	s.folded = to
	s.mu.Unlock()
	s.add()
}

func (s *feedSource) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func (s *feedSource) read() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads
}

func (s *feedSource) Folded() (domain.Position, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.folded, s.moved
}

// Reached reports that the log has come everywhere, unless its end is known.
func (s *feedSource) Reached(_ context.Context, at domain.Position) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.head.IsZero() {
		return true, nil
	}
	return !s.head.Before(at), s.err
}

func (s *feedSource) Await(_ context.Context, after domain.Position) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if after.IsZero() {
		return nil
	}
	s.waits = append(s.waits, after)
	return s.err
}

func (s *feedSource) After(_ context.Context, after domain.Position, limit int, m queries.ChangeMatcher) ([]queries.Change, domain.Position, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	if s.err != nil {
		return nil, after, s.err
	}
	from, _ := slices.BinarySearchFunc(s.changes, after, func(c queries.Change, p domain.Position) int {
		if c.Position.Compare(p) <= 0 {
			return -1
		}
		return 1
	})
	looked := s.changes[from:min(from+limit, len(s.changes))]
	through := s.folded
	if len(looked) == limit {
		through = looked[limit-1].Position
	}
	if through.Before(after) {
		through = after
	}
	var found []queries.Change
	for _, c := range looked {
		if m.Match(c.VIN, c.Customer.ID, c.Status) {
			found = append(found, c)
		}
	}
	return found, through, nil
}

func (s *feedSource) Tail(_ context.Context, n int) (domain.Position, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n >= len(s.changes) || s.err != nil {
		return domain.Position{}, s.err
	}
	return s.changes[len(s.changes)-1-n].Position, nil
}

// transition returns a change of status at a position.
func transition(n uint64, vin domain.VIN, customer domain.CustomerID, status domain.Status) queries.Change {
	return queries.Change{Position: at(n), Status: status, Transition: queries.Transition{
		VIN: vin, RegistrationNumber: "ABC123", Customer: queries.CustomerRef{ID: customer, Name: "Kalles \"Grus\"\nAB"},
		At: noon(), ProvedAt: noon().Add(time.Second), LastHeartbeat: noon().Add(-time.Minute), StatusBefore: domain.NeverSeen, AfterSeconds: 3600,
	}}
}

// registered returns a change of a vehicle, or of a customer for no VIN.
func registered(n uint64, vin domain.VIN, customer domain.CustomerID) queries.Change {
	return queries.Change{Position: at(n), Transition: queries.Transition{VIN: vin, Customer: queries.CustomerRef{ID: customer}, At: noon()}}
}

// runFeed runs a feed until the test ends and returns the API with it.
func runFeed(t testing.TB, source *feedSource, o api.FeedOptions) (*api.Feed, http.Handler) {
	t.Helper()
	o.LogID = logID
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	feed := api.NewFeed(source, o)
	ended := make(chan struct{})
	go func() { feed.Run(); close(ended) }()
	t.Cleanup(func() { feed.Close(); <-ended })
	d := deps()
	d.Feed = feed
	return feed, api.New(d, api.Options{})
}

// event is a server-sent event as a client sees it.
type event struct{ id, name, data string }

// stream is a client of the stream, over a connection that takes a byte only when it is read.
type stream struct {
	conn  net.Conn
	lines *bufio.Reader
	leave context.CancelFunc
	ended chan bool // whether the answer was cut off
	head  http.Header
}

// newStream reads a stream.
func newStream(body io.Reader) *stream {
	return &stream{lines: bufio.NewReader(body), ended: make(chan bool, 1), head: http.Header{}}
}

// pipe is the server's end of a stream.
type pipe struct {
	net.Conn
	header http.Header
}

func (p *pipe) Header() http.Header { return p.header }
func (p *pipe) WriteHeader(int)     {}
func (p *pipe) FlushError() error   { return nil }

// follow asks for the stream after a position ("" for from now on). It ends with the test.
func follow(t testing.TB, h http.Handler, query, lastID string) *stream {
	t.Helper()
	ctx, leave := context.WithCancel(t.Context())
	r := httptest.NewRequest(http.MethodGet, "/api/v1/changes"+query, nil).WithContext(ctx)
	r.Header.Set("Accept", "text/event-stream")
	if lastID != "" {
		r.Header.Set("Last-Event-ID", lastID)
	}
	ours, theirs := net.Pipe()
	s := newStream(ours)
	s.conn, s.leave = ours, leave
	go func() {
		defer func() {
			s.ended <- recover() != nil
			_ = theirs.Close()
		}()
		h.ServeHTTP(&pipe{theirs, s.head}, r)
	}()
	t.Cleanup(s.close)
	return s
}

// close goes away.
func (s *stream) close() {
	s.leave()
	_ = s.conn.Close()
}

// next returns the next event; false at the end of the stream, whose half events count for nothing.
func (s *stream) next() (e event, ok bool) {
	for {
		line, err := s.lines.ReadString('\n')
		if err != nil {
			return e, false
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch name {
		case "id":
			e.id = value
		case "event":
			e.name = value
		case "data":
			e.data = value
		case "":
			return e, true
		}
	}
}

// take returns the next n events that are not bare ids, and the last id.
func (s *stream) take(t testing.TB, n int) (events []event, id string) {
	t.Helper()
	for bare := 0; len(events) < n; {
		e, ok := s.next()
		require.True(t, ok, "the stream ended after %d events", len(events))
		if id = e.id; e.name != "" {
			events, bare = append(events, e), 0
			continue
		}
		bare++ // in virtual time one could wait for ever
		require.Less(t, bare, 100, "nothing comes after %d events", len(events))
	}
	return events, id
}

// ids returns the positions of events.
func ids(events []event) (all []string) {
	for _, e := range events {
		all = append(all, e.id)
	}
	return all
}

// place returns a position as clients see it.
func place(n uint64) string { return logID[:8] + "." + at(n).String() }

// places returns the positions of changes as clients see them.
func places(changes []queries.Change) (all []string) {
	for _, c := range changes {
		all = append(all, place(c.Position.Commit))
	}
	return all
}
