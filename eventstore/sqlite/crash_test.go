package sqlite_test

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/sqlite"
	"fleetbeat/eventstore/storetest"
)

// The test binary runs itself as the process that dies.
var (
	crashFile = flag.String("crash.file", "", "append to this log until killed (the test's own child)")
	limitFile = flag.String("limit.file", "", "append to this log with a limit on its size (the test's own child)")
)

func TestMain(m *testing.M) {
	flag.Parse()
	switch {
	case *crashFile != "":
		fmt.Println(appendUntilKilled(*crashFile))
		os.Exit(1)
	case *limitFile != "":
		if err := appendToLimit(*limitFile); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

const crashStreams = 4

// content is what event number revision of a stream holds: any reader can check it.
func content(stream string, revision eventstore.Revision) []byte {
	return fmt.Appendf(nil, "%s %d %s", stream, revision, strings.Repeat("x", int(revision%700)))
}

// appendUntilKilled appends to several streams at once and prints each append once it is acknowledged.
func appendUntilKilled(path string) error {
	s, err := sqlite.Open(path, sqlite.Options{})
	if err != nil {
		return err
	}
	errs := make(chan error, crashStreams)
	var out sync.Mutex
	for i := range crashStreams {
		go func() {
			stream, last := fmt.Sprint("s", i), eventstore.NoStream
			for e, err := range s.ReadStream(context.Background(), stream, eventstore.End, eventstore.Backwards) {
				if err != nil {
					errs <- err
					return
				}
				last = e.Revision
				break
			}
			for n := 1; ; n = n%40 + 1 {
				var events []eventstore.Event
				for k := range n {
					events = append(events, eventstore.Event{ID: uuid.New(), Type: fmt.Sprint("t", k/3%2), Data: content(stream, last+1+eventstore.Revision(k))})
				}
				got, err := s.Append(context.Background(), stream, last, events...)
				if err != nil {
					errs <- err
					return
				}
				out.Lock()
				_, err = fmt.Printf("%s %d %d %s\n", stream, got.Revision, got.Position.Commit, events[n-1].ID)
				out.Unlock()
				if err != nil {
					errs <- err
					return
				}
				last = got.Revision
			}
		}()
	}
	return <-errs
}

// acknowledgement is one line that the child printed.
type acknowledgement struct {
	stream   string
	revision eventstore.Revision
	position uint64
	id       string
}

// runAndKill lets a child append to path, kills it after some acknowledgements, and returns all it had printed.
func runAndKill(t *testing.T, path string, after int) (seen []acknowledgement) {
	t.Helper()
	child := exec.Command(os.Args[0], "-crash.file="+path)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil { // the rest of a line is no acknowledgement
			break
		}
		var a acknowledgement
		_, err = fmt.Sscan(line, &a.stream, &a.revision, &a.position, &a.id)
		require.NoError(t, err, line)
		if seen = append(seen, a); len(seen) == after {
			require.NoError(t, child.Process.Kill())
		}
	}
	var exit *exec.ExitError
	require.ErrorAs(t, child.Wait(), &exit)
	require.Equal(t, syscall.SIGKILL, exit.Sys().(syscall.WaitStatus).Signal(), "it did not die by itself")
	return seen
}

func TestKilled(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "events.db")
	var acknowledged []acknowledgement
	for _, after := range []int{1, 37, 150, 400, 5, 220} {
		acknowledged = append(acknowledged, runAndKill(t, path, after)...)
	}
	s, err := sqlite.Open(path, sqlite.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()

	type place struct {
		stream   string
		revision eventstore.Revision
	}
	found := map[place]eventstore.Recorded{}
	next := map[string]eventstore.Revision{}
	for i, e := range all(t, s) {
		require.EqualValues(t, i+1, e.Position.Commit, "no position is missing or there twice")
		require.Equal(t, next[e.Stream], e.Revision, "no revision is missing or there twice")
		require.Equal(t, content(e.Stream, e.Revision), e.Data)
		next[e.Stream]++
		found[place{e.Stream, e.Revision}] = e
	}
	for _, a := range acknowledged {
		e, ok := found[place{a.stream, a.revision}]
		require.True(t, ok, "acknowledged and lost: %+v", a)
		require.Equal(t, a.id, e.ID.String())
		require.Equal(t, a.position, e.Position.Commit)
	}
	t.Logf("%d acknowledged appends, %d events", len(acknowledged), len(found))
}

// appendToLimit appends to a log whose files may not grow beyond 2 MB, as the kernel says in the middle of a commit; lifts
// the limit; and reports what is not as it should be.
func appendToLimit(path string) error {
	s, err := sqlite.Open(path, sqlite.Options{})
	if err != nil {
		return err
	}
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		return err
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 2_000_000, Max: was.Max}); err != nil {
		return err
	}
	ctx, last, want := context.Background(), eventstore.NoStream, 0
	var refused []eventstore.Event
	for range 40 {
		events := storetest.Events(10, 10_000, "a")
		got, err := s.Append(ctx, "s", last, events...)
		if err == nil {
			last, want = got.Revision, want+10
			continue
		}
		if !errors.Is(err, eventstore.ErrUnknownOutcome) && !errors.Is(err, eventstore.ErrUnavailable) {
			return fmt.Errorf("refused with another error: %w", err)
		}
		refused = events
	}
	if refused == nil {
		return errors.New("nothing was refused")
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		return err
	}
	for range 2 { // repeated, and repeated again
		if _, err := s.Append(ctx, "s", last, refused...); err != nil {
			return fmt.Errorf("after the limit was lifted: %w", err)
		}
	}
	n := 0
	for _, err := range s.ReadStream(ctx, "s", 0, eventstore.Forwards) {
		if err != nil {
			return err
		}
		n++
	}
	if n != want+10 {
		return fmt.Errorf("%d events, not %d", n, want+10)
	}
	return s.Close()
}

func TestWriteErrors(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "events.db")
	out, err := exec.Command(os.Args[0], "-limit.file="+path).CombinedOutput()
	require.NoError(t, err, "%s", out)
	s, err := sqlite.Open(path, sqlite.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	assert.NotEmpty(t, all(t, s))
}
