package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"

	"fleetbeat/app"
	"fleetbeat/bench"
	"fleetbeat/projections"
)

type benchCmd struct {
	Rows     []string `arg:"" name:"row" optional:"" complete:"rows" help:"Rows to measure; all unless some are named. --list names them."`
	List     bool     `help:"List the rows and what is wanted of them, and measure nothing."`
	Quick    bool     `help:"Less of everything, in less than a minute. Targets of larger fleets are not judged."`
	Full     bool     `help:"Watch as many vehicles as --vehicles ping each minute, not a tenth of them."`
	Vehicles int      `help:"Vehicles of the fleet that is searched: 1000000, with --quick 20000." placeholder:"N"`
	Rounds   int      `help:"Rounds of each row and its floor, in turns: 5, with --quick 3." placeholder:"N"`
	JSON     bool     `name:"json" xor:"format" help:"Print JSON: machine, sizes, and of each row every round."`
	Markdown bool     `xor:"format" help:"Print the table as the README has it."`
	Data     string   `help:"Folder in which the run makes a folder of its own, and removes it; by default the system's for temporary files. It should be on the disk that is meant." placeholder:"DIR"`
}

// Run measures and prints the table. Where it is cut short, it prints what there is.
func (c benchCmd) Run(ctx context.Context, s streams) error {
	if c.List {
		return c.list(s.out)
	}
	return c.measure(ctx, s, c.size())
}

func (c benchCmd) size() bench.Size {
	size := bench.Default()
	if c.Quick {
		size = bench.Quick()
	}
	if c.Vehicles != 0 {
		size.Vehicles = c.Vehicles
		size.Watched = min(size.Watched, c.Vehicles)
	}
	if c.Full {
		size.Watched = size.Vehicles
	}
	if c.Rounds != 0 {
		size.Rounds = c.Rounds
	}
	return size
}

func (c benchCmd) measure(ctx context.Context, s streams, size bench.Size) error {
	report, err := bench.Run(ctx, bench.Options{
		Fleetbeat: children{}, Rows: c.Rows, Size: size, Dir: c.Data, Progress: s.err, Version: thisBuild().Version,
	})
	if err != nil && len(report.Rows) == 0 {
		return err
	}
	if printed := c.print(report, s.out); err == nil {
		err = printed
	}
	return err
}

func (c benchCmd) print(report bench.Report, out io.Writer) error {
	switch {
	case c.JSON:
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		return encoder.Encode(report)
	case c.Markdown:
		return report.WriteMarkdown(out)
	}
	return report.WriteText(out)
}

func (c benchCmd) list(out io.Writer) error {
	for _, r := range bench.Rows() {
		wanted := r.Want.Text(r.Unit)
		if wanted == "" {
			wanted = "for information"
		}
		if _, err := fmt.Fprintf(out, "%-17s %s: %s\n", r.Name, r.What, wanted); err != nil {
			return err
		}
	}
	return nil
}

// Rebuild folds the fleet view of a folder anew.
func (children) Rebuild(ctx context.Context, data string) error {
	return app.Rebuild(ctx, app.Engines{}, data, projections.Fleet().Name, slog.New(slog.DiscardHandler), func(projections.Progress) {})
}

// nothingCmd is what `bench` starts to measure a server that does nothing.
type nothingCmd struct{}

// Run serves until a signal comes.
func (nothingCmd) Run(ctx context.Context, s streams) error { return bench.ServeNothing(ctx, s.out) }
