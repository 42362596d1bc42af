package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"fleetbeat/app"
	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/eventstore/sqlite"
)

type logCmd struct {
	eventsFlags
	Data   string `default:"fleetbeat-data" help:"Folder of the event log." placeholder:"DIR"`
	Stream string `help:"Only events of this stream." placeholder:"NAME"`
	From   place  `help:"Only events after this position, as the log or an answer of the API has it." placeholder:"POSITION"`
	JSON   bool   `name:"json" help:"Print JSON: position, stream, revision, type, time, data, metadata."`
	Follow bool   `short:"f" help:"Wait for more."`
}

// place is a position as people paste it: as the log has it, or as answers of the API have it, after the log's id.
type place struct{ domain.Position }

// UnmarshalText reads a position of either form.
func (p *place) UnmarshalText(text []byte) error {
	if _, after, found := bytes.Cut(text, []byte(".")); found {
		text = after
	}
	return p.Position.UnmarshalText(text)
}

// line is an event as --json prints it.
type line struct {
	Position domain.Position     `json:"position"`
	Stream   string              `json:"stream"`
	Revision eventstore.Revision `json:"revision"`
	Type     string              `json:"type"`
	Time     domain.Instant      `json:"time"`
	Data     jsontext.Value      `json:"data"`
	Metadata jsontext.Value      `json:"metadata,omitempty"`
}

// Run prints the log. A file it opens beside the server that writes it.
func (c logCmd) Run(ctx context.Context, s streams) (err error) {
	engine, err := c.engine()
	if err != nil {
		return err
	}
	store, err := app.OpenLog(engine, c.Data, false, sqlite.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() {
		if closed := store.Close(); err == nil {
			err = closed
		}
	}()
	out := bufio.NewWriter(s.out)
	position, err := c.printAll(ctx, store, out)
	if err == nil && c.Follow {
		err = c.follow(ctx, store, position, out)
	}
	if c.Follow && ctx.Err() != nil {
		return nil // that is how following ends
	}
	return err
}

// follow prints what comes after a position, until ctx ends.
func (c logCmd) follow(ctx context.Context, store eventstore.Store, position domain.Position, out *bufio.Writer) error {
	subscription, err := store.Subscribe(ctx, position)
	if err != nil {
		return err
	}
	for {
		delivery, err := subscription.Next(ctx)
		if err != nil {
			return err
		}
		if err := c.printPage(delivery.Page, out); err != nil {
			return err
		}
	}
}

// printAll prints what there is and returns the position it came to.
func (c logCmd) printAll(ctx context.Context, store eventstore.Store, out *bufio.Writer) (domain.Position, error) {
	position := c.From.Position
	if c.Stream != "" && !c.Follow {
		for r, err := range store.ReadStream(ctx, c.Stream, 0, eventstore.Forwards) {
			if err == nil {
				err = c.print(r, out)
			}
			if err != nil {
				return position, err
			}
		}
		return position, out.Flush()
	}
	for page, err := range store.ReadAll(ctx, position) {
		if err == nil {
			err = c.printPage(page, out)
		}
		if err != nil {
			return position, err
		}
		position = page.Last()
	}
	return position, nil
}

func (c logCmd) printPage(page eventstore.Page, out *bufio.Writer) error {
	for r, err := range page.Events() {
		if err == nil {
			err = c.print(r, out)
		}
		if err != nil {
			return err
		}
	}
	return out.Flush()
}

// print prints one event, unless it is not asked for.
func (c logCmd) print(r eventstore.Recorded, out io.Writer) error {
	if c.Stream != "" && r.Stream != c.Stream || !c.From.Before(r.Position) {
		return nil
	}
	if !c.JSON {
		_, err := fmt.Fprintf(out, "%s  %s  %-28s %s@%d  %s\n", r.Position, r.Time.UTC().Format("2006-01-02T15:04:05.000Z"), r.Type, r.Stream, r.Revision, r.Data)
		return err
	}
	encoded, err := json.Marshal(line{r.Position, r.Stream, r.Revision, r.Type, domain.InstantOf(r.Time), r.Data, r.Metadata})
	if err != nil {
		return fmt.Errorf("print event %s: %w", r.Position, err)
	}
	_, err = fmt.Fprintf(out, "%s\n", encoded)
	return err
}
