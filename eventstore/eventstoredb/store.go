package eventstoredb

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"

	"fleetbeat/eventstore"
)

// Options says how a log is opened. The zero Options are right for a server.
type Options struct {
	// Connect is how long a call waits for a connection before it says ErrUnavailable; 0 means 3 s.
	Connect time.Duration
	// Answer is how long a call waits for its answer when the connection is there; 0 means 15 s. The client itself gives an
	// append up after 10 s (defaultDeadline in the connection string).
	Answer time.Duration
	// Credentials are for servers that ask for them, where the connection string names no user. They need TLS.
	Credentials Credentials
	// Log is told what the client says of its connection, at debug level; nil means nobody is.
	Log *slog.Logger
}

// Store is the event log in EventStoreDB. It is an [eventstore.Store].
type Store struct {
	config  *esdb.Configuration
	connect time.Duration
	answer  time.Duration

	reason atomic.Pointer[string] // why the client found no server the last time

	life context.Context // ends when Close begins
	end  context.CancelFunc

	mu     sync.Mutex
	closed bool
	link   *link          // where calls go, nil until one comes
	calls  sync.WaitGroup // what Close waits for
	inside sync.WaitGroup // every goroutine that may be in a client
	close  sync.Once
}

var _ eventstore.Store = (*Store)(nil)

// Open returns the log at a connection string, esdb://… or esdb+discover://…. It does not connect: a server that is down is met
// by the first call, as ErrUnavailable. The error says what is wrong with the connection string and never repeats it, as it
// may hold a password.
func Open(connection string, o Options) (*Store, error) {
	s := &Store{connect: o.Connect, answer: o.Answer}
	var err error
	if s.config, err = configure(connection, o, func(text string) { s.reason.Store(&text) }); err != nil {
		return nil, err
	}
	if s.connect == 0 {
		s.connect = 3 * time.Second
	}
	if s.answer == 0 {
		s.answer = 15 * time.Second
	}
	s.life, s.end = context.WithCancel(context.Background())
	return s, nil
}

// begin counts a call that Close waits for.
func (s *Store) begin() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return eventstore.ErrClosed
	}
	s.calls.Add(1)
	return nil
}

// Close waits for appends and other short calls under way and ends reads and subscriptions with ErrClosed. What hangs in the client
// while the server is away is left behind, and the client is closed when it comes back. Closing twice is harmless.
func (s *Store) Close() error {
	s.close.Do(func() {
		s.mu.Lock()
		s.closed = true
		l := s.link
		s.mu.Unlock()
		s.end()
		s.calls.Wait()
		if l != nil {
			s.retire(l)
		}
		left := make(chan struct{})
		go func() {
			s.inside.Wait()
			close(left)
		}()
		select {
		case <-left:
		case <-time.After(time.Second):
		}
	})
	return nil
}
