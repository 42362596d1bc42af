package eventstoredb

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"

	"fleetbeat/eventstore"
)

// configure reads a connection string and sets what must not be left to it.
func configure(connection string, log *slog.Logger) (*esdb.Configuration, error) {
	config, err := esdb.ParseConnectionString(connection)
	switch {
	case err != nil && strings.Contains(connection, "@"):
		// The parser's errors quote what they stumbled over, which may be the password.
		return nil, errors.New("connection string of EventStoreDB: not of the form esdb://user:password@host:port?…")
	case err != nil:
		return nil, fmt.Errorf("connection string of EventStoreDB: %w", err)
	case config.Username != "" && config.DisableTLS:
		// The client would leave them out without a word, and the server would refuse every call.
		return nil, errors.New("connection string of EventStoreDB: user and password are never sent with tls=false; take them out, or use TLS")
	case config.Username != "" && config.Password == "":
		return nil, errors.New("connection string of EventStoreDB: a user without password is never sent")
	case config.NodePreference != esdb.NodePreferenceLeader:
		// A follower may not have what was acknowledged before.
		return nil, errors.New("connection string of EventStoreDB: nodePreference must be leader")
	}
	// At the last attempt the client would close itself for good, with callers waiting in it for ever.
	config.MaxDiscoverAttempts = math.MaxInt32
	config.Logger = func(esdb.LogLevel, string, ...any) {}
	if log != nil {
		config.Logger = func(level esdb.LogLevel, format string, args ...any) {
			log.Debug("eventstoredb client", "level", level, "text", fmt.Sprintf(format, args...))
		}
	}
	return config, nil
}

// gate is one attempt of the client to have a connection, awaited by any number of calls.
type gate struct {
	done chan struct{}
	err  error // set before done is closed
}

// connected waits until the client has a connection. Calls would look for one by themselves, but without regard for their context
// and for as long as it takes; and who waits here knows that nothing was sent.
func (s *Store) connected(ctx context.Context) error {
	g, err := s.attempt()
	if err != nil {
		return err
	}
	timer := time.NewTimer(s.connect)
	defer timer.Stop()
	select {
	case <-g.done:
		return g.err
	case <-ctx.Done():
		return ctx.Err()
	case <-s.life.Done():
		return eventstore.ErrClosed
	case <-timer.C:
		return fmt.Errorf("no connection within %v: %w", s.connect, eventstore.ErrUnavailable)
	}
}

// attempt returns the attempt that is under way, or starts one.
func (s *Store) attempt() (*gate, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, eventstore.ErrClosed
	}
	if s.gate != nil {
		return s.gate, nil
	}
	g := &gate{done: make(chan struct{})}
	s.gate = g
	s.inside.Go(func() {
		version, err := s.client.GetServerVersion() // costs no request where there is a connection
		g.err = usable(version, err)
		s.mu.Lock()
		s.gate = nil
		s.mu.Unlock()
		close(g.done)
	})
	return g, nil
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
