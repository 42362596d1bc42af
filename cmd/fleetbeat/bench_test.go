package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/bench"
)

// actAsFleetbeat makes the binary of these tests the program that they test: bench starts itself again.
const actAsFleetbeat = "ACT_AS_FLEETBEAT"

func TestMain(m *testing.M) {
	if os.Getenv(actAsFleetbeat) != "" {
		main()
	}
	if err := os.Setenv(actAsFleetbeat, "1"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// tiny is a run of a few seconds against real servers.
func tiny() bench.Size {
	return bench.Size{
		Rounds: 1, Vehicles: 200, Pings: 500, Lines: 500, Rebuilt: 100, Watched: 600, Brief: time.Second, Watch: 200 * time.Millisecond,
		Questions: 5, Appends: 8, Connections: 8,
	}
}

func TestBenchMeasuresRealServers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var out, said bytes.Buffer
	require.NoError(t, benchCmd{JSON: true, Data: dir}.measure(t.Context(), streams{&out, &said}, tiny()), said.String())
	var report bench.Report
	require.NoError(t, json.Unmarshal(out.Bytes(), &report))
	require.Len(t, report.Rows, len(bench.Rows()))
	for _, r := range report.Rows {
		assert.Positive(t, r.Measured.Median, r.Name)
		if r.Against != "" {
			assert.Positive(t, r.Ratio.Median, r.Name)
		}
	}
	assertEmpty(t, dir)
}

func assertEmpty(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)
}

// cutting cancels when a text passes.
type cutting struct {
	at     string
	cancel context.CancelFunc
}

func (c cutting) Write(p []byte) (int, error) {
	if strings.Contains(string(p), c.at) {
		c.cancel()
	}
	return len(p), nil
}

func TestBenchThatIsInterrupted(t *testing.T) {
	t.Parallel()
	t.Run("prints the rows it has and leaves nothing behind", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		dir := t.TempDir()
		var out bytes.Buffer
		cmd := benchCmd{Data: dir, Rows: []string{"rebuild", "memory"}}
		err := cmd.measure(ctx, streams{&out, cutting{"vehicles written", cancel}}, tiny())
		require.ErrorIs(t, err, context.Canceled)
		assert.Contains(t, out.String(), "rebuild of the fleet view")
		assert.Contains(t, out.String(), "cut short")
		assertEmpty(t, dir)
	})
	t.Run("before it has a row prints no table", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		dir := t.TempDir()
		var out bytes.Buffer
		err := benchCmd{Data: dir, Rows: []string{"memory"}}.measure(ctx, streams{&out, cutting{"a server is ready", cancel}}, tiny())
		require.ErrorIs(t, err, context.Canceled)
		assert.Empty(t, out.String())
		assertEmpty(t, dir)
	})
}

func TestBenchOnTheCommandLine(t *testing.T) {
	t.Parallel()
	asked := func(args ...string) (code int, stdout, stderr string) {
		var out, err bytes.Buffer
		code = run(t.Context(), append([]string{"bench"}, args...), &out, &err)
		return code, out.String(), err.String()
	}
	t.Run("--list names every row and what is wanted of it", func(t *testing.T) {
		t.Parallel()
		code, out, _ := asked("--list")
		assert.Zero(t, code)
		assert.Equal(t, len(bench.Rows()), strings.Count(out, "\n"))
		assert.Contains(t, out, "ping-full ")
		assert.Contains(t, out, "≤ 600 MB at 1,000,000 vehicles")
		assert.Contains(t, out, "for information")
	})
	for name, args := range map[string][]string{
		"a row that there is none of":   {"speed"},
		"no rounds that could be taken": {"--rounds", "-1"},
		"too small a fleet":             {"--vehicles", "3"},
		"two formats at once":           {"--json", "--markdown"},
	} {
		t.Run(name+" is the asker's mistake", func(t *testing.T) {
			t.Parallel()
			code, out, err := asked(args...)
			assert.Equal(t, 2, code)
			assert.Empty(t, out)
			assert.NotEmpty(t, err)
		})
	}
	t.Run("the size follows the flags", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, bench.Default(), benchCmd{}.size())
		assert.Equal(t, bench.Quick(), benchCmd{Quick: true}.size())
		assert.Equal(t, 1_000_000, benchCmd{Full: true}.size().Watched)
		small := benchCmd{Vehicles: 300, Rounds: 2}.size()
		assert.Equal(t, []int{300, 300, 2}, []int{small.Vehicles, small.Watched, small.Rounds}, "nobody who asks for few waits for many")
	})
	t.Run("a table for the README is asked for by a flag", func(t *testing.T) {
		t.Parallel()
		var out bytes.Buffer
		report := bench.Report{Rows: []bench.Result{{What: "a row", Unit: bench.Pings}}}
		require.NoError(t, benchCmd{Markdown: true}.print(report, &out))
		assert.Contains(t, out.String(), "| a row | 0 pings/s |")
	})
}

func TestChildren(t *testing.T) {
	t.Parallel()
	t.Run("take nothing of the environment that is a flag", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, []string{"PATH=/bin", "A_FLEETBEAT_X=1"}, withoutOurs([]string{"PATH=/bin", "FLEETBEAT_LISTEN=:80", "A_FLEETBEAT_X=1", "FLEETBEAT_EVENTS=esdb://production"}))
	})
	t.Run("stop when they are told to, and again harmlessly", func(t *testing.T) {
		t.Parallel()
		s, err := children{}.ServeNothing(t.Context())
		require.NoError(t, err)
		assert.Positive(t, s.PID())
		assert.Contains(t, s.Addr(), "127.0.0.1:")
		require.NoError(t, s.Stop())
		require.NoError(t, s.Stop())
		assert.True(t, s.(*child).command.ProcessState.Exited())
	})
	t.Run("that cannot start say why", func(t *testing.T) {
		t.Parallel()
		file := filepath.Join(t.TempDir(), "file")
		require.NoError(t, os.WriteFile(file, nil, 0o600))
		_, err := children{}.Serve(t.Context(), file)
		require.ErrorContains(t, err, "ended before it listened")
		assert.Contains(t, err.Error(), "make the data folder")
	})
	t.Run("that end badly are an error", func(t *testing.T) {
		t.Parallel()
		s, err := children{}.ServeNothing(t.Context())
		require.NoError(t, err)
		require.NoError(t, s.(*child).command.Process.Kill())
		<-s.(*child).ended
		require.ErrorContains(t, s.Stop(), "killed")
	})
	t.Run("that say nothing are not waited for longer than the run", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := startChild(ctx, func(string) (string, bool) { return "", false }, "serve-nothing")
		require.ErrorIs(t, err, context.Canceled)
	})
	t.Run("are remembered by their last lines", func(t *testing.T) {
		t.Parallel()
		var said tail
		for _, line := range strings.Fields("a b c d e f g") {
			said.add(line)
		}
		assert.Equal(t, "c\nd\ne\nf\ng", said.String())
	})
	t.Run("that say a line without end are read on, or they would wait for ever", func(t *testing.T) {
		t.Parallel()
		c := &child{said: &tail{}, ended: make(chan struct{})}
		out, in := io.Pipe()
		go c.watch(out, func(string) (string, bool) { return "", false }, nil)
		for range 40 {
			_, err := in.Write(bytes.Repeat([]byte("x"), 4096))
			require.NoError(t, err)
		}
		require.NoError(t, in.Close())
		<-c.ended
	})
}
