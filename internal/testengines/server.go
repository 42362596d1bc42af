package testengines

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// stopPatience is how long an engine may take to stop in order. Then it is killed.
const stopPatience = 30 * time.Second

// Options say where an engine keeps its files and listens.
type Options struct {
	// Dir is the engine's own folder, made if need be, and kept: the next engine on it finds the data. Empty is a temporary one,
	// which is removed in the end. The engine's user must be able to enter it.
	Dir string
	// ShortLived is an Elasticsearch for minutes of tests: its start takes half the processor time (10 s in place of 20), and it is
	// never compiled to its full speed, so measure nothing on it.
	ShortLived bool
	// Port is the port on 127.0.0.1. 0 is a free one.
	Port int
}

// Server is an engine that was started. Its methods may be called by several goroutines; they wait for one another.
type Server struct {
	engine engine
	dir    string
	guard  *guard

	mu      sync.Mutex
	port    int
	life    *life // nil before the first
	stopped bool
}

// engine is what one kind of engine knows of itself.
type engine interface {
	name() string
	account() account
	// prepare makes what the folder lacks and returns the program of one life. The engine listens on the port from then on.
	prepare(ctx context.Context, dir string, port int) (program, error)
	// ready returns the engine's own process id once it answers, and an error as long as it does not.
	ready(ctx context.Context, dir string, port int, l *life) (int, error)
	url(port int) string
	// crash is the signal by which the guard ends it.
	crash() string
}

// start makes the folder and begins the first life. On an error nothing is left.
func start(ctx context.Context, e engine, o Options) (*Server, error) {
	s, err := newServer(e, o)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", e.name(), err)
	}
	if err := s.Restart(ctx); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

func newServer(e engine, o Options) (*Server, error) {
	dir, temporary := o.Dir, ""
	if dir == "" {
		made, err := os.MkdirTemp("", "fleetbeat-"+e.name()+"-")
		if err != nil {
			return nil, err
		}
		dir, temporary = made, made
	}
	g, err := newGuard(e.crash(), temporary)
	if err != nil {
		return nil, err
	}
	s := &Server{engine: e, guard: g, port: o.Port}
	if s.dir, err = ownFolder(e.account(), dir); err != nil {
		return nil, errors.Join(err, g.release())
	}
	return s, nil
}

// ownFolder makes the folder and lets the user in.
func ownFolder(a account, dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	if a.switches {
		if err := os.Chown(dir, a.uid, a.gid); err != nil {
			return "", err
		}
	}
	return dir, a.canEnter(dir)
}

// Name returns the engine's name.
func (s *Server) Name() string { return s.engine.name() }

// URL returns where the engine listens. It stays the same over restarts.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.engine.url(s.port)
}

// PID returns the id of the engine's own process, whose end is the engine's. 0 if it is not running.
func (s *Server) PID() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.life == nil || s.life.hasEnded() {
		return 0
	}
	return s.life.pid
}

// LogFile returns the path of what the engine printed in all its lives.
func (s *Server) LogFile() string { return filepath.Join(s.dir, s.engine.name()+".log") }

// Ended is closed when the engine's present life is over, whoever ended it.
func (s *Server) Ended() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.life.ended
}

// Restart begins another life on the same port and data, and returns when the engine answers. One that is still running is killed
// first. It fails when the context ends before.
func (s *Server) Restart(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return fmt.Errorf("start %s: it was stopped for good", s.engine.name())
	}
	s.kill()
	began, err := s.begin(ctx)
	if err != nil {
		return fmt.Errorf("start %s: %w", s.engine.name(), err)
	}
	s.life = began
	return nil
}

// Kill ends the engine at once and without a word, as a crash does, and returns when it is gone. Killing one that has ended is
// harmless.
func (s *Server) Kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kill()
}

func (s *Server) kill() {
	if s.life != nil {
		s.life.kill()
		s.guard.watch(0)
	}
}

// Stop ends the engine in order and removes its folder if that is temporary. Only the first call does anything.
func (s *Server) Stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return nil
	}
	s.stopped = true
	var err error
	if s.life != nil {
		err = s.life.stop(stopPatience)
		s.guard.watch(0)
	}
	if err = errors.Join(err, s.guard.release()); err != nil {
		return fmt.Errorf("stop %s: %w", s.engine.name(), err)
	}
	return nil
}
