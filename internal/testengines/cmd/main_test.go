package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/internal/testengines"
)

// child is the name of the variable that makes the test binary the command itself.
const child = "TESTENGINES_CHILD"

// patience is how long a test waits for what only a broken command misses.
const patience = 2 * time.Minute

func TestMain(m *testing.M) {
	if os.Getenv(child) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// process is the command as a process of its own.
type process struct {
	t              *testing.T
	cmd            *exec.Cmd
	stdout, stderr *printed
	ended          chan struct{}
}

// printed is what a process printed so far.
type printed struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *printed) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *printed) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// begin starts the command with variables, and none of those that name engines. What is left of it ends with the test.
func begin(t *testing.T, environment []string, args ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(os.Args[0], args...), stdout: &printed{}, stderr: &printed{}, ended: make(chan struct{})}
	p.cmd.Env = append(append(os.Environ(), child+"=1", "REQUIRE_ENGINES=", "POSTGRES_TEST_URL=", "ELASTICSEARCH_TEST_URL=", "ESDB_TEST_URL="),
		environment...)
	p.cmd.Stdout, p.cmd.Stderr = p.stdout, p.stderr
	require.NoError(t, p.cmd.Start())
	go func() {
		defer close(p.ended)
		_ = p.cmd.Wait() // how it ended is in its ProcessState
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // os.ErrProcessDone otherwise
		<-p.ended
		if t.Failed() {
			t.Logf("testengines %v said:\n%s%s", args, p.stdout, p.stderr)
		}
	})
	return p
}

// code waits for the end and returns the exit code.
func (p *process) code() int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		require.Fail(p.t, "it does not end")
	}
	return p.cmd.ProcessState.ExitCode()
}

// wait waits until something is printed.
func (p *process) wait(in *printed, pattern string) []string {
	p.t.Helper()
	compiled := regexp.MustCompile(pattern)
	var found []string
	require.Eventually(p.t, func() bool {
		found = compiled.FindStringSubmatch(in.String())
		select {
		case <-p.ended:
			return true
		default:
			return found != nil
		}
	}, patience, 20*time.Millisecond, "it never says %q", pattern)
	require.NotNil(p.t, found, "it ended and never said %q", pattern)
	return found
}

// pid returns the process id that is said of an engine.
func (p *process) pid(said string) int {
	p.t.Helper()
	id, err := strconv.Atoi(p.wait(p.stderr, said)[1])
	require.NoError(p.t, err)
	return id
}

func gone(pid int) bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

func TestRun(t *testing.T) {
	t.Parallel()
	t.Run("the command finds the engine, its exit code is kept, and the engine is gone then", func(t *testing.T) {
		t.Parallel()
		p := begin(t, nil, "run", "--engines", "postgres", "--", "sh", "-c", `echo "at $POSTGRES_TEST_URL"; [ -n "$POSTGRES_TEST_URL" ] || exit 8; exit 7`)
		code := p.code()
		if code == 8 && !testengines.Required(testengines.NamePostgres) {
			assert.Contains(t, p.stderr.String(), "SKIPPED: tests of postgres: ")
			t.Skip(p.stderr.String())
		}
		assert.Equal(t, 7, code)
		assert.Regexp(t, `^at postgres://fleetbeat@127\.0\.0\.1:\d+/fleetbeat\?sslmode=disable\n$`, p.stdout.String())
		assert.True(t, gone(p.pid(`postgres is process (\d+)`)))
	})
	t.Run("an engine that is there already is not started", func(t *testing.T) {
		t.Parallel()
		p := begin(t, []string{"POSTGRES_TEST_URL=postgres://theirs"}, "run", "--engines", "postgres", "--", "sh", "-c", `echo "$POSTGRES_TEST_URL"`)
		assert.Zero(t, p.code())
		assert.Equal(t, "postgres://theirs\n", p.stdout.String())
		assert.NotContains(t, p.stderr.String(), "process")
	})
	t.Run("what cannot be had is said aloud", func(t *testing.T) {
		t.Parallel()
		p := begin(t, nil, "run", "--engines", "eventstoredb", "--", "true")
		assert.Zero(t, p.code())
		assert.Contains(t, p.stderr.String(), "SKIPPED: tests of eventstoredb: ")
	})
	t.Run("an engine whose programs are missing is skipped, and says what to do", func(t *testing.T) {
		t.Parallel()
		p := begin(t, []string{"PATH=/nowhere", "XDG_CACHE_HOME=" + t.TempDir()}, "run", "--engines", "elasticsearch", "--", "/bin/true")
		assert.Zero(t, p.code())
		assert.Regexp(t, "SKIPPED: tests of elasticsearch: .*`make deps`", p.stderr.String())
	})
	t.Run("what cannot be had and is required is a failure, and the command does not run", func(t *testing.T) {
		t.Parallel()
		p := begin(t, []string{"REQUIRE_ENGINES=browser,eventstoredb"}, "run", "--engines", "eventstoredb", "--", "echo", "ran")
		assert.Equal(t, 1, p.code())
		assert.Empty(t, p.stdout.String())
		assert.Contains(t, p.stderr.String(), "REQUIRE_ENGINES names eventstoredb")
	})
	t.Run("a signal reaches the command, whose code is kept", func(t *testing.T) {
		t.Parallel()
		p := begin(t, nil, "run", "--engines", "eventstoredb", "--", "sh", "-c", `trap 'exit 9' TERM; echo here; while :; do sleep 0.05; done`)
		p.wait(p.stdout, "here")
		require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
		assert.Equal(t, 9, p.code())
	})
}

