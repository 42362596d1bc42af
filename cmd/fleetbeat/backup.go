package main

import (
	"context"
	"fmt"
	"io"

	"github.com/schollz/progressbar/v3"

	"fleetbeat/app"
)

// copyFlags are shared by backup and restore.
type copyFlags struct {
	Rate byteSize `default:"64MiB" help:"How much is copied a second at most, so that whoever else needs the disk gets it; 0: as much as can be (${default})." placeholder:"SIZE"`
}

type backupCmd struct {
	To      string `arg:"" help:"File to write; it must not be there." placeholder:"FILE"`
	Data    string `default:"fleetbeat-data" help:"Folder of the event log." placeholder:"DIR"`
	Compact bool   `help:"Leave out the room that expired heartbeats have left: a restored log is then as small as can be. Without progress and --rate."`
	copyFlags
}

// Run copies the event log to a file.
func (c backupCmd) Run(ctx context.Context, s streams) error {
	bars := watched(s.err)
	options := c.options(bars)
	options.Compact = c.Compact
	copied, err := app.Backup(ctx, c.Data, c.To, options)
	fmt.Fprintln(bars) // below the bar
	if err != nil {
		return err
	}
	return report(s.out, "backed up to", c.To, copied)
}

type restoreCmd struct {
	From string `arg:"" help:"File that backup wrote." placeholder:"FILE"`
	Data string `default:"fleetbeat-data" help:"Folder to restore to: empty, or made if it is not there." placeholder:"DIR"`
	copyFlags
}

// Run copies a backup into a new data folder.
func (c restoreCmd) Run(ctx context.Context, s streams) error {
	bars := watched(s.err)
	copied, err := app.Restore(ctx, c.From, c.Data, c.options(bars))
	fmt.Fprintln(bars) // below the bar
	if err != nil {
		return err
	}
	if err := report(s.out, "restored to", c.Data, copied); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "fleetbeat serve --data %s folds the views from it\n", c.Data)
	return err
}

// report says what was copied; that it was read whole is what makes it worth saying.
func report(out io.Writer, what, where string, c app.Copied) error {
	_, err := fmt.Fprintf(out, "%s %s: log %s, %d events up to position %s, %d bytes, read whole and found sound\n",
		what, where, c.LogID, c.Events, c.Head, c.Bytes)
	return err
}

// options draws a bar for the copy and one for the check to w.
func (f copyFlags) options(w io.Writer) app.CopyOptions {
	still := progressbar.OptionSetSpinnerChangeInterval(0) // else a goroutine draws too, and races with who counts
	copying := progressbar.NewOptions64(-1, still, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription("copy"),
		progressbar.OptionShowBytes(true), progressbar.OptionSetPredictTime(true), progressbar.OptionSetWidth(40))
	checking := progressbar.NewOptions64(-1, still, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription("check, events"),
		progressbar.OptionSetWidth(40))
	finished := false
	return app.CopyOptions{
		Rate: int64(f.Rate),
		Copied: func(done, total int64) { // a bar that cannot be drawn is no reason to stop
			copying.ChangeMax64(total)
			_ = copying.Set64(done)
		},
		Checked: func(events int64) {
			if !finished {
				finished = true
				_, _ = fmt.Fprintln(w)
			}
			_ = checking.Set64(events)
		},
	}
}
