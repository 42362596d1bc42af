package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// smallDisk returns the folder of a file system of its own, of so many MiB, that can be filled. It needs root; where
// REQUIRE_ENGINES names "full-disk" it must be there.
func smallDisk(t *testing.T, mib int) string {
	t.Helper()
	embeddedOnly(t, "the disks are the engines' own")
	dir := t.TempDir()
	err := unix.Mount("fleetbeat-e2e", dir, "tmpfs", 0, fmt.Sprintf("size=%dm", mib))
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		require.NotContains(t, strings.Split(os.Getenv("REQUIRE_ENGINES"), ","), "full-disk", "mounting a small disk needs root")
		t.Log("SKIPPED: a full disk needs root, to mount a small one")
		t.SkipNow()
	}
	require.NoError(t, err)
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	return dir
}

// fill takes all the room there is, and returns a function that gives it back.
func fill(t *testing.T, disk string) (free func()) {
	t.Helper()
	path := filepath.Join(disk, "filling")
	file, err := os.Create(path)
	require.NoError(t, err)
	for _, size := range []int{1 << 16, 1 << 12, 1 << 8, 1} {
		for err == nil {
			_, err = file.Write(make([]byte, size))
		}
		require.ErrorIs(t, err, unix.ENOSPC)
		err = nil
	}
	require.NoError(t, file.Close())
	return func() { require.NoError(t, os.Remove(path)) }
}

// readiness is what /readyz says: the status, and the part of each warning or reason.
func (s *server) readiness() (status int, parts map[string]string) {
	s.t.Helper()
	var answer struct {
		Warnings, Errors []struct{ Location, Message string }
	}
	status, text := s.try("GET", "/readyz", nil)
	require.NoError(s.t, json.Unmarshal(text, &answer), "%s", text)
	parts = map[string]string{}
	for _, p := range append(answer.Warnings, answer.Errors...) {
		parts[p.Location] = p.Message
	}
	return status, parts
}

// metric returns the line of a metric.
func (s *server) metric(name string) string {
	s.t.Helper()
	_, text := s.try("GET", "/metrics", nil)
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, name+" ") {
			return strings.TrimSpace(strings.TrimPrefix(line, name))
		}
	}
	return ""
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	const silent, keeps = 1, 2
	disk := smallDisk(t, 24)
	data := filepath.Join(disk, "data")
	s := serve(t, data, append(briefly(), "--min-free", "4MiB")...)
	s.register(vin(silent), "SIL001", "Johans Bulk AB")
	s.register(vin(keeps), "KEE002", "Johans Bulk AB")
	s.ping(vin(silent), nil)
	var to target
	to.Store(s)
	to.keepPinging(t, vin(keeps), brief/10, nil)
	status, parts := s.readiness()
	require.Equal(t, 200, status)
	require.Empty(t, parts)

	// Before it is full, it is said that it will be.
	most := filepath.Join(disk, "most")
	var fs unix.Statfs_t
	require.NoError(t, unix.Statfs(disk, &fs))
	require.NoError(t, os.WriteFile(most, make([]byte, int64(fs.Bavail*uint64(fs.Bsize))-(3<<20)), 0o600))
	eventually(t, "/readyz warns", func() bool {
		status, parts = s.readiness()
		return len(parts) > 0
	})
	assert.Equal(t, 200, status, "which keeps nobody from asking")
	assert.Contains(t, parts["events.db"], "when it is full, writes are refused")
	assert.Equal(t, 2, strings.Count(s.output.String(), "the disk has little room left"), "the operator is told once of each file")
	assert.NotEmpty(t, s.metric(`fleetbeat_disk_free_bytes{file="events.db"}`))

	taken := storedSoFar(t, s, keeps)
	free := fill(t, disk)
	eventually(t, "/readyz says that the disk is full", func() bool {
		status, parts = s.readiness()
		return status == 503 && strings.Contains(parts["ingest"], "the disk is full")
	})
	assert.Equal(t, "0", s.metric(`fleetbeat_disk_free_bytes{file="events.db"}`))
	refusals := map[string]string{
		"POST /heartbeat/" + vin(keeps): "", "POST /api/v1/customers": `{"name":"Nobody AB"}`,
		"PATCH /api/v1/settings": `{"intervalSeconds":3}`,
	}
	for what, body := range refusals {
		method, path, _ := strings.Cut(what, " ")
		text := s.problem(503, method, path, []byte(body))
		assert.Contains(t, text, "the disk is full", what)
		assert.NotContains(t, text, disk, "no path is anybody's business")
		assert.NotContains(t, strings.ToLower(text), "sqlite")
	}
	assert.NotEmpty(t, s.retryAfter("POST", "/heartbeat/"+vin(keeps)))
	full := s.get(vin(keeps))
	pass(2 * brief) // far beyond everybody's deadline
	assert.Equal(t, full.AsOf, s.get(vin(keeps)).AsOf, "nothing can be stored, so no time passes")
	assert.Equal(t, "connected", s.get(vin(keeps)).Status)
	backup := fleetbeat(t, "backup", filepath.Join(disk, "backup.db"), "--data", data)
	assert.Equal(t, 1, backup.code)
	assert.Contains(t, backup.stderr, "no room left")

	// Whoever starts on a full disk shows what is known, and waits.
	to.Store(nil)
	s.kill()
	s = launch(t, "serve", data, append(briefly(), "--min-free", "4MiB")...)
	to.Store(s)
	eventually(t, "/readyz says so at once", func() bool {
		_, parts = s.readiness()
		return strings.Contains(parts["ingest"], "the disk is full")
	})
	assert.Equal(t, "connected", s.get(vin(keeps)).Status)

	free()
	require.NoError(t, os.Remove(most))
	freed := time.Now()
	eventually(t, "all goes on without anybody doing anything", func() bool {
		status, parts = s.readiness()
		return status == 200 && len(parts) == 0
	})
	t.Logf("ready again and nothing to warn of %s after there was room", time.Since(freed).Round(time.Millisecond))
	s.ping(vin(keeps), nil)
	eventually(t, "the silent one is found out", func() bool { return s.get(vin(silent)).Status == "disconnected" })
	eventually(t, "who pinged all along is connected", func() bool { return s.get(vin(keeps)).Status == "connected" })
	l := readLog(t, data)
	l.requireTrue(t, brief)
	l.requireKept(t, vin(keeps), brief)
	requireStored(t, l, taken, nil)
	assert.Positive(t, len(l.spans), "the time of the full disk is in the log")
	stopAndCheck(t, s, data)
}