func TestServe(t *testing.T) {
	t.Parallel()
	data, err := os.MkdirTemp("", "fleetbeat-serve-") // the test's own folder is closed to other users, whom engines run as
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(data) })
	require.NoError(t, os.Chmod(data, 0o755))
	p := begin(t, nil, "serve", "--data", data)
	line := p.line()
	assert.Regexp(t, `^bin/fleetbeat serve --events 'esdb://127\.0\.0\.1:\d+\?tls=false' --fleet http://127\.0\.0\.1:\d+ `+
		`--relations 'postgres://fleetbeat@127\.0\.0\.1:\d+/fleetbeat\?sslmode=disable'\n$`, line)
	pids := map[string]int{}
	for _, engine := range []string{testengines.NamePostgres, testengines.NameElasticsearch, testengines.NameEventStoreDB} {
		pids[engine] = p.pid(engine + ` is process (\d+) at`)
	}

	for _, engine := range []string{testengines.NamePostgres, testengines.NameEventStoreDB} {
		require.NoError(t, syscall.Kill(pids[engine], syscall.SIGKILL))
		p.wait(p.stderr, engine+" has ended")
		again := begin(t, nil, "restart", "--data", data, engine)
		require.Zero(t, again.code())
		pids[engine] = p.pid(engine + ` is process (\d+) now`)
		assert.Contains(t, line, strings.TrimSpace(again.stdout.String()[strings.Index(again.stdout.String(), " at ")+4:]), "at the same place")
	}
	for engine, pid := range pids {
		assert.False(t, gone(pid), engine)
	}

	require.NoError(t, p.cmd.Process.Kill())
	require.Eventually(t, func() bool {
		for _, pid := range pids {
			if !gone(pid) {
				return false
			}
		}
		return true
	}, patience, 20*time.Millisecond, "what was started outlives a serve that was killed: %v", pids)
	late := begin(t, nil, "restart", "--data", data, testengines.NamePostgres)
	assert.NotZero(t, late.code())
	assert.Contains(t, late.stderr.String(), "nobody serves engines on "+data)
	assert.FileExists(t, filepath.Join(data, "postgres", "data", "PG_VERSION"), "the data is kept")
}

// line waits for the line that uses the engines. A machine that has not all of them skips the test, unless they are required.
func (p *process) line() string {
	p.t.Helper()
	require.Eventually(p.t, func() bool {
		select {
		case <-p.ended:
			return true
		default:
			return strings.HasSuffix(p.stdout.String(), "\n")
		}
	}, patience, 20*time.Millisecond, "it never prints its line")
	said := p.stderr.String()
	if strings.Contains(said, "`make deps`") && !testengines.Required(testengines.NamePostgres) && !testengines.Required(testengines.NameElasticsearch) {
		p.t.Skip("SKIPPED: " + said)
	}
	return p.stdout.String()
}
