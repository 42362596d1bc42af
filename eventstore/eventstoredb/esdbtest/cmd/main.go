// Command cmd runs esdbtest as a process: an EventStoreDB for machines that have none, so that the whole product can run, be
// killed and started again on the log of a cluster.
//
// It is a likeness for trying and testing and no database: see the package comment of esdbtest for what it does not model. It
// knows nothing of Fleetbeat. `make engines` and people at a terminal start it:
//
//	go run ./eventstore/eventstoredb/esdbtest/cmd --listen 127.0.0.1:2113 --data /tmp/log.esdb
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"fleetbeat/eventstore/eventstoredb/esdbtest"
)

func main() {
	debug.SetGCPercent(30) // the whole log is in memory and little of it is garbage: no need to keep as much room again
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "esdbtest:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends. The connection string is the first line of out; everything else is told on notes.
func run(ctx context.Context, args []string, out, notes io.Writer) error {
	flags := flag.NewFlagSet("esdbtest", flag.ContinueOnError)
	flags.SetOutput(notes)
	var o esdbtest.Options
	flags.StringVar(&o.Listen, "listen", "127.0.0.1:2113", "`address` to listen on; port 0 takes a free one")
	flags.StringVar(&o.Data, "data", "", "`file` that keeps the log, synced before any append is answered; without it the log is in memory")
	flags.StringVar(&o.Version, "version", "", "`version` that the server says it is (24.10.5)")
	every := flags.Duration("scavenge-every", 0, "how often what has expired is removed from memory; 0 is never")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || *every < 0 {
		return fmt.Errorf("arguments %q: --help says what there is", args)
	}
	server, err := esdbtest.New(o)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, server.URL())
	switch {
	case o.Data == "":
		fmt.Fprintln(notes, "esdbtest: IN MEMORY ONLY: everything is lost when this process ends; --data FILE keeps it")
	case server.Cut() > 0:
		fmt.Fprintf(notes, "esdbtest: cut %d bytes of unfinished appends off the end of %s\n", server.Cut(), o.Data)
	}
	return serve(ctx, server, *every, notes)
}

// serve waits for the end, and scavenges meanwhile.
func serve(ctx context.Context, server *esdbtest.Server, every time.Duration, notes io.Writer) error {
	var scavenge <-chan time.Time
	if every > 0 {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		scavenge = ticker.C
	}
	for {
		select {
		case <-scavenge:
			if err := server.Scavenge(); err != nil {
				fmt.Fprintln(notes, "esdbtest: scavenge:", err)
			}
		case <-ctx.Done():
			return server.Close()
		}
	}
}
