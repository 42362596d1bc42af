package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// child is the name of the variable that makes the test binary the command itself.
const child = "ESDBTEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(child) != "" {
		if err := run(context.Background(), os.Args[1:], os.Stdout, os.Stderr); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		return
	}
	os.Exit(m.Run())
}

// TestKill kills the process under load, again and again on one file: what was acknowledged is there each time, and nothing twice.
func TestKill(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "log.esdb")
	var mu sync.Mutex
	acknowledged := map[string]bool{}
	for life := range 3 {
		command := exec.CommandContext(t.Context(), os.Args[0], "--listen", "127.0.0.1:0", "--data", file)
		command.Env = append(os.Environ(), child+"=1")
		out, err := command.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, command.Start())
		url, err := bufio.NewReader(out).ReadString('\n')
		require.NoError(t, err)
		c := client(t, strings.TrimSpace(url))
		requireStored(t, c, acknowledged)

		enough := make(chan struct{}, 1)
		var writers sync.WaitGroup
		ctx, cancel := context.WithCancel(t.Context())
		for w := range 4 {
			writers.Go(func() {
				expected := esdb.ExpectedRevision(esdb.NoStream{})
				for i := 0; ctx.Err() == nil; i++ {
					e := esdb.EventData{EventID: uuid.New(), EventType: "a", Data: make([]byte, 1000)}
					got, err := c.AppendToStream(ctx, fmt.Sprintf("life-%d-%d", life, w), esdb.AppendToStreamOptions{ExpectedRevision: expected}, e)
					if err != nil {
						return
					}
					expected = esdb.Revision(got.NextExpectedVersion)
					mu.Lock()
					acknowledged[e.EventID.String()] = true
					mu.Unlock()
					if i == 50 {
						select {
						case enough <- struct{}{}:
						default:
						}
					}
				}
			})
		}
		<-enough
		require.NoError(t, command.Process.Kill())
		require.Error(t, command.Wait())
		cancel()
		writers.Wait()
	}
	url, _, end := started(t, "--data", file)
	requireStored(t, client(t, url), acknowledged)
	require.NoError(t, end())
}

func requireStored(t *testing.T, c *esdb.Client, acknowledged map[string]bool) {
	t.Helper()
	read, err := c.ReadAll(t.Context(), esdb.ReadAllOptions{}, math.MaxInt64)
	require.NoError(t, err)
	defer read.Close()
	stored := map[string]bool{}
	for {
		e, err := read.Recv()
		if err != nil {
			require.ErrorIs(t, err, io.EOF)
			break
		}
		require.False(t, stored[e.Event.EventID.String()], "twice")
		stored[e.Event.EventID.String()] = true
	}
	for id := range acknowledged {
		assert.True(t, stored[id], "lost")
	}
	t.Logf("%d acknowledged, %d stored", len(acknowledged), len(stored))
}
