package eventstoredb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"fleetbeat/eventstore"
)

// link is one client with its one connection. It is used until the connection is doubtful and never repaired: the client would
// forget the old connection without closing it, look for a new one on the goroutine of whichever call comes next, and not look for
// one at all where only reads and subscriptions fail. The fields are guarded by the mutex of the Store.
type link struct {
	client  *esdb.Client
	inside  int   // goroutines that may be in the client, which must not be closed under them
	retired bool  // no call begins on it any more; the last that leaves closes the client
	ready   bool  // it has a connection to a server that will do
	gate    *gate // the attempt to connect that is under way, if one is

	feeds map[*feed]bool // reads and subscriptions: they may wait for ever on a dead connection

	heard atomic.Int64 // when something came from the server, in nanoseconds since 1970
}

const (
	// silence is how long nothing may come while something is waited for. gRPC's own pings find a dead connection too, in 15 s; but a
	// node whose batches are not stored for 10 s is left out by the others.
	silence = 5 * time.Second
	// brief is how long a call has to have waited to prove anything.
	brief = 500 * time.Millisecond
)

// errSilent is why reads and subscriptions end on a connection that is taken for dead.
var errSilent = errors.New("nothing comes from the server any more")

// gate is one attempt of a client to have a connection, awaited by any number of calls.
type gate struct {
	done chan struct{}
	err  error // set before done is closed
}

// connected waits until there is a link with a connection and enters it: the caller leaves. Calls would look for a connection by
// themselves, but without regard for their context and for as long as it takes; and who waits here knows that nothing was sent.
func (s *Store) connected(ctx context.Context) (*link, error) {
	var timeout <-chan time.Time
	for {
		l, g, err := s.attempt()
		if err != nil || g == nil {
			return l, err
		}
		if timeout == nil {
			timer := time.NewTimer(s.connect)
			defer timer.Stop()
			timeout = timer.C
		}
		select {
		case <-g.done:
			if g.err != nil {
				return nil, g.err
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-s.life.Done():
			return nil, eventstore.ErrClosed
		case <-timeout:
			return nil, s.unconnected()
		}
	}
}

// unconnected is the error of having no connection, with what the client said last: a certificate that is not trusted looks like a server
// that is down.
func (s *Store) unconnected() error {
	why := "nobody answers"
	if text := s.reason.Load(); text != nil {
		why = *text
	}
	return fmt.Errorf("no connection within %v (%s): %w", s.connect, why, eventstore.ErrUnavailable)
}

// attempt enters the link of the day if it is ready; else it returns the attempt to connect that is under way, or starts one.
func (s *Store) attempt() (*link, *gate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, nil, eventstore.ErrClosed
	}
	if s.link == nil {
		client, err := esdb.NewClient(s.config) // never connects, and cannot fail where it did not in Open
		if err != nil {
			return nil, nil, fmt.Errorf("connect: %w: %w", err, eventstore.ErrUnavailable)
		}
		s.link = &link{client: client, feeds: map[*feed]bool{}}
	}
	l := s.link
	if l.ready {
		s.enter(l)
		return l, nil, nil
	}
	if l.gate == nil {
		l.gate = &gate{done: make(chan struct{})}
		s.enter(l)
		go s.try(l, l.gate)
	}
	return l, l.gate, nil
}

// try asks a link's client for a connection.
func (s *Store) try(l *link, g *gate) {
	version, err := guarded(l.client.GetServerVersion)
	g.err = usable(version, err)
	s.mu.Lock()
	l.ready, l.gate = g.err == nil, nil
	s.mu.Unlock()
	if g.err != nil {
		s.retire(l)
	} else {
		l.hears()
		s.reason.Store(nil)
	}
	s.leave(l)
	close(g.done)
}

// enter counts a goroutine into a link; the caller holds the lock.
func (s *Store) enter(l *link) {
	l.inside++
	s.inside.Add(1)
}

// leave counts a goroutine out of a link.
func (s *Store) leave(l *link) {
	s.mu.Lock()
	l.inside--
	last := l.retired && l.inside == 0
	s.mu.Unlock()
	if last {
		l.close()
	}
	s.inside.Done()
}

// retire lets no further call begin on a link: the next one begins with a connection of its own.
func (s *Store) retire(l *link) {
	s.mu.Lock()
	empty := !l.retired && l.inside == 0
	l.retired = true
	if s.link == l {
		s.link = nil
	}
	s.mu.Unlock()
	if empty {
		l.close()
	}
}

// close ends a link that nobody is in.
func (l *link) close() {
	_ = l.client.Close() // never fails; panics whoever is still inside
}

// hears notes that the server lives.
func (l *link) hears() { l.heard.Store(time.Now().UnixNano()) }

// doubt is told that a call that began at some moment ended without an answer. Where nothing else came either for long enough, the
// connection is taken for dead.
func (s *Store) doubt(l *link, began time.Time) {
	if time.Since(began) < brief || time.Since(time.Unix(0, l.heard.Load())) < silence {
		return
	}
	s.retire(l)
	s.mu.Lock()
	defer s.mu.Unlock()
	for f := range l.feeds {
		f.quit(errSilent)
	}
}

// keep notes or forgets a feed of a link.
func (s *Store) keep(l *link, f *feed, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if on {
		l.feeds[f] = true
	} else {
		delete(l.feeds, f)
	}
}

// learn looks at what a call on a link came to, and does what it says of the link.
func (s *Store) learn(l *link, err error) {
	switch {
	case err == nil:
		l.hears()
	case code(err) == esdb.ErrorCodeNotLeader: // the client goes to the leader it was told of, and the next calls wait for it
		s.mu.Lock()
		l.ready = false
		s.mu.Unlock()
	case lost(err):
		s.retire(l)
	}
}

// lost reports whether err leaves a doubt about the connection that it came by.
func lost(err error) bool {
	var e *esdb.Error
	byClient := errors.As(err, &e)
	switch {
	case status.Code(cause(err)) == codes.Unavailable:
		return true
	case byClient && e.Code() == esdb.ErrorCodeConnectionClosed:
		return true
	}
	return byClient && errors.Is(e.Err(), io.EOF) // an append that could not be sent to its end; reads end with EOF as they should
}

// usable says what is wrong with the server that was found, if anything is.
func usable(v *esdb.ServerVersion, err error) error {
	switch {
	case err != nil:
		return fmt.Errorf("connect: %w: %w", err, eventstore.ErrUnavailable)
	case v.Major < 23 || (v.Major == 23 && v.Minor < 10):
		// It never says that a subscription has caught up, and readers of types would wait for ever.
		return fmt.Errorf("the server is EventStoreDB %d.%d, and 23.10 or later is needed: %w", v.Major, v.Minor, eventstore.ErrUnavailable)
	}
	return nil
}
