package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/go-json-experiment/json"

	"fleetbeat/domain"
	"fleetbeat/simulate"
	"fleetbeat/simulate/truth"
)

type simulateCmd struct {
	Run     simulateRunCmd     `cmd:"" default:"withargs" help:"Play a fleet: register it, let it ping, measure what comes of it. The default."`
	Classic simulateClassicCmd `cmd:"" help:"Have the classic fleet of 3 customers and 7 vehicles ping a server, until ^C."`
	Check   simulateCheckCmd   `cmd:"" help:"Compare a truth file with what its target told; exits with 1 where something is not explained."`
}

type simulateRunCmd struct {
	target
	asJSON
	Vehicles        int           `default:"1000" help:"How many vehicles."`
	Customers       int           `help:"How many customers; one for each 200 vehicles, at most 500, unless given."`
	Seed            uint64        `default:"1" help:"The same seed plays the same fleet with the same troubles."`
	Interval        time.Duration `help:"Time between two heartbeats of a vehicle; what the target's settings say unless given."`
	Duration        time.Duration `help:"How long to play; until ^C unless given."`
	Outages         float64       `default:"0.05" help:"Share of the vehicles that now and then are silent, for half a timeout to four." placeholder:"SHARE"`
	Holes           float64       `default:"0.05" help:"Share that drive through coverage holes and upload the heartbeats they kept." placeholder:"SHARE"`
	BadClocks       float64       `default:"0.05" help:"Share whose clock is off by minutes to years, steps, or stands still." placeholder:"SHARE"`
	Duplicates      float64       `default:"0.05" help:"Share that send every third heartbeat twice." placeholder:"SHARE"`
	MassOutageEvery time.Duration `default:"2m" help:"How often all vehicles of one of the largest customers are silent together; 0 is never."`
	Truth           string        `help:"Write down what was played, and check the target by it at the end." placeholder:"FILE"`
	Tolerance       time.Duration `default:"250ms" help:"How far the target's clock may differ from this machine's in the check."`
	Proof           time.Duration `default:"0s" help:"How much later than a deadline the target may find it out in the check: a silence that ends before is no transition. Of several nodes a slow one takes up to 5s."`
	Connections     int           `help:"Connections for single heartbeats; 64 to 1024, as many as the fleet needs, unless given."`
	Rate            int           `help:"At most so many single heartbeats a second; what is planned beyond is late." placeholder:"N"`
}

// Run plays until the duration is over or a signal comes, and prints the report.
func (c simulateRunCmd) Run(ctx context.Context, s streams) error {
	key, err := c.key()
	if err != nil {
		return err
	}
	options := simulate.Options{
		Target: c.Target, Key: key, Vehicles: c.Vehicles, Customers: c.Customers, Seed: c.Seed, Interval: c.Interval, Duration: c.Duration,
		Outages: c.Outages, Holes: c.Holes, BadClocks: c.BadClocks, Duplicates: c.Duplicates, MassOutageEvery: c.MassOutageEvery,
		Connections: c.Connections, Rate: c.Rate, Truth: c.Truth, Tolerance: c.Tolerance, Proof: c.Proof, Progress: s.err, Live: isTerminal(s.err),
	}
	if err := options.Check(); err != nil {
		return domain.InvalidField("simulate", "%s", err)
	}
	report, err := simulate.Run(ctx, options)
	if report.Run == "" {
		return err // nothing was played
	}
	if printed := c.print(s.out, report, report.Write); printed != nil {
		return errors.Join(err, printed)
	}
	if err == nil && report.Check != nil {
		err = verdict(report.Check)
	}
	return err
}

type simulateCheckCmd struct {
	target
	asJSON
	Truth string `required:"" help:"The file that the run wrote." placeholder:"FILE"`
}

// Run checks, and prints what it found.
func (c simulateCheckCmd) Run(ctx context.Context, s streams) error {
	key, err := c.key()
	if err != nil {
		return err
	}
	findings, err := simulate.Check(ctx, c.Target, key, c.Truth)
	if err != nil {
		return err
	}
	if err := c.print(s.out, findings, findings.Write); err != nil {
		return err
	}
	return verdict(&findings)
}

type simulateClassicCmd struct{ target }

// Run waits for the target and plays until a signal comes.
func (c simulateClassicCmd) Run(ctx context.Context, s streams) error {
	key, err := c.key()
	if err != nil {
		return err
	}
	err = simulate.ClassicAt(ctx, c.Target, key, slog.New(slog.NewTextHandler(s.err, nil)))
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// verdict is the error that makes a run with unexplained transitions exit with 1.
func verdict(f *truth.Findings) error {
	if f.Count == 0 {
		return nil
	}
	return fmt.Errorf("the truth does not explain what the target told: %d findings", f.Count)
}

// asJSON is for subcommands that print a report.
type asJSON struct {
	JSON bool `name:"json" help:"Print the report as JSON."`
}

// print prints a value as JSON, or in words.
func (f asJSON) print(out io.Writer, value any, words func(io.Writer) error) error {
	if !f.JSON {
		return words(out)
	}
	encoded, err := json.Marshal(value)
	if err == nil {
		_, err = fmt.Fprintf(out, "%s\n", encoded)
	}
	return err
}

// watched returns where a bar is drawn: nowhere unless somebody watches. In a mail from cron it would be a thousand lines.
func watched(w io.Writer) io.Writer {
	if isTerminal(w) {
		return w
	}
	return io.Discard
}

// isTerminal reports whether somebody watches: a file or a pipe wants no line that is written over and over.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
