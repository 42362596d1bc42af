package e2e

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// server is one fleetbeat process that serves. Its output is shown when the test fails.
type server struct {
	t       *testing.T
	data    string // its folder
	base    string // http://host:port
	cmd     *exec.Cmd
	output  *output
	ended   chan struct{} // closed when the process has ended
	started time.Time
}

// serve starts `fleetbeat serve` on a folder and waits until it is ready.
func serve(t *testing.T, data string, flags ...string) *server {
	t.Helper()
	s := launch(t, "serve", data, flags...)
	s.waitReady()
	return s
}

// launch starts a serving subcommand and waits until it listens. What is left of it ends with the test.
func launch(t *testing.T, command, data string, flags ...string) *server {
	t.Helper()
	args := append([]string{command, "--listen", "127.0.0.1:0", "--data", data, "--log-format", "json"}, engineFlags(t, data)...)
	args = append(args, flags...)
	s := &server{t: t, data: data, output: &output{}, ended: make(chan struct{}), cmd: exec.Command(binary, args...), started: time.Now()}
	s.cmd.Env, s.cmd.Stdout, s.cmd.Stderr = []string{}, s.output, s.output
	require.NoError(t, s.cmd.Start())
	go func() {
		defer close(s.ended)
		_ = s.cmd.Wait() // how it ended is in its ProcessState
	}()
	t.Cleanup(func() {
		s.kill()
		if t.Failed() {
			t.Logf("fleetbeat %s, process %d, said:\n%s", strings.Join(args, " "), s.cmd.Process.Pid, s.output)
		}
	})
	eventually(t, "the server listens", func() bool {
		require.False(t, s.hasEnded(), "it ended before it listened")
		line, ok := s.output.find("fleetbeat serves")
		s.base = "http://" + line.Address
		return ok
	})
	return s
}

// waitReady waits until /readyz says so.
func (s *server) waitReady() {
	s.t.Helper()
	eventually(s.t, "the server is ready", func() bool {
		require.False(s.t, s.hasEnded(), "it ended before it was ready")
		status, _ := s.try("GET", "/readyz", nil)
		return status == 200
	})
}

func (s *server) hasEnded() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// signal sends a signal to the process by its id.
func (s *server) signal(sig os.Signal) {
	s.t.Helper()
	require.NoError(s.t, s.cmd.Process.Signal(sig))
}

// stop asks the process to stop, and requires that it does so within its promised 10 s and says that all went well.
func (s *server) stop() {
	s.t.Helper()
	asked := time.Now()
	s.signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(patience):
		require.Fail(s.t, "the server does not stop", "SIGTERM was %s ago", patience)
	}
	require.LessOrEqual(s.t, time.Since(asked), 10*time.Second, "a stop takes at most 10 s")
	require.Equal(s.t, 0, s.cmd.ProcessState.ExitCode(), "a stop that finished everything exits with 0")
}

// kill ends the process without a word, as a power cut does. Killing one that has ended is harmless.
func (s *server) kill() {
	_ = s.cmd.Process.Kill() // os.ErrProcessDone otherwise
	<-s.ended
}

// output is what a process printed.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write keeps a piece.
func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// said is a line of a process's own log.
type said struct {
	Level   string `json:"level"`
	Message string `json:"msg"`
	Address string `json:"address"`
	Log     string `json:"log"`
}

// find returns the first line with a message.
func (o *output) find(message string) (said, bool) {
	for text := range strings.Lines(o.String()) {
		var line said
		if json.Unmarshal([]byte(text), &line) == nil && line.Message == message {
			return line, true
		}
	}
	return said{}, false
}
