package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
)

// client is one kept-open connection that does as little as a client can: it writes requests that were made beforehand,
// and of the answer it reads the status and where it ends. What a client costs is in every figure, so it must be little.
type client struct {
	conn     net.Conn
	requests [][]byte // its own: ping writes ids into them
	pings    int
	buffer   [4096]byte
}

// connect opens n connections, which ctx's end breaks: nothing then waits for an answer any more. It hands over how to
// close them, harmless to call twice.
func connect(ctx context.Context, address string, n int) ([]*client, func(), error) {
	var clients []*client
	breakAll := func() {
		for _, c := range clients {
			_ = c.conn.Close()
		}
	}
	for range n {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err != nil {
			breakAll()
			return nil, nil, fmt.Errorf("connect to the server: %w", err)
		}
		clients = append(clients, &client{conn: conn})
	}
	unwatch := context.AfterFunc(ctx, breakAll)
	return clients, func() { unwatch(); breakAll() }, nil
}

var errAnswer = errors.New("unexpected answer")

const (
	headEnd     = "\r\n\r\n"
	lengthField = "\r\nContent-Length: "
	idField     = `{"id":"`
	idLength    = 12
)

// ping sends the next of its requests, with an id that none before had on this connection.
func (c *client) ping() error {
	c.pings++
	request := c.requests[c.pings%len(c.requests)]
	if at := bytes.Index(request, []byte(idField)); at >= 0 {
		count(request[at+len(idField):][:idLength], c.pings)
	}
	_, err := c.do(request)
	return err
}

// count writes n into digits.
func count(digits []byte, n int) {
	for i := len(digits) - 1; i >= 0; i-- {
		digits[i] = byte('0' + n%10)
		n /= 10
	}
}

// do sends a request and returns the body of its answer, which is good until the next one.
func (c *client) do(request []byte) ([]byte, error) {
	if _, err := c.conn.Write(request); err != nil {
		return nil, fmt.Errorf("send a request: %w", err)
	}
	for n := 0; ; {
		if n == len(c.buffer) {
			return nil, fmt.Errorf("%w: longer than %d bytes", errAnswer, n)
		}
		read, err := c.conn.Read(c.buffer[n:])
		if err != nil {
			return nil, fmt.Errorf("read an answer: %w", err)
		}
		n += read
		head := bytes.Index(c.buffer[:n], []byte(headEnd))
		if head < 0 {
			continue
		}
		if head < len("HTTP/1.1 200") || c.buffer[len("HTTP/1.1 ")] != '2' {
			return nil, fmt.Errorf("%w: %q", errAnswer, c.buffer[:n])
		}
		if body := head + len(headEnd); n >= body+contentLength(c.buffer[:head]) {
			return c.buffer[body:n], nil
		}
	}
}

// contentLength returns the length that a head gives; 0 where it gives none.
func contentLength(head []byte) (n int) {
	_, after, found := bytes.Cut(head, []byte(lengthField))
	if !found {
		return 0
	}
	for _, digit := range after {
		if digit < '0' || digit > '9' {
			break
		}
		n = 10*n + int(digit-'0')
	}
	return n
}
