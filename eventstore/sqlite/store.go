package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"zombiezen.com/go/sqlite"

	"fleetbeat/eventstore"
	file "fleetbeat/internal/sqlite"
)

// Options says how a log is opened. The zero Options are right for a server.
type Options struct {
	// ReadOnly opens a log that is there, beside the process that writes it. Appends fail with ErrUnavailable;
	// subscriptions look every Poll whether there is more.
	ReadOnly bool
	// Poll is how often a ReadOnly store looks; 0 means 200 ms.
	Poll time.Duration
	// Sweep is how often expired events are deleted; 0 means every minute, less than 0 never by itself.
	Sweep time.Duration
	// Readers is how many may read at once; 0 means 4.
	Readers int
	// Now is the clock that stamps events and lets them expire; nil means time.Now.
	Now func() time.Time
	// Log is told of sweeps that went wrong; nil means nobody is.
	Log *slog.Logger
}

// pageSize is that of a new file, in bytes. Batches want large pages (fewer reads and writes), the empty batches of a
// quiet fleet small ones (each append writes three or four); 8 KiB was the fastest of both.
const pageSize = 8192

// Store is the event log in a SQLite file. It is an [eventstore.Store]. One process writes a file; a second one that did
// would break no promise, but subscriptions would not see its events before their own process appends.
type Store struct {
	db    *file.DB
	names names
	hub   hub
	now   func() time.Time
	log   *slog.Logger

	requests chan *request // to the writer; unbuffered: what was handed over is answered
	closing  chan struct{} // closed when Close begins
	work     sync.WaitGroup
	close    sync.Once
	closeErr error
}

var _ eventstore.Store = (*Store)(nil)

// Open opens the log at path, and makes it if it is not there. The error says so where the file is no event log, was made
// by a newer version, or (ReadOnly) is not there (fs.ErrNotExist).
func Open(path string, o Options) (*Store, error) {
	s := &Store{
		now: o.Now, log: o.Log, hub: hub{subscriptions: map[*subscription]struct{}{}},
		requests: make(chan *request), closing: make(chan struct{}),
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	var err error
	s.db, err = file.Open(path, file.Options{
		ApplicationID: applicationID, Migrations: migrations(), Synchronous: file.Full, ReadOnly: o.ReadOnly, Readers: o.Readers, PageSize: pageSize,
	})
	if err != nil {
		return nil, openError(err)
	}
	if o.ReadOnly {
		s.every(o.Poll, 200*time.Millisecond, s.poll())
		return s, nil
	}
	w := &writer{store: s}
	s.work.Go(w.run)
	s.every(o.Sweep, time.Minute, s.sweepAndLog)
	return s, nil
}

func openError(err error) error {
	switch {
	case errors.Is(err, file.ErrForeign), errors.Is(err, file.ErrNewer):
		return fmt.Errorf("not an event log of this version: %w", err)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("no event log: %w", err)
	}
	return fault("open event log", err)
}

// every runs f each d (normally, if d is 0; never, if less) until the store closes.
func (s *Store) every(d, normally time.Duration, f func()) {
	if d < 0 {
		return
	}
	if d == 0 {
		d = normally
	}
	s.work.Go(func() {
		ticker := time.NewTicker(d)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				f()
			case <-s.closing:
				return
			}
		}
	})
}

// poll returns what a ReadOnly store does regularly: it wakes the subscriptions when the log has grown. An error is left
// to them: they meet it when they read.
func (s *Store) poll() func() {
	var seen eventstore.Position
	return func() {
		head, err := s.Head(context.Background())
		if err != nil || head != seen {
			s.hub.publish(nil)
		}
		seen = head
	}
}

// Head returns the position of the last event.
func (s *Store) Head(ctx context.Context) (eventstore.Position, error) {
	var last int64
	err := s.db.Read(ctx, func(conn *sqlite.Conn) (err error) {
		last, err = lastPosition(conn)
		return err
	})
	if err != nil {
		return eventstore.Position{}, fault("read the head", err)
	}
	return at(last), nil
}

// lastPosition returns the position of the log's last event; 0 where there is none.
func lastPosition(conn *sqlite.Conn) (last int64, err error) {
	err = query(conn, `SELECT position + count - 1 FROM appends ORDER BY position DESC LIMIT 1`, nil, func(stmt *sqlite.Stmt) error {
		last = stmt.ColumnInt64(0)
		return nil
	})
	return last, err
}

// Close waits for appends and reads under way and ends all subscriptions. Closing twice is harmless.
func (s *Store) Close() error {
	s.close.Do(func() {
		close(s.closing)
		s.work.Wait()
		s.hub.close()
		if err := s.db.Close(); err != nil {
			s.closeErr = fault("close event log", err)
		}
	})
	return s.closeErr
}

func (s *Store) isClosed() bool {
	select {
	case <-s.closing:
		return true
	default:
		return false
	}
}

// at returns the position that a row's number stands for.
func at(n int64) eventstore.Position {
	return eventstore.Position{Commit: uint64(n), Prepare: uint64(n)}
}
