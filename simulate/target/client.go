package target

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// Client asks a Fleetbeat one thing at a time. It may be used by many goroutines at once.
type Client struct {
	address Address
	http    *http.Client
}

// NewClient returns a client. Like a [Connection] it asks no proxy: that one's time would be measured as the target's.
func NewClient(a Address) *Client {
	return &Client{address: a, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}}
}

// Close ends the connections that rest.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// StatusError is an answer that is not the one that was hoped for.
type StatusError struct {
	Path       string
	Status     int
	RetryAfter time.Duration
	Body       string // the beginning, or the words of a problem
}

// Error says what was answered.
func (e *StatusError) Error() string {
	return fmt.Sprintf("%s answered %d %s: %s", e.Path, e.Status, http.StatusText(e.Status), strings.TrimSpace(e.Body))
}

// saying returns what an answer says is wrong: of a problem document its words and the first errors, of anything else the
// beginning.
func saying(text []byte) string {
	var problem struct {
		Detail string `json:"detail"`
		Errors []struct {
			Location string `json:"location"`
			Message  string `json:"message"`
		} `json:"errors"`
	}
	if json.Unmarshal(text, &problem) != nil || problem.Detail == "" {
		return string(text[:min(len(text), 2048)])
	}
	said := problem.Detail
	for _, e := range problem.Errors[:min(3, len(problem.Errors))] {
		said += "; " + e.Location + ": " + e.Message
	}
	return said
}

// request makes a request; body nil means GET.
func (c *Client) request(ctx context.Context, path string, body []byte) (*http.Request, error) {
	method, reader := http.MethodGet, io.Reader(http.NoBody)
	if body != nil {
		method, reader = http.MethodPost, bytes.NewReader(body)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.address.String()+path, reader)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", path, err)
	}
	r.Header.Set("User-Agent", "fleetbeat-simulate")
	if c.address.key != "" {
		r.Header.Set("Authorization", "Bearer "+c.address.key)
	}
	return r, nil
}

// ask sends a request and reads the answer into out, unless that is nil. An answer of another status than the 200s is a
// [StatusError].
func (c *Client) ask(r *http.Request, out any) error {
	path := r.URL.Path
	answer, err := c.http.Do(r)
	if err != nil {
		return fmt.Errorf("ask %s: %w", path, err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, 16<<20))
	if err != nil {
		return fmt.Errorf("read the answer of %s: %w", path, err)
	}
	if answer.StatusCode/100 != 2 {
		return &StatusError{path, answer.StatusCode, retryAfter(answer.Header), saying(text)}
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("read the answer of %s: %w", path, err)
	}
	return nil
}

// Get reads the answer to a GET into out.
func (c *Client) Get(ctx context.Context, path string, out any) error {
	r, err := c.request(ctx, path, nil)
	if err != nil {
		return err
	}
	return c.ask(r, out)
}

// Post sends a body and reads the answer into out, unless that is nil.
func (c *Client) Post(ctx context.Context, path, contentType string, body []byte, out any) error {
	r, err := c.request(ctx, path, body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", contentType)
	return c.ask(r, out)
}

// PostJSON sends a value as JSON. An answer of one of the accepted statuses beside the 200s is no error.
func (c *Client) PostJSON(ctx context.Context, path string, value any, accepted ...int) error {
	body, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode the body for %s: %w", path, err)
	}
	err = c.Post(ctx, path, "application/json", body, nil)
	var status *StatusError
	if errors.As(err, &status) {
		for _, s := range accepted {
			if status.Status == s {
				return nil
			}
		}
	}
	return err
}
