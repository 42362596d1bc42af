package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// events.db is the only thing to back up. Put back alone, beside views and a snapshot that know a future it has not, it is
// what counts.
func TestRestoredBackup(t *testing.T) {
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
