package e2e

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// events.db is the only thing to back up. Put back alone, beside views and a snapshot that know a future it has not, it is
// what counts.
func TestRestoredBackup(t *testing.T) {
	embeddedOnly(t, "a backup of EventStoreDB is made by its own means")
	t.Parallel()
	const old, lost = 1, 2
	data := t.TempDir()
	log := filepath.Join(data, "events.db")
	s := serve(t, data)
	s.register(vin(old), "OLD001", "Kalles Grustransporter AB")
	kept := s.getAfter(vin(old), s.ping(vin(old), nil).Position)
	s.stop()
	backup, err := os.ReadFile(log)
	require.NoError(t, err)

	s = serve(t, data)
	s.register(vin(lost), "LOS002", "Johans Bulk AB")
	s.ping(vin(lost), nil)
	var gone written
	s.ask(200, "DELETE", "/api/v1/vehicles/"+vin(old), nil, &gone)
	s.problem(404, "GET", "/api/v1/vehicles/"+vin(old)+"?after="+gone.Position, nil)
	s.stop()

	removeFile(t, data, "events.db")
	require.NoError(t, os.WriteFile(log, backup, 0o600))
	s = serve(t, data)
	v := s.get(vin(old))
	assert.Equal(t, []any{"connected", kept.Since, "OLD001"}, []any{v.Status, v.Since, v.RegistrationNumber}, "what was undone afterwards is as it was")
	s.problem(404, "GET", "/api/v1/vehicles/"+vin(lost), nil)
	s.problem(404, "POST", "/heartbeat/"+vin(lost), nil)
	var page list[vehicle]
	s.ask(200, "GET", "/api/v1/vehicles", nil, &page)
	assert.Equal(t, counts{Connected: 1}, page.Counts)
	var customers list[customer]
	s.ask(200, "GET", "/api/v1/customers", nil, &customers)
	assert.Equal(t, 1, customers.Total)
	w := s.ping(vin(old), nil)
	v = s.getAfter(vin(old), w.Position)
	assert.True(t, v.LastHeartbeat.After(kept.LastHeartbeat), "and life goes on from there")
	assert.Len(t, readLog(t, data).of(vin(old)), 1, "without another transition")
	requirePast(t, s, vin(old), "connected", "never_seen")
	s.stop()
}

// A backup is made while vehicles ping; everything dies; what is restored is served; and then the machine that was lost comes
// back with its own views.
func TestBackupWhileServed(t *testing.T) {
	embeddedOnly(t, "a backup of EventStoreDB is made by its own means")
	t.Parallel()
	const silent, keeps, later = 1, 2, 3
	data, place := t.TempDir(), t.TempDir()
	backup := filepath.Join(place, "monday.db")
	s := serve(t, data, briefly()...)
	s.register(vin(silent), "SIL001", "Kalles Grustransporter AB")
	s.register(vin(keeps), "KEE002", "Johans Bulk AB")
	s.ping(vin(silent), nil)
	var to target
	to.Store(s)
	stop := to.keepPinging(t, vin(keeps), brief/10, nil)
	eventually(t, "the silent one is disconnected", func() bool { return s.get(vin(silent)).Status == "disconnected" })
	s.register(vin(0), "STO000", "Storm AB")
	storm := s.unleash("before", crashWriters, 1)
	eventually(t, "the storm is on", func() bool { return storm.promised() > 10*crashWriters })
	promised := storm.soFar()

	done := fleetbeat(t, "backup", backup, "--data", data)
	require.Equal(t, 0, done.code, done.stderr)
	identity, ok := s.output.find("fleetbeat serves")
	require.True(t, ok)
	for _, part := range []string{"backed up to " + backup, identity.Log, "read whole and found sound"} {
		assert.Contains(t, done.stdout, part)
	}
	assert.Empty(t, done.stderr, "a bar is drawn on terminals only")
	files, err := os.ReadDir(place)
	require.NoError(t, err)
	require.Len(t, files, 1, "one file, and nothing beside it")
	again := fleetbeat(t, "backup", backup, "--data", data)
	assert.Equal(t, 1, again.code)
	assert.Contains(t, again.stderr, "there is a file of this name already")

	s.register(vin(later), "LAT003", "Johans Bulk AB") // what comes after the backup is lost
	until := time.Now()
	eventually(t, "the views have gone on", func() bool { return s.get(vin(keeps)).AsOf.After(until.Add(2 * time.Second)) })
	to.Store(nil)
	s.kill()
	storm.calm()

	wrong := fleetbeat(t, "restore", backup, "--data", data)
	assert.Equal(t, 1, wrong.code)
	assert.Contains(t, wrong.stderr, "the folder is not empty")
	restored := filepath.Join(place, "restored")
	done = fleetbeat(t, "restore", backup, "--data", restored)
	require.Equal(t, 0, done.code, done.stderr)
	assert.Contains(t, done.stdout, "restored to "+restored)

	s = serve(t, restored, briefly()...)
	to.Store(s)
	l := readLog(t, restored)
	requireStored(t, l, promised, nil)
	s.problem(404, "GET", "/api/v1/vehicles/"+vin(later), nil)
	assert.Equal(t, "disconnected", s.get(vin(silent)).Status)
	s.register(vin(later+1), "NEW004", "Johans Bulk AB")
	eventually(t, "the storm's vehicle is found out", func() bool { return s.get(vin(0)).Status == "disconnected" })
	eventually(t, "who keeps pinging is connected", func() bool { return s.get(vin(keeps)).Status == "connected" })
	requirePast(t, s, vin(keeps), "connected", "unobserved", "connected", "never_seen")
	l = readLog(t, restored)
	l.requireTrue(t, brief)
	l.requireKept(t, vin(keeps), brief)
	stop()
	eventually(t, "it is silent now", func() bool { return s.get(vin(keeps)).Status == "disconnected" })
	until = time.Now()
	kept := s.atRest(until)
	s.stop()

	// The machine that was lost comes back. Its views and its snapshot know the same log under the same positions, otherwise.
	s = serve(t, data, briefly()...)
	assert.Equal(t, "LAT003", s.get(vin(later)).RegistrationNumber)
	s.stop()
	for _, derived := range []string{viewsFile, snapshotFile} {
		removeFile(t, restored, derived)
		for _, suffix := range []string{"", "-wal"} {
			lost, err := os.ReadFile(filepath.Join(data, derived+suffix))
			if errors.Is(err, os.ErrNotExist) && suffix != "" {
				continue
			}
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(restored, derived+suffix), lost, 0o600))
		}
	}
	s = serve(t, restored, briefly()...)
	assert.Contains(t, s.output.String(), "view is not of this log")
	assert.Contains(t, s.output.String(), "liveness snapshot not usable")
	assert.Equal(t, kept, s.atRest(until), "all of it is folded anew")
	s.problem(404, "GET", "/api/v1/vehicles/"+vin(later), nil)
	s.stop()
}
