// Command cmd starts the engines of package testengines: around another command (`make test`), or to work with (`make engines`).
//
//	go run ./internal/testengines/cmd run -- go test ./projections/...
//	go run ./internal/testengines/cmd serve --data DIR
//	go run ./internal/testengines/cmd restart --data DIR postgres
//
// It only starts, says where, and stops: what the engines are is known to package testengines, and what they are for to those who
// read the variables. Nobody imports it.
package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

type commands struct {
	Serve   serve   `cmd:"" help:"Start all engines, print the line that uses them, and stay until Ctrl-C."`
	Restart restart `cmd:"" help:"Start an engine of a running serve again, on its port and data. One that still runs is killed first."`
	Share   share   `cmd:"" help:"Print the flags of a Fleetbeat of its own on the engines of a run, keep what they name until standard input ends, and remove it."`
	Run     run     `cmd:"" help:"Start engines, run a command with their URLs in its environment, stop them, and exit as it did."`
}

func main() {
	var c commands
	k := kong.Parse(&c, kong.Name("testengines"), kong.Description("Real engines for tests, without Docker."))
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // nohup means to stay
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	go endWithParent(ctx, stop, os.Getppid())
	k.BindTo(ctx, (*context.Context)(nil))
	err := k.Run()
	stop()
	var ended commandEnded
	if errors.As(err, &ended) {
		os.Exit(max(ended.ExitCode(), 1)) // it said itself what is wrong; -1 is a signal
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
