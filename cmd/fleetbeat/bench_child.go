package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"fleetbeat/app"
	"fleetbeat/bench"
)

// children start this same program again: what is measured is what people run, and its memory is its own.
type children struct{}

// Serve serves a folder, as `fleetbeat serve` does.
func (children) Serve(ctx context.Context, data string) (bench.Server, error) {
	return startChild(ctx, func(line string) (string, bool) {
		var said struct{ Msg, Address string }
		err := json.Unmarshal([]byte(line), &said)
		return said.Address, err == nil && said.Msg == "fleetbeat serves"
	}, "serve", "--listen", "127.0.0.1:0", "--data", data, "--log-format", "json")
}

// ServeNothing serves what the pings are compared with.
func (children) ServeNothing(ctx context.Context) (bench.Server, error) {
	return startChild(ctx, func(line string) (string, bool) { return line, true }, "serve-nothing")
}

// child is a process of this program.
type child struct {
	command *exec.Cmd
	address string
	said    *tail
	ended   chan struct{}
	stop    sync.Once
	failed  error
}

// startChild starts this program and waits for the line that tells its address. The environment's FLEETBEAT_… would change
// what is measured, and could point it at somebody's production: they are left out. It is in a process group of its own, so
// that Ctrl-C reaches the parent alone, which then stops its children in order.
func startChild(ctx context.Context, addressIn func(line string) (string, bool), args ...string) (*child, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	c := &child{command: exec.Command(path, args...), said: &tail{}, ended: make(chan struct{})}
	c.command.Env = withoutOurs(os.Environ())
	c.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, in, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start a server: %w", err)
	}
	c.command.Stdout, c.command.Stderr = in, in
	err = c.command.Start()
	_ = in.Close() // the child has its own
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start a server: %w", err), out.Close())
	}
	addresses := make(chan string, 1)
	go c.watch(out, addressIn, addresses)
	select {
	case c.address = <-addresses:
		return c, nil
	case <-c.ended:
		return nil, fmt.Errorf("start %q: it ended before it listened: %s", args[0], c.said)
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), c.Stop())
	}
}

// watch reads what the process says until it has ended.
func (c *child) watch(out io.ReadCloser, addressIn func(line string) (string, bool), addresses chan<- string) {
	defer close(c.ended)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		c.said.add(lines.Text())
		if address, ok := addressIn(lines.Text()); ok {
			select {
			case addresses <- address:
			default:
			}
		}
	}
	_, _ = io.Copy(io.Discard, out) // a line too long to read would block whoever says it
	_ = out.Close()
	if c.command != nil {
		_ = c.command.Wait() // how it ended is in its ProcessState
	}
}

// Addr returns host:port.
func (c *child) Addr() string { return c.address }

// PID returns the id of the process.
func (c *child) PID() int { return c.command.Process.Pid }

// Stop asks the process to end and waits. One that takes longer than a stop may take is killed, which is an error.
func (c *child) Stop() error {
	c.stop.Do(func() {
		_ = c.command.Process.Signal(syscall.SIGTERM) // os.ErrProcessDone otherwise
		patience := time.NewTimer(2 * app.StopTimeout)
		defer patience.Stop()
		select {
		case <-c.ended:
		case <-patience.C:
			_ = c.command.Process.Kill()
			<-c.ended
		}
		if !c.command.ProcessState.Success() {
			c.failed = fmt.Errorf("stop %q: %s: %s", c.command.Args[1], c.command.ProcessState, c.said)
		}
	})
	return c.failed
}

// withoutOurs returns an environment without the variables that are flags of this program.
func withoutOurs(environment []string) (rest []string) {
	for _, variable := range environment {
		if !strings.HasPrefix(variable, "FLEETBEAT_") {
			rest = append(rest, variable)
		}
	}
	return rest
}

// tailLines is how much of what a process said is kept.
const tailLines = 5

// tail is the last lines that a process said.
type tail struct {
	mu    sync.Mutex
	lines []string
}

func (t *tail) add(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.lines = append(t.lines, line); len(t.lines) > tailLines {
		t.lines = t.lines[1:]
	}
}

// String returns them, the oldest first.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.lines, "\n")
}
