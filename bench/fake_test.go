package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fake is a Fleetbeat that answers what a run asks, in this process, and remembers what was asked of it.
type fake struct {
	t       *testing.T
	mu      sync.Mutex
	asked   map[string]int
	running int
	folders []string
	broken  string // a path that is answered with an error
	onAsked func(path string)
	count   atomic.Int64 // rises with each scrape: something always becomes visible
}

func newFake(t *testing.T) *fake { return &fake{t: t, asked: map[string]int{}} }

// fakeServer is a server of it.
type fakeServer struct {
	*httptest.Server
	of   *fake
	once sync.Once
}

func (s *fakeServer) Addr() string { return s.Listener.Addr().String() }
func (s *fakeServer) PID() int     { return os.Getpid() }
func (s *fakeServer) Stop() error {
	s.once.Do(func() {
		s.Close()
		s.of.mu.Lock()
		defer s.of.mu.Unlock()
		s.of.running--
	})
	return nil
}

func (f *fake) start(h http.Handler) (Server, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.running++
	return &fakeServer{Server: httptest.NewServer(h), of: f}, nil
}

func (f *fake) Serve(_ context.Context, data string) (Server, error) {
	_, err := os.Stat(filepath.Join(data, "events.db"))
	assert.NoError(f.t, err, "a server finds its log written")
	f.mu.Lock()
	f.folders = append(f.folders, data)
	f.mu.Unlock()
	return f.start(http.HandlerFunc(f.answer))
}

func (f *fake) ServeNothing(context.Context) (Server, error) {
	return f.start(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
}

func (f *fake) Rebuild(_ context.Context, data string) error {
	_, err := os.Stat(filepath.Join(data, "events.db"))
	f.note("rebuild")
	return err
}

func (f *fake) note(path string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked[path]++
	if f.onAsked != nil {
		f.onAsked(path)
	}
}

func (f *fake) times(path string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked[path]
}

func (f *fake) answer(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	if len(path) > len("/heartbeat/") && path[:len("/heartbeat/")] == "/heartbeat/" {
		path = "/heartbeat/"
	}
	f.note(path)
	body, _ := io.ReadAll(r.Body)
	switch {
	case path == f.broken:
		http.Error(w, `{"detail":"it is broken"}`, http.StatusInternalServerError)
	case path == "/heartbeat/":
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprint(w, `{"id":"x","position":"log.7"}`)
	case path == "/heartbeats":
		fmt.Fprintf(w, `{"accepted":%d,"position":"log.7"}`, bytes.Count(body, []byte("\n")))
	case path == "/metrics":
		n := 1_000_000 + 100*f.count.Add(1)
		for _, name := range []string{pingVisible, deadlineVisible} {
			fmt.Fprintf(w, "%s_bucket{le=\"0.1\"} %d\n%s_bucket{le=\"+Inf\"} %d\n", name, n, name, n)
		}
		fmt.Fprint(w, "process_resident_memory_bytes 5e+07\n")
	default:
		fmt.Fprint(w, `{"status":"connected"}`)
	}
}

// tiny is a run that takes a moment.
func tiny() Size {
	return Size{
		Rounds: 2, Vehicles: 200, Pings: 300, Lines: 200, Rebuilt: 100, Watched: 200, Brief: time.Second, Watch: 50 * time.Millisecond,
		Questions: 5, Appends: 8, Connections: 4,
	}
}

// runTiny runs rows on a folder of the test's and returns what was said; nothing may be left behind.
func runTiny(ctx context.Context, t *testing.T, f *fake, rows ...string) (Report, string, error) {
	t.Helper()
	dir := t.TempDir()
	var said bytes.Buffer
	report, err := Run(ctx, Options{Fleetbeat: f, Rows: rows, Size: tiny(), Dir: dir, Progress: &said, Version: "v1"})
	left, readErr := os.ReadDir(dir)
	require.NoError(t, readErr)
	require.Empty(t, left, "the folder of the run is removed")
	f.mu.Lock()
	defer f.mu.Unlock()
	require.Zero(t, f.running, "every server is stopped")
	return report, said.String(), err
}
