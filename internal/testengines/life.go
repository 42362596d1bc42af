package testengines

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

const (
	startPatience = 4 * time.Minute       // for one start of an engine, on a busy machine
	busyPatience  = 20 * time.Second      // until another port is tried, or what a killed engine left is gone
	gonePatience  = 5 * time.Second       // until nothing is left of a life that has ended
	lookAgain     = 50 * time.Millisecond // while we wait for a process
	tailOfLog     = 2000                  // bytes of its log in an error
)

// errBusy is a start that may succeed a moment later: somebody has the port, or processes of the former life are still there.
var errBusy = errors.New("what it needs is in use")

// program is how a life begins, and how it is asked to end.
type program struct {
	cmd  *exec.Cmd
	stop syscall.Signal
}

// life is one process of an engine, from its start to its end.
type life struct {
	cmd   *exec.Cmd
	pid   int // the engine's own, which may be a child of the one we started
	stops syscall.Signal
	ended chan struct{}
	err   error // how it ended; read it after ended
}

// begin starts one life and waits until it answers. Whatever is in use is tried again: on another port if none is given.
func (s *Server) begin(ctx context.Context) (*life, error) {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	giveUp := time.Now().Add(busyPatience)
	for {
		port, err := s.port, error(nil)
		if port == 0 {
			port, err = freePort()
		}
		if err != nil {
			return nil, err
		}
		l, err := s.try(ctx, port)
		if err == nil {
			s.port = port
			return l, nil
		}
		if !errors.Is(err, errBusy) || time.Now().After(giveUp) || pause(ctx) != nil {
			return nil, err
		}
	}
}

// try begins one life on a port.
func (s *Server) try(ctx context.Context, port int) (*life, error) {
	p, err := s.engine.prepare(ctx, s.dir, port)
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(s.LogFile(), os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the engine has its own
	before, err := log.Stat()
	if err != nil {
		return nil, err
	}
	l := &life{cmd: p.cmd, stops: p.stop, ended: make(chan struct{})}
	l.cmd.Stdout, l.cmd.Stderr = log, log
	if err := l.cmd.Start(); err != nil {
		return nil, err
	}
	s.guard.watch(l.cmd.Process.Pid)
	go func() {
		defer close(l.ended)
		l.err = l.cmd.Wait()
	}()
	if err := l.waitReady(ctx, s.engine, s.dir, port); err != nil {
		l.kill()
		s.guard.watch(0)
		said := make([]byte, tailOfLog)
		after, _ := log.Stat() // of a file that is open
		n, _ := log.ReadAt(said, max(before.Size(), after.Size()-tailOfLog))
		return nil, explain(err, string(said[:n]))
	}
	return l, nil
}

// explain adds what the engine printed to why it did not start.
func explain(err error, said string) error {
	lower := strings.ToLower(said)
	for _, busy := range []string{"address already in use", "failed to bind", "bindexception", "pre-existing shared memory block", "is still in use", "node lock"} {
		if strings.Contains(lower, busy) {
			err = fmt.Errorf("%w: %w", errBusy, err)
			break
		}
	}
	return fmt.Errorf("%w; it said: %s", err, strings.TrimSpace(said))
}

// waitReady waits until the engine answers and learns its own process id.
func (l *life) waitReady(ctx context.Context, e engine, dir string, port int) error {
	for {
		pid, err := e.ready(ctx, dir, port, l)
		if err == nil {
			l.pid = pid
			return nil
		}
		if l.hasEnded() {
			return fmt.Errorf("it ended before it was ready: %w", errors.Join(l.err, err))
		}
		if pauseErr := pause(ctx); pauseErr != nil {
			return fmt.Errorf("it is not ready: %w", errors.Join(pauseErr, err))
		}
	}
}

func (l *life) hasEnded() bool {
	select {
	case <-l.ended:
		return true
	default:
		return false
	}
}

// kill ends the whole group. What has ended already cannot be found, which is as well.
func (l *life) kill() {
	if !l.hasEnded() {
		_ = syscall.Kill(-l.cmd.Process.Pid, syscall.SIGKILL)
	}
	<-l.ended
	l.waitGone()
}

// waitGone waits for what the engine started itself, whose end is told to the system alone. It waits no longer than a system takes
// that does its part: one that does not leaves a name without a process.
func (l *life) waitGone() {
	ctx, cancel := context.WithTimeout(context.Background(), gonePatience)
	defer cancel()
	for syscall.Kill(-l.cmd.Process.Pid, 0) == nil && pause(ctx) == nil {
	}
}

// stop asks the engine to end and kills it when it does not.
func (l *life) stop(patience time.Duration) error {
	if l.hasEnded() {
		return nil
	}
	_ = syscall.Kill(l.pid, l.stops) // it may have ended by now
	select {
	case <-l.ended:
		l.waitGone()
		return nil
	case <-time.After(patience):
		l.kill()
		return fmt.Errorf("it did not end within %v of signal %q, and was killed", patience, l.stops)
	}
}

// pause waits a moment, or less if the context ends.
func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(lookAgain):
		return nil
	}
}
