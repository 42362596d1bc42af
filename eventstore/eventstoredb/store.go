package eventstoredb

import (
	"context"
	"log/slog"
	"sync"
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
	// Log is told what the client says of its connection, at debug level; nil means nobody is.
	Log *slog.Logger
}

// Store is the event log in EventStoreDB. It is an [eventstore.Store].
type Store struct {
	client  *esdb.Client
	connect time.Duration
	answer  time.Duration

	life context.Context // ends when Close begins
	end  context.CancelFunc

	mu     sync.Mutex
	closed bool
	gate   *gate          // the attempt to connect that is under way, if one is
	calls  sync.WaitGroup // what Close waits for
	inside sync.WaitGroup // every goroutine that may be in the client, which must not be closed under it
	close  sync.Once
}

var _ eventstore.Store = (*Store)(nil)

// Open returns the log at a connection string, esdb://… or esdb+discover://…. It does not connect: a server that is down is met
// by the first call, as ErrUnavailable. The error says what is wrong with the connection string and never repeats it, as it
// may hold a password.
func Open(connection string, o Options) (*Store, error) {
	config, err := configure(connection, o.Log)
	if err != nil {
		return nil, err
	}
	client, err := esdb.NewClient(config)
	if err != nil {
		return nil, err
	}
	s := &Store{client: client, connect: o.Connect, answer: o.Answer}
	if s.connect == 0 {
		s.connect = 3 * time.Second
	}
	if s.answer == 0 {
		s.answer = 15 * time.Second
	}
	s.life, s.end = context.WithCancel(context.Background())
	return s, nil
}

// enter counts a goroutine into group unless the store is closed.
func (s *Store) enter(group *sync.WaitGroup) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return eventstore.ErrClosed
	}
	group.Add(1)
	return nil
}

// Close waits for appends and other short calls under way and ends reads and subscriptions with ErrClosed. What hangs in the client
// while the server is away is left behind, and the client is closed when it comes back. Closing twice is harmless.
func (s *Store) Close() error {
	s.close.Do(func() {
		s.mu.Lock()
		s.closed = true
		s.mu.Unlock()
		s.end()
		s.calls.Wait()
		left := make(chan struct{})
		go func() {
			s.inside.Wait()
			_ = s.client.Close() // never fails; panics whoever is still inside
			close(left)
		}()
		select {
		case <-left:
		case <-time.After(time.Second):
		}
	})
	return nil
}
