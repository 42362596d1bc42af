package esdbtest_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore/eventstoredb/esdbtest"
)

// echo starts a server that gives back each line.
func echo(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(connection, connection) }()
		}
	}()
	return listener.Addr().String()
}

// line is a connection that speaks in lines.
type line struct {
	net.Conn
	in *bufio.Reader
}

func dial(t *testing.T, address string) line {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = connection.Close() })
	return line{connection, bufio.NewReader(connection)}
}

func (l line) say(t *testing.T, text string) {
	t.Helper()
	_, err := fmt.Fprintln(l, text)
	require.NoError(t, err)
}

func (l line) hear(within time.Duration) (string, error) {
	if within > 0 {
		if err := l.SetReadDeadline(time.Now().Add(within)); err != nil {
			return "", err
		}
	}
	return l.in.ReadString('\n')
}

func TestProxy(t *testing.T) {
	t.Parallel()
	const never = 50 * time.Millisecond

	t.Run("passes on what is said, both ways", func(t *testing.T) {
		t.Parallel()
		p := esdbtest.StartProxy(t, echo(t))
		c := dial(t, p.Address())
		c.say(t, "a")
		got, err := c.hear(0)
		require.NoError(t, err)
		assert.Equal(t, "a\n", got)
	})

	t.Run("refusing it cuts and refuses, and listens at the same place again", func(t *testing.T) {
		t.Parallel()
		p := esdbtest.StartProxy(t, echo(t))
		c := dial(t, p.Address())
		c.say(t, "a")
		_, err := c.hear(0)
		require.NoError(t, err)
		p.Refuse()
		_, err = c.hear(0)
		require.Error(t, err)
		_, err = net.Dial("tcp", p.Address())
		require.Error(t, err)
		require.NoError(t, p.Heal())
		c = dial(t, p.Address())
		c.say(t, "b")
		got, err := c.hear(0)
		require.NoError(t, err)
		assert.Equal(t, "b\n", got)
	})

	t.Run("swallowing it is silent, to new connections too, and brings everything later", func(t *testing.T) {
		t.Parallel()
		p := esdbtest.StartProxy(t, echo(t))
		before := dial(t, p.Address())
		p.Swallow()
		after := dial(t, p.Address())
		for _, c := range []line{before, after} {
			c.say(t, "a")
			_, err := c.hear(never)
			require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			require.NoError(t, c.SetReadDeadline(time.Time{}))
		}
		require.NoError(t, p.Heal())
		for _, c := range []line{before, after} {
			got, err := c.hear(0)
			require.NoError(t, err)
			assert.Equal(t, "a\n", got)
		}
	})

	t.Run("lost connections stay silent while new ones pass, until they are cut", func(t *testing.T) {
		t.Parallel()
		p := esdbtest.StartProxy(t, echo(t))
		lost := dial(t, p.Address())
		lost.say(t, "a")
		_, err := lost.hear(0)
		require.NoError(t, err)
		p.Lose()
		lost.say(t, "b")
		found := dial(t, p.Address())
		found.say(t, "c")
		_, err = found.hear(0)
		require.NoError(t, err)
		_, err = lost.hear(never)
		require.ErrorIs(t, err, os.ErrDeadlineExceeded)
		require.NoError(t, lost.SetReadDeadline(time.Time{}))
		p.Cut()
		_, err = lost.hear(0)
		require.Error(t, err)
	})
}
