package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
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
	servers, environment, err := startWhatThereIs(ctx, r.Engines)
	defer func() { err = errors.Join(err, stopAll(servers)) }()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, r.Command[0], r.Command[1:]...)
	cmd.Env = append(os.Environ(), environment...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = commandPatience
	err = cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return commandEnded{exit}
	}
	return err
}

// commandEnded is a command that ran, and ended with another code than 0.
type commandEnded struct{ *exec.ExitError }

// startWhatThereIs starts what can be had of the engines and returns the variables that name them. It says aloud what cannot be had;
// where REQUIRE_ENGINES names that, it is an error. An engine whose URL is in the environment is there already.
func startWhatThereIs(ctx context.Context, names []string) (map[string]*testengines.Server, []string, error) {
	absent, wanted := map[string]error{}, starts{}
	for _, name := range names {
		variable := testengines.Variable(name)
		switch {
		case os.Getenv(variable) != "":
			fmt.Fprintf(os.Stderr, "testengines: %s is the one of %s\n", name, variable)
		case name == testengines.NamePostgres:
			wanted[name] = func(ctx context.Context) (*testengines.Server, error) {
				return testengines.StartPostgres(ctx, testengines.Options{})
			}
		case name == testengines.NameElasticsearch:
			wanted[name] = func(ctx context.Context) (*testengines.Server, error) {
				return testengines.StartElasticsearch(ctx, testengines.Options{ShortLived: true})
			}
		default:
			absent[name] = fmt.Errorf("no real one can be started here; set %s to the URL of one", variable)
		}
	}
	servers, failed := together(ctx, wanted)
	var environment []string
	for name, server := range servers {
		environment = append(environment, testengines.Variable(name)+"="+server.URL())
	}
	var errs []error
	for _, name := range names {
		why := errors.Join(absent[name], failed[name])
		switch {
		case why == nil:
		case testengines.Required(name):
			errs = append(errs, fmt.Errorf("REQUIRE_ENGINES names %s: %w", name, why))
		default:
			fmt.Fprintf(os.Stderr, "SKIPPED: tests of %s: %v\n", name, why)
		}
	}
	return servers, environment, errors.Join(append(errs, ctx.Err())...)
}
