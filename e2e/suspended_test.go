package e2e

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSuspension(t *testing.T) {
	t.Parallel()
	const around, through, silent = 1, 2, 3
	data := t.TempDir()
	s := serve(t, data, briefly()...)
	for n, plate := range map[int]string{around: "ARO001", through: "THR002", silent: "SIL003"} {
		s.register(vin(n), plate, "Haralds Värdetransporter AB")
	}
	eventually(t, "all are connected", func() bool {
		for _, n := range []int{around, through, silent} { // on a busy machine one ping may be too long ago when it is seen
			s.ping(vin(n), nil)
		}
		var page list[vehicle]
		s.ask(200, "GET", "/api/v1/vehicles", nil, &page)
		return page.Counts.Connected == 3
	})

	s.signal(syscall.SIGSTOP)
	var to target
	to.Store(s)
	to.keepPinging(t, vin(through), brief/10, nil) // its pings wait in the kernel and are read when the process wakes
	pass(3 * brief)
	s.signal(syscall.SIGCONT)
	s.ping(vin(around), nil)
	to.keepPinging(t, vin(around), brief/10, nil)

	eventually(t, "the one that went silent is found out", func() bool { return s.get(vin(silent)).Status == "disconnected" })
	l := readLog(t, data)
	var suspended span
	for _, gap := range l.spans {
		if gap.Why == "suspended" && gap.To.Sub(gap.From) >= 2*brief {
			suspended = gap
		}
	}
	require.NotZero(t, suspended, "the suspension is in the log as a time in which nobody could be heard: %+v", l.spans)
	l.requireTrue(t, brief)
	l.requireKept(t, vin(around), brief)
	l.requireKept(t, vin(through), brief)
	found := s.get(vin(silent))
	requireSilent(t, l, found)
	assert.GreaterOrEqual(t, found.Since.Sub(suspended.To), brief, "a timeout after the suspension")
	for _, n := range []int{around, through} {
		eventually(t, "who pings is connected", func() bool { return s.get(vin(n)).Status == "connected" })
	}
	assert.Contains(t, s.output.String(), "suspended", "the operator is told")
	s.stop()
}

func TestDeviceThatRepeatsItself(t *testing.T) {
	t.Parallel()
	const sameTime, sameID = 1, 2
	data := t.TempDir()
	s := serve(t, data, briefly()...)
	bodies := map[int]any{
		sameTime: map[string]any{"sentAt": "2026-01-31T12:00:00.000Z"},
		sameID:   map[string]any{"id": "1", "sentAt": "2026-01-31T12:00:00.000Z"},
	}
	var to target
	to.Store(s)
	var stops []func()
	for n, body := range bodies {
		s.register(vin(n), vin(n)[8:], "Johans Bulk AB")
		stops = append(stops, to.keepPinging(t, vin(n), brief/10, body))
	}
	first := map[int]vehicle{}
	eventually(t, "both are connected, in every view", func() bool {
		for n := range bodies {
			first[n] = s.get(vin(n))
		}
		return !first[sameTime].FirstHeartbeat.IsZero() && !first[sameID].FirstHeartbeat.IsZero()
	})
	for n, body := range bodies {
		assert.True(t, s.ping(vin(n), body).Duplicate, "the answer says that the id was seen before")
	}
	pass(3*brief + brief/4)
	for n, body := range bodies {
		w := s.ping(vin(n), body)
		v := s.getAfter(vin(n), w.Position)
		assert.Equal(t, "connected", v.Status)
		assert.Equal(t, first[n].Since, v.Since, "since it was first heard")
		assert.True(t, v.LastHeartbeat.After(first[n].LastHeartbeat.Add(2*brief)), "each of them is contact")
		assert.Equal(t, first[n].FirstHeartbeat, v.FirstHeartbeat)
	}
	l := readLog(t, data)
	for _, stop := range stops {
		stop()
	}
	l.requireTrue(t, brief)
	for n := range bodies {
		l.requireKept(t, vin(n), brief)
		id := l.heartbeats[vin(n)][0].ID
		for _, h := range l.heartbeats[vin(n)] {
			require.Equal(t, id, h.ID)
		}
	}
}
