package target

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/go-json-experiment/json"
)

// Transition is a change of a vehicle's status, as the feed tells it.
type Transition struct {
	Position      string    `json:"-"`
	Status        string    `json:"-"` // what it became: connected or disconnected
	VIN           string    `json:"vin"`
	At            time.Time `json:"at"`
	LastHeartbeat time.Time `json:"lastHeartbeat"`
}

// retryFeed is how long is waited before a feed that broke off is asked for again.
const retryFeed = 500 * time.Millisecond

// Follow calls each with every transition after a position, until it returns false or ctx ends; that is no error. Where
// the feed breaks off it is resumed, without a transition lost or told twice. The error is a [StatusError] that will not
// go away by itself, or an event that cannot be read.
func (c *Client) Follow(ctx context.Context, after string, each func(Transition) bool) error {
	f := &feed{client: c, after: after, each: each}
	for {
		err := f.once(ctx)
		var status *StatusError
		switch {
		case f.done || ctx.Err() != nil:
			return nil
		case errors.As(err, &status) && status.Status/100 == 4 && status.Status != http.StatusTooManyRequests:
			return err
		case errors.Is(err, errUnreadable):
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(retryFeed):
		}
	}
}

type feed struct {
	client *Client
	after  string
	each   func(Transition) bool
	done   bool
}

var errUnreadable = errors.New("an event of the feed cannot be read")

// once follows the feed until it breaks off.
func (f *feed) once(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r, err := f.client.request(ctx, "/api/v1/changes", nil)
	if err != nil {
		return err
	}
	r.Header.Set("Accept", "text/event-stream")
	if f.after != "" {
		r.Header.Set("Last-Event-ID", f.after)
	}
	answer, err := f.client.http.Do(r)
	if err != nil {
		return fmt.Errorf("follow the feed of changes: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(answer.Body, 2048)) // the status says enough
		return &StatusError{r.URL.Path, answer.StatusCode, retryAfter(answer.Header), saying(text)}
	}
	return f.read(bufio.NewReaderSize(answer.Body, 64<<10))
}

// read reads events. Fleetbeat sends each of their fields on one line.
func (f *feed) read(lines *bufio.Reader) error {
	var id, event string
	var data []byte
	for {
		line, err := lines.ReadSlice('\n')
		if err != nil {
			return fmt.Errorf("follow the feed of changes: %w", err)
		}
		line = bytes.TrimRight(line, "\r\n")
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(name) {
		case "id":
			id = string(value)
		case "event":
			event = string(value)
		case "data":
			data = append(data[:0], value...)
		case "":
			if len(line) > 0 {
				continue // a comment
			}
			if err := f.tell(id, event, data); err != nil || f.done {
				return err
			}
			event, data = "", data[:0]
		}
	}
}

// tell tells an event that has come whole.
func (f *feed) tell(id, event string, data []byte) error {
	if event == "connected" || event == "disconnected" {
		t := Transition{Position: id, Status: event}
		if err := json.Unmarshal(data, &t); err != nil {
			return fmt.Errorf("%w: %s %q: %w", errUnreadable, event, data, err)
		}
		f.done = !f.each(t)
	}
	if id != "" {
		f.after = id
	}
	return nil
}
