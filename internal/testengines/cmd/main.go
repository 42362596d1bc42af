// Command cmd starts the engines of package testengines around another command, as `make test` does.
//
//	go run ./internal/testengines/cmd run -- go test ./projections/...
//
// It only starts, says where, and stops: what the engines are is known to package testengines, and what they are for to those who
// read the variables. Nobody imports it.
package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

type commands struct {
	Run run `cmd:"" help:"Start engines, run a command with their URLs in its environment, stop them, and exit as it did."`
}

func main() {
	var c commands
	k := kong.Parse(&c, kong.Name("testengines"), kong.Description("Real engines for tests, without Docker."), kong.UsageOnError())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go endWithParent(ctx, stop, os.Getppid())
	k.BindTo(ctx, (*context.Context)(nil))
	err := k.Run()
	stop()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		os.Exit(max(exit.ExitCode(), 1)) // it said itself what is wrong; -1 is a signal
	}
	k.FatalIfErrorf(err)
}

// endWithParent stops all when whoever started us is gone, make for one: nobody would.
func endWithParent(ctx context.Context, stop func(), parent int) {
	look := time.NewTicker(500 * time.Millisecond)
	defer look.Stop()
	for os.Getppid() == parent {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
	stop()
}
