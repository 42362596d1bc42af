package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLogCommand(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	s := serve(t, data)
	s.register(firstOfKalles, "ABC123", "Kalles Grustransporter AB")
	follower := follow(t, data, "--stream", "connections")
	s.getAfter(firstOfKalles, s.ping(firstOfKalles, map[string]any{"id": "seen"}).Position)

	all := printLog(t, data)
	require.NotEmpty(t, all)
	assert.Equal(t, "log.created.v1", all[0].Type, "a log begins with its creation")
	revisions := map[string]int64{}
	for _, e := range all {
		require.Equal(t, revisions[e.Stream], e.Revision, "no event of %q is missing", e.Stream)
		revisions[e.Stream]++
		require.NotZero(t, e.Time)
		require.NotEmpty(t, e.Position)
		require.True(t, json.Valid(e.Data))
	}
	t.Run("--stream prints one stream", func(t *testing.T) {
		t.Parallel()
		vehicle := printLog(t, data, "--stream", "vehicle-"+firstOfKalles)
		require.Len(t, vehicle, 1)
		assert.Equal(t, "vehicle.registered.v1", vehicle[0].Type)
		assert.Contains(t, string(vehicle[0].Data), `"registrationNumber":"ABC123"`)
		assert.Empty(t, printLog(t, data, "--stream", "nobody"))
	})
	t.Run("--from prints what comes after a position", func(t *testing.T) {
		t.Parallel()
		middle := len(all) / 2
		rest := printLog(t, data, "--from", all[middle].Position)
		require.GreaterOrEqual(t, len(rest), len(all)-middle-1)
		assert.Equal(t, all[middle+1:], rest[:len(all)-middle-1])
		decided := printLog(t, data, "--stream", "settings", "--from", all[middle].Position)
		assert.Empty(t, decided, "together with --stream too")
	})
	t.Run("without --json a line is for people", func(t *testing.T) {
		t.Parallel()
		done := fleetbeat(t, append([]string{"log", "--stream", "settings"}, logFlags(t, data)...)...)
		require.Equal(t, 0, done.code)
		assert.Equal(t, 1, strings.Count(done.stdout, "\n"))
		for _, part := range []string{"settings.changed.v1", "settings@0", `"intervalSeconds":60`} {
			assert.Contains(t, done.stdout, part)
		}
	})
	t.Run("--follow prints what is decided as it is decided", func(t *testing.T) {
		t.Parallel()
		eventually(t, "the connection is printed", func() bool { return strings.Contains(follower.stdout.String(), firstOfKalles) })
		events := readLines(t, follower.stdout.String())
		for _, e := range events {
			assert.Equal(t, "connections", e.Stream, "and nothing of other streams")
		}
		assert.True(t, slices.ContainsFunc(events, func(e event) bool { return e.Type == connected }))
		follower.interrupt(t)
	})
}

// following is a `fleetbeat log --follow`.
type following struct {
	cmd            *exec.Cmd
	stdout, stderr output
	wait           func() error
}

func follow(t *testing.T, data string, flags ...string) *following {
	t.Helper()
	f := &following{cmd: exec.Command(binary, slices.Concat([]string{"log", "--json", "--follow"}, logFlags(t, data), flags)...)}
	f.cmd.Stdout, f.cmd.Stderr = &f.stdout, &f.stderr
	require.NoError(t, f.cmd.Start())
	f.wait = sync.OnceValue(f.cmd.Wait)
	t.Cleanup(func() { _ = f.cmd.Process.Kill(); _ = f.wait() })
	return f
}

// interrupt ends it the way people do, and requires that this is no failure.
func (f *following) interrupt(t *testing.T) {
	t.Helper()
	require.NoError(t, f.cmd.Process.Signal(os.Interrupt))
	require.NoError(t, f.wait(), "%s", &f.stderr)
	assert.Empty(t, f.stderr.String())
}

func TestRebuildCommand(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	s := serve(t, data, "--interval", "1h")
	registerCrashFleet(s)
	for n := range crashFleet {
		s.ping(vin(n), map[string]any{"location": map[string]any{"lat": 59.2, "lon": 17.6}, "readings": map[string]any{"speed": n}})
	}
	eventually(t, "all that can be found out is found out", func() bool {
		var page list[vehicle]
		s.ask(200, "GET", "/api/v1/vehicles", nil, &page)
		return page.Counts.Disconnected == crashFleet/2
	})
	until := time.Now()
	kept := s.atRest(until)
	for _, view := range []string{"fleet", "latest", "relations", "timeline"} {
		done := fleetbeat(t, slices.Concat([]string{"rebuild", view, "--data", data}, engineFlags(t, data))...)
		require.Equal(t, 0, done.code, "while it is served, %s: %s", view, done.stderr)
		assert.Contains(t, done.stdout, view+" view built")
		assert.NotContains(t, done.stderr, "\r", "a bar is drawn on terminals only")
	}
	assert.Equal(t, kept, s.atRest(until), "the same rows as before")
	v := s.getAfter(vin(0), s.ping(vin(0), nil).Position)
	assert.True(t, v.LastHeartbeat.After(kept.Vehicles[vin(0)].LastHeartbeat), "and a view that was rebuilt goes on")
	until = time.Now()
	kept = s.atRest(until)
	s.stop()

	done := fleetbeat(t, slices.Concat([]string{"rebuild", "fleet", "--data", data}, engineFlags(t, data))...)
	require.Equal(t, 0, done.code, "while nobody serves it: %s", done.stderr)
	assert.Contains(t, done.stdout, "fleet view built")
	again := serve(t, data)
	assert.Equal(t, kept, again.atRest(until))
	assert.NotContains(t, again.output.String(), "building a view", "a start has nothing left to fold anew")
}
