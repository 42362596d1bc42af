package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// notes is what the command says, safe to read while it runs.
type notes struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (n *notes) Write(b []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.Write(b)
}

func (n *notes) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.String()
}

// started runs the command and returns its connection string, what it says and a function that ends it.
func started(t *testing.T, args ...string) (url string, said *notes, end func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	read, write := io.Pipe()
	said, ended := &notes{}, make(chan error, 1)
	go func() { ended <- run(ctx, append([]string{"--listen", "127.0.0.1:0"}, args...), write, said) }()
	url, err := bufio.NewReader(read).ReadString('\n')
	require.NoError(t, err)
	return strings.TrimSpace(url), said, func() error {
		cancel()
		return <-ended
	}
}

func client(t *testing.T, url string) *esdb.Client {
	t.Helper()
	config, err := esdb.ParseConnectionString(url)
	require.NoError(t, err)
	config.Logger = esdb.NoopLogging()
	c, err := esdb.NewClient(config)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

func TestRun(t *testing.T) {
	t.Parallel()

	t.Run("with --data what was appended is there after a restart", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "log.esdb")
		url, said, end := started(t, "--data", file)
		e := esdb.EventData{EventID: uuid.New(), EventType: "a", Data: []byte("x")}
		first, err := client(t, url).AppendToStream(t.Context(), "s", esdb.AppendToStreamOptions{ExpectedRevision: esdb.NoStream{}}, e)
		require.NoError(t, err)
		require.NoError(t, end())
		assert.Empty(t, said.String())

		url, _, end = started(t, "--data", file, "--version", "23.10.1", "--scavenge-every", "1ms")
		c := client(t, url)
		again, err := c.AppendToStream(t.Context(), "s", esdb.AppendToStreamOptions{ExpectedRevision: esdb.NoStream{}}, e)
		require.NoError(t, err)
		assert.Equal(t, first, again)
		version, err := c.GetServerVersion()
		require.NoError(t, err)
		assert.Equal(t, esdb.ServerVersion{Major: 23, Minor: 10, Patch: 1}, *version)
		require.NoError(t, end())
	})

	t.Run("without --data it says aloud that everything will be lost", func(t *testing.T) {
		t.Parallel()
		_, said, end := started(t)
		require.NoError(t, end())
		assert.Contains(t, said.String(), "IN MEMORY ONLY")
	})

	t.Run("what cannot be is refused", func(t *testing.T) {
		t.Parallel()
		for _, args := range [][]string{{"--listen", "nowhere:x"}, {"--data", t.TempDir()}, {"more"}, {"--scavenge-every", "-1s"}, {"--unknown"}} {
			args = append([]string{"--listen", "127.0.0.1:0"}, args...)
			require.Error(t, run(t.Context(), args, io.Discard, io.Discard), "%q", args)
		}
	})
}
