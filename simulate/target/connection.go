package target

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Connection is one kept-alive connection with one request under way. It is for one goroutine at a time.
//
// It stands in place of an http.Client where requests come by the thousand: that one has two goroutines a connection and
// wakes three for each answer, which on the machine of the target is time that the target does not get.
type Connection struct {
	address Address
	conn    net.Conn
	read    *bufio.Reader
	request []byte
	body    []byte
	used    time.Time
}

// NewConnection returns a connection that is made when it is needed.
func NewConnection(a Address) *Connection {
	return &Connection{address: a, read: bufio.NewReaderSize(nil, 4096), body: make([]byte, 4096)}
}

// Request is what is sent.
type Request struct {
	Path        string // as the API has it
	ContentType string
	Encoding    string // Content-Encoding; empty for none
	Body        []byte
}

// Answer is what came back. Its body is valid until the next request.
type Answer struct {
	Status     int
	RetryAfter time.Duration // 0 where there is none
	Body       []byte        // the first 64 KiB
}

const (
	// idleFor is how long a connection may have rested and still be used: a server that closes it just then would leave
	// the outcome of the next request unknown.
	idleFor   = 20 * time.Second
	bodyLimit = 64 << 10
)

// Post sends a request and reads the answer. With an error nobody knows whether it was received, unless [NotSent] says so,
// and the next request is made on a new connection.
func (c *Connection) Post(ctx context.Context, r Request, within time.Duration) (Answer, error) {
	if c.conn != nil && time.Since(c.used) > idleFor {
		c.Close()
	}
	if c.conn == nil {
		conn, err := c.address.dial(ctx)
		if err != nil {
			return Answer{}, &notSentError{fmt.Errorf("connect to %s: %w", c.address.host, err)}
		}
		c.conn = conn
		c.read.Reset(conn)
	}
	answer, err := c.exchange(ctx, r, within)
	if err != nil {
		c.Close()
		if ctx.Err() != nil {
			err = ctx.Err() // which looks like a timeout
		}
		return Answer{}, fmt.Errorf("ask %s: %w", r.Path, err)
	}
	c.used = time.Now()
	return answer, nil
}

func (c *Connection) exchange(ctx context.Context, r Request, within time.Duration) (Answer, error) {
	if err := c.conn.SetDeadline(time.Now().Add(within)); err != nil {
		return Answer{}, err
	}
	conn := c.conn
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) }) // wakes what waits below
	defer stop()
	c.request = c.write(c.request[:0], r)
	if _, err := c.conn.Write(c.request); err != nil {
		return Answer{}, err
	}
	response, err := http.ReadResponse(c.read, nil)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = response.Body.Close() }() // its end has been read
	body, err := c.readBody(response.Body)
	if err != nil {
		return Answer{}, err
	}
	if response.Close {
		c.Close()
	}
	return Answer{response.StatusCode, retryAfter(response.Header), body}, nil
}

// write appends a request as it goes over the wire.
func (c *Connection) write(b []byte, r Request) []byte {
	b = append(append(append(b, "POST "...), c.address.path...), r.Path...)
	b = append(append(b, " HTTP/1.1\r\nHost: "...), c.address.base.Host...)
	b = append(append(b, "\r\nUser-Agent: fleetbeat-simulate\r\nContent-Type: "...), r.ContentType...)
	if r.Encoding != "" {
		b = append(append(b, "\r\nContent-Encoding: "...), r.Encoding...)
	}
	if c.address.key != "" {
		b = append(append(b, "\r\nAuthorization: Bearer "...), c.address.key...)
	}
	b = strconv.AppendInt(append(b, "\r\nContent-Length: "...), int64(len(r.Body)), 10)
	return append(append(b, "\r\n\r\n"...), r.Body...)
}

// readBody reads a body to its end, or the connection could not be used again, and keeps its beginning.
func (c *Connection) readBody(body io.Reader) ([]byte, error) {
	n := 0
	for {
		if n == len(c.body) {
			if n >= bodyLimit {
				_, err := io.Copy(io.Discard, body)
				return c.body, err
			}
			c.body = append(c.body, make([]byte, len(c.body))...)
		}
		read, err := body.Read(c.body[n:])
		n += read
		if errors.Is(err, io.EOF) {
			return c.body[:n], nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// Close ends the connection. The next request makes a new one.
func (c *Connection) Close() {
	if c.conn != nil {
		_ = c.conn.Close() // what was sent is answered or unknown by now
		c.conn = nil
	}
}

// retryLimit is the longest Retry-After that is believed.
const retryLimit = 5 * time.Minute

// retryAfter reads the header; dates, which Fleetbeat never sends, count as none.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(min(seconds, 1<<20))*time.Second, retryLimit)
}

// notSentError says that nothing was sent.
type notSentError struct{ err error }

func (e *notSentError) Error() string { return e.err.Error() }
func (e *notSentError) Unwrap() error { return e.err }

// NotSent reports whether an error of [Connection.Post] means that the request cannot have been received.
func NotSent(err error) bool {
	var e *notSentError
	return errors.As(err, &e)
}
