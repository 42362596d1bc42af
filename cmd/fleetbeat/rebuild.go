package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/schollz/progressbar/v3"

	"fleetbeat/app"
	"fleetbeat/projections"
)

type rebuildCmd struct {
	engineFlags
	View string `arg:"" complete:"fleet,latest,relations,timeline" help:"fleet, latest, relations or timeline."`
	Data string `default:"fleetbeat-data" help:"Folder of the event log and the views." placeholder:"DIR"`
}

// Run has the view folded anew: by the server that owns it, or here where none runs.
func (c rebuildCmd) Run(ctx context.Context, s streams) error {
	engines, err := c.engines()
	if err != nil {
		return err
	}
	bars := watched(s.err)
	bar := progressbar.NewOptions(1000, progressbar.OptionSetWriter(bars), progressbar.OptionSetDescription(c.View),
		progressbar.OptionSetPredictTime(true), progressbar.OptionSetWidth(40))
	var last projections.Progress
	err = app.Rebuild(ctx, engines, c.Data, c.View, slog.New(slog.NewTextHandler(s.err, nil)), func(p projections.Progress) {
		last = p
		_ = bar.Set(int(1000 * p.Fraction())) // a bar that cannot be drawn is no reason to stop
	})
	if err != nil {
		return err
	}
	_ = bar.Finish()
	fmt.Fprintln(bars)
	_, err = fmt.Fprintf(s.out, "%s view built: %d events, %.0f a second\n", c.View, last.Events, last.EventsPerSecond)
	return err
}
