package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Heartbeats expire; what was decided from them does not.
func TestExpiredHeartbeats(t *testing.T) {
	t.Parallel()
	const silent, keeps, located = 1, 2, 3
	data := t.TempDir()
	flags := []string{"--interval", "1h", "--grace", "0s", "--heartbeats-max-age", "2h"}
	s := serve(t, data, flags...)
	s.register(vin(0), "NEV000", "Johans Bulk AB")
	s.register(vin(silent), "SIL001", "Brief AB", "intervalSeconds", 1)
	s.register(vin(keeps), "KEE002", "Johans Bulk AB")
	s.register(vin(located), "LOC003", "Johans Bulk AB")
	there := map[string]any{"location": map[string]any{"lat": 59.2, "lon": 17.6}, "readings": map[string]any{"speed": 61.5}}
	for n := silent; n <= located; n++ {
		s.ping(vin(n), there)
	}
	eventually(t, "the silent one is disconnected", func() bool { return s.get(vin(silent)).Status == "disconnected" })
	old := time.Now()
	for n := keeps; n <= located; n++ {
		s.getAfter(vin(n), s.ping(vin(n), nil).Position)
	}
	s.ping(vin(located), there)
	until := time.Now()
	kept := s.atRest(until)
	s.stop()
	before := readLog(t, data)
	sweep(t, data, old.Add(2*time.Hour))
	l := readLog(t, data)
	require.Empty(t, l.heartbeats[vin(silent)], "they are gone")
	require.Len(t, l.heartbeats[vin(keeps)], 1, "the younger ones are not")
	require.Len(t, before.heartbeats[vin(keeps)], 2)
	require.Equal(t, inAnyPlace(before.transitions), inAnyPlace(l.transitions))

	s = serve(t, data, flags...)
	assert.Equal(t, kept, s.atRest(until), "a restart needs none of them")
	s.stop()
	for _, derived := range [][]string{{snapshotFile}, {viewsFile}, {snapshotFile, viewsFile}} {
		for _, name := range derived {
			forget(t, data, name)
		}
		s = serve(t, data, flags...)
		now := s.atRest(until)
		assert.Equal(t, kept.Vehicles, now.Vehicles, "folded anew, all vehicles are the same, last heartbeats too")
		assert.Equal(t, kept.Pasts, now.Pasts)
		assert.Equal(t, []any{kept.Counts, kept.Customers}, []any{now.Counts, now.Customers})
		assert.Equal(t, kept.Latest[vin(located)], now.Latest[vin(located)], "what is known from younger ones is known")
		s.stop()
	}
	assert.Equal(t, inAnyPlace(before.transitions), inAnyPlace(readLog(t, data).transitions), "and nothing was decided again")
}

// inAnyPlace returns transitions without their places among the events that are left.
func inAnyPlace(transitions []transition) (same []transition) {
	for _, d := range transitions {
		d.place, d.known = 0, 0
		same = append(same, d)
	}
	return same
}
