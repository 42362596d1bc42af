// Command fleetbeat is Fleetbeat: the server, the demo fleet, and the tools that look into a data folder. It translates
// flags, environment and signals; package app owns the process.
package main

//go:generate sh -c "go run . reference >../../docs/flags.md"

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"fleetbeat/domain"
)

// cli is the command line; its tags are its help.
type cli struct {
	Serve      serveCmd      `cmd:"" help:"Serve: everything from one folder, on embedded engines, or a role on engines that others share."`
	Demo       demoCmd       `cmd:"" help:"Serve, with the classic fleet of 3 customers and 7 vehicles pinging over HTTP."`
	Keys       keysCmd       `cmd:"" help:"Make, list and revoke API keys, of a folder or of a server."`
	Health     healthCmd     `cmd:"" help:"Ask the server of this machine whether it is well: 0 or 1, for health checks."`
	Import     importCmd     `cmd:"" help:"Import a CSV file of customers and vehicles into a running server: all of it or nothing."`
	Log        logCmd        `cmd:"" help:"Print the events of a data folder, one a line, also while it is served."`
	Rebuild    rebuildCmd    `cmd:"" help:"Fold a view from the log anew: fleet, latest, relations or timeline."`
	Backup     backupCmd     `cmd:"" help:"Copy the event log of a data folder to a file, also while it is served; views are not needed, they are folded from it."`
	Restore    restoreCmd    `cmd:"" help:"Copy a backup of the event log into a new data folder."`
	Simulate   simulateCmd   `cmd:"" help:"Play a fleet of any size, with outages, coverage holes and bad clocks, against any target."`
	Bench      benchCmd      `cmd:"" help:"Measure what Fleetbeat promises on this machine, each row with its floor, in about five minutes."`
	Nothing    nothingCmd    `cmd:"" name:"serve-nothing" hidden:"" help:"Answer 204 to everything: what bench compares with."`
	Completion completionCmd `cmd:"" help:"Print a script that makes a shell complete subcommands, flags and their values."`
	Complete   completeCmd   `cmd:"" hidden:"" help:"Print what the last word may become: what the scripts of completion ask."`
	Reference  referenceCmd  `cmd:"" hidden:"" help:"Print docs/flags.md."`
	Version    versionCmd    `cmd:"" help:"Print which build this is."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run does what args say and returns the exit code: 0, 1 for what failed or was interrupted, 2 for what was asked wrongly.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	exit := -1
	parser, err := newParser(kong.Writers(stdout, stderr), kong.Exit(func(code int) { exit = code }))
	if err != nil {
		fmt.Fprintln(stderr, "fleetbeat:", err)
		return 1
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if exit >= 0 {
		return exit // --help
	}
	if err != nil {
		fmt.Fprintln(stderr, "fleetbeat:", err)
		return 2
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	parsed.Bind(streams{stdout, stderr}, parser)
	err = parsed.Run()
	var asked *domain.Error
	switch {
	case err == nil:
		return 0
	case errors.Is(err, context.Canceled) && ctx.Err() != nil: // 0 would tell a script that there is a backup
		fmt.Fprintln(stderr, "fleetbeat: interrupted before it was done")
		return 1
	case errors.As(err, &asked) && asked.Kind == domain.Invalid:
		for _, f := range asked.Fields {
			fmt.Fprintf(stderr, "fleetbeat: %s: %s\n", f.Field, f.Message)
		}
		return 2
	}
	fmt.Fprintln(stderr, "fleetbeat:", err)
	return 1
}

// streams are where a command prints: answers to out, everything else to err.
type streams struct{ out, err io.Writer }

// newParser returns the command line, as tests and the reference walk it too.
func newParser(options ...kong.Option) (*kong.Kong, error) {
	return kong.New(&cli{}, append(options, kong.Name("fleetbeat"),
		kong.Description("Fleetbeat tells which vehicles are in contact and which have gone silent."),
		kong.DefaultEnvars("FLEETBEAT"), kong.ConfigureHelp(kong.HelpOptions{WrapUpperBound: 100, NoExpandSubcommands: true}))...)
}
