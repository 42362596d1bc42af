package e2e

import (
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStopUnderLoad(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	s := serve(t, data, "--interval", "1h")
	registerCrashFleet(s)
	storm := s.unleash("stop", crashWriters, crashFleet)
	eventually(t, "the storm is on", func() bool { return storm.promised() > 10*crashWriters })
	s.stop()
	storm.calm()
	t.Logf("%d heartbeats answered 202", storm.promised())

	var last event
	for _, e := range readLog(t, data).events {
		if strings.HasPrefix(e.Stream, "ingest-") {
			last = e
		}
	}
	assert.Equal(t, "ingest.closed.v1", last.Type, "an orderly stop says that nothing more was received")
	again := serve(t, data)
	requireStored(t, readLog(t, data), storm.taken, storm.again)
	assert.Contains(t, again.output.String(), "the log keeps its own timeout", "another --interval changes nothing and is said")
	var set struct{ IntervalSeconds, GraceSeconds int }
	again.ask(200, "GET", "/api/v1/settings", nil, &set)
	assert.Equal(t, 3600, set.IntervalSeconds)
	again.stop()
}

func TestStopAtOnce(t *testing.T) {
	t.Parallel()
	t.Run("a server that nobody asked anything stops when it is interrupted", func(t *testing.T) {
		t.Parallel()
		s := serve(t, t.TempDir())
		s.signal(os.Interrupt)
		eventually(t, "it has ended", s.hasEnded)
		require.Equal(t, 0, s.cmd.ProcessState.ExitCode())
	})
	t.Run("connections on which nobody says anything do not hold up a stop", func(t *testing.T) {
		t.Parallel()
		s := serve(t, t.TempDir())
		silent, err := net.Dial("tcp", strings.TrimPrefix(s.base, "http://"))
		require.NoError(t, err)
		t.Cleanup(func() { _ = silent.Close() })
		s.stop()
	})
	t.Run("a demo stops while its fleet pings", func(t *testing.T) {
		t.Parallel()
		s := launch(t, "demo", t.TempDir())
		s.stop()
		assert.NotContains(t, s.output.String(), "panic")
	})
}

func TestTwoOnOneFolder(t *testing.T) {
	embeddedOnly(t, "several processes on one log are what it is for")
	t.Parallel()
	data := t.TempDir()
	first := serve(t, data)
	first.register(firstOfKalles, "ABC123", "Kalles Grustransporter AB")
	before := readLog(t, data).count("ingest.opened.v1")

	second := fleetbeat(t, "serve", "--data", data, "--listen", "127.0.0.1:0")
	assert.Equal(t, 1, second.code)
	assert.Contains(t, second.stderr, "in use by another fleetbeat")
	assert.Contains(t, second.stderr, data, "it says which folder")
	assert.Less(t, second.took, 5*time.Second, "it ends and does not wait")

	v := first.getAfter(firstOfKalles, first.ping(firstOfKalles, nil).Position)
	assert.Equal(t, "connected", v.Status, "the first one goes on")
	assert.Equal(t, before, readLog(t, data).count("ingest.opened.v1"), "and nobody else wrote")

	first.kill()
	third := serve(t, data)
	third.ping(firstOfKalles, nil)
	third.stop() // a killed owner leaves no lock behind
}