// storedSoFar sends some heartbeats and returns their ids with their vehicle.
func storedSoFar(t *testing.T, s *server, n int) map[string]string {
	t.Helper()
	taken := map[string]string{}
	for i := range 20 {
		id := fmt.Sprint("before-", i)
		s.ping(vin(n), map[string]any{"id": id, "location": map[string]any{"lat": 59.2, "lon": 17.6}})
		taken[id] = vin(n)
	}
	return taken
}

// retryAfter returns the hint when to try again.
func (s *server) retryAfter(method, path string) string {
	s.t.Helper()
	request, err := http.NewRequest(method, s.base+path, nil)
	require.NoError(s.t, err)
	answer, err := client.Do(request)
	require.NoError(s.t, err)
	require.NoError(s.t, answer.Body.Close())
	return answer.Header.Get("Retry-After")
}

// stopAndCheck stops a server and requires that its log is sound and its views are what the log says.
func stopAndCheck(t *testing.T, s *server, data string) {
	t.Helper()
	until := time.Now()
	one := func(s *server) (of []vehicle) {
		for n := 1; n <= 2; n++ {
			v := s.get(vin(n))
			v.AsOf, v.Deadline, v.Reason.Text, v.LastHeartbeat = time.Time{}, time.Time{}, "", time.Time{}
			of = append(of, v)
		}
		return of
	}
	past := func(s *server) []interval { return settled(s.timeline(vin(1)), until) }
	kept, before := one(s), past(s)
	s.stop()
	done := fleetbeat(t, "backup", filepath.Join(t.TempDir(), "backup.db"), "--data", data) // which reads all of it
	require.Equal(t, 0, done.code, done.stderr)
	removeFile(t, data, "views.db")
	removeFile(t, data, "liveness.snapshot")
	s = serve(t, data, briefly()...)
	assert.Equal(t, kept, one(s))
	assert.Equal(t, before, past(s))
	s.stop()
}

// The views may lie on another disk than the log, by a link. Full, it delays the views and nothing else.
func TestFullDiskOfTheViews(t *testing.T) {
	t.Parallel()
	const silent, keeps = 1, 2
	disk, data := smallDisk(t, 24), t.TempDir()
	require.NoError(t, os.Symlink(filepath.Join(disk, "views.db"), filepath.Join(data, "views.db")))
	s := serve(t, data, append(briefly(), "--min-free", "0")...)
	for n := range 40 {
		s.register(vin(n), fmt.Sprintf("VIE%03d", n), "Johans Bulk AB")
	}
	var to target
	to.Store(s)
	to.keepPinging(t, vin(keeps), brief/10, nil)
	eventually(t, "it is connected", func() bool { return s.get(vin(keeps)).Status == "connected" })
	free := fill(t, disk)
	var parts map[string]string
	sent := 0
	eventually(t, "/readyz says which views do not get on, and why", func() bool {
		for n := range 40 { // much to write
			s.try("PATCH", "/api/v1/vehicles/"+vin(n), map[string]any{"registrationNumber": fmt.Sprintf("R%d-%d", sent, n)})
		}
		sent++
		_, parts = s.readiness()
		return strings.Contains(parts["fleet"], "the disk is full")
	})
	require.NotContains(t, parts, "ingest")
	w := s.ping(vin(silent), nil)
	s.problem(503, "GET", "/api/v1/vehicles/"+vin(silent)+"?after="+w.Position, nil)
	stale := s.get(vin(keeps))
	assert.Equal(t, "connected", stale.Status, "what was folded is served, with its moment")

	free()
	eventually(t, "the views catch up alone", func() bool {
		status, _ := s.readiness()
		return status == 200 && s.get(vin(silent)).Status == "disconnected"
	})
	assert.Equal(t, fmt.Sprintf("R%d-%d", sent-1, 39), s.get(vin(39)).RegistrationNumber)
	l := readLog(t, data)
	l.requireTrue(t, brief)
	l.requireKept(t, vin(keeps), brief)
	assert.Empty(t, l.spans, "heartbeats were heard all the time")
	s.stop()
}
