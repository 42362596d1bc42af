package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"time"

	"fleetbeat/internal/testengines"
)

// commandPatience is how long the command may take to end after a signal. Then it is killed.
const commandPatience = 30 * time.Second

type run struct {
	Engines []string `help:"Which engines the command is to find." default:"postgres,elasticsearch,eventstoredb" enum:"postgres,elasticsearch,eventstoredb"`
	Command []string `arg:"" passthrough:"" help:"The command and its arguments, after --."`
}

// Run is what kong calls.
func (r run) Run(ctx context.Context) (err error) {
	if r.Command[0] == "--" {
		r.Command = r.Command[1:]
	}
	if len(r.Command) == 0 {
		return errors.New("no command to run")
	}
	servers, environment, err := startAll(ctx, r.Engines)
	defer func() { err = errors.Join(err, stopAll(servers)) }()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, r.Command[0], r.Command[1:]...)
	cmd.Env = append(os.Environ(), environment...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = commandPatience
	return cmd.Run()
}

// starter returns what starts an engine here, nil for one that cannot be had so.
func starter(name string) func(context.Context, testengines.Options) (*testengines.Server, error) {
	switch name {
	case testengines.NamePostgres:
		return testengines.StartPostgres
	case testengines.NameElasticsearch:
		return testengines.StartElasticsearch
	}
	return nil
}

// startAll starts what can be had of the engines, beside one another, and says aloud what cannot, and where that is an error
// (REQUIRE_ENGINES). An engine whose URL is in the environment is there already.
func startAll(ctx context.Context, names []string) ([]*testengines.Server, []string, error) {
	var (
		mu          sync.Mutex
		work        sync.WaitGroup
		servers     []*testengines.Server
		environment []string
		failed      []error
	)
	absent := func(name string, why error) {
		mu.Lock()
		defer mu.Unlock()
		if testengines.Required(name) {
			failed = append(failed, fmt.Errorf("REQUIRE_ENGINES names %s: %w", name, why))
			return
		}
		fmt.Fprintf(os.Stderr, "SKIPPED: tests of %s: %v\n", name, why)
	}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		variable := testengines.Variable(name)
		if url := os.Getenv(variable); url != "" {
			fmt.Fprintf(os.Stderr, "testengines: %s is the one of %s\n", name, variable)
			continue
		}
		start := starter(name)
		if start == nil {
			absent(name, fmt.Errorf("no real server can be started here; set %s to the URL of one", variable))
			continue
		}
		work.Go(func() {
			began := time.Now()
			server, err := start(ctx, testengines.Options{})
			if err != nil {
				absent(name, err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			servers = append(servers, server)
			environment = append(environment, variable+"="+server.URL())
			fmt.Fprintf(os.Stderr, "testengines: %s at %s, process %d, ready in %.1f s\n", name, server.URL(), server.PID(), time.Since(began).Seconds())
		})
	}
	work.Wait()
	if ctx.Err() != nil {
		failed = append(failed, context.Cause(ctx))
	}
	return servers, environment, errors.Join(failed...)
}

// stopAll stops the engines beside one another.
func stopAll(servers []*testengines.Server) error {
	errs := make([]error, len(servers))
	var work sync.WaitGroup
	for i, server := range servers {
		work.Go(func() { errs[i] = server.Stop() })
	}
	work.Wait()
	return errors.Join(errs...)
}
