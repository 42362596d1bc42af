package e2e

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The timeout of the journeys about silence: the 5 s of the acceptance, scaled down.
const brief = 2 * time.Second

func briefly() []string { return []string{"--interval", "2s", "--grace", "0s"} }

// lateLimit is far above the promise (a disconnection is visible within 1 s of its deadline, p99 on a machine of its own):
// this machine runs other journeys beside, so the lag is printed to be read, and only what no load explains fails.
const lateLimit = 10 * time.Second

func TestSilenceIsSeenSoon(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), briefly()...)
	fleet := rounds(40, 10)
	for n := range fleet {
		s.register(vin(n), fmt.Sprintf("SIL%03d", n), "Kalles Grustransporter AB")
	}
	for n := range fleet { // deadlines spread over a second: no two are found out by chance together
		s.ping(vin(n), nil)
		pass(time.Second / time.Duration(fleet))
	}
	var lags []time.Duration
	seen := map[string]bool{}
	eventually(t, "all that are silent are disconnected", func() bool {
		var page list[vehicle]
		s.ask(200, "GET", "/api/v1/vehicles?status=disconnected&limit=200", nil, &page)
		now := time.Now()
		for _, v := range page.Items {
			if !seen[v.VIN] {
				seen[v.VIN] = true
				lags = append(lags, now.Sub(v.Since))
			}
		}
		return len(seen) == fleet
	})
	readLog(t, s.data).requireTrue(t, brief)
	slices.Sort(lags)
	worst := lags[len(lags)-1]
	t.Logf("deadline to visible in the API, %d vehicles: median %s, p90 %s, worst %s", fleet, lags[fleet/2], lags[fleet*9/10], worst)
	assert.Less(t, worst, lateLimit, "a disconnection is visible soon after its deadline")
	assert.GreaterOrEqual(t, lags[0], time.Duration(0), "and never before it")
}

func TestSilenceAcrossARestart(t *testing.T) {
	t.Parallel()
	const stops, keeps, caught = 1, 2, 3
	data := t.TempDir()
	s := serve(t, data, briefly()...)
	for n, plate := range map[int]string{stops: "STO001", keeps: "KEE002", caught: "CAU003"} {
		s.register(vin(n), plate, "Johans Bulk AB")
	}
	var to target
	to.Store(s)
	to.keepPinging(t, vin(keeps), brief/10, nil)
	s.ping(vin(stops), nil)

	// A vehicle that stops is disconnected, by its deadline and no other moment.
	eventually(t, "the silent one is disconnected", func() bool { return s.get(vin(stops)).Status == "disconnected" })
	v := s.get(vin(stops))
	requireSilent(t, readLog(t, data), v)
	requirePast(t, s, vin(stops), "disconnected", "connected", "never_seen")
	eventually(t, "the other is connected", func() bool { return s.get(vin(keeps)).Status == "connected" })

	// While we are not there, nobody can be heard: nothing follows from that silence.
	s.ping(vin(caught), nil)
	eventually(t, "time has passed since it pinged", func() bool {
		v := s.get(vin(caught))
		if v.Status != "connected" { // not yet, or on a busy machine no more
			s.ping(vin(caught), nil)
		}
		return v.Status == "connected" && v.AsOf.After(v.LastHeartbeat)
	})
	to.Store(nil)
	s.stop()
	stopped := readLog(t, data)
	pass(brief + brief/2)
	s = serve(t, data, briefly()...)
	to.Store(s)
	require.Equal(t, "connected", s.get(vin(caught)).Status, "it was silent only while nobody could hear it")
	assert.Equal(t, v.Since, s.get(vin(stops)).Since, "a restart changes no status")
	var since *eventLog
	eventually(t, "the time of the restart is in the log", func() bool {
		since = readLog(t, data)
		return len(since.spans) > len(stopped.spans)
	})
	for _, d := range since.transitions[len(stopped.transitions):] {
		require.Equal(t, vin(caught), d.VIN, "a restart changes no status")
	}
	restart := since.spans[len(stopped.spans)]
	assert.Equal(t, "restart", restart.Why)
	assert.GreaterOrEqual(t, restart.To.Sub(restart.From), brief, "all of it")

	// The silent one is found out a timeout after its end.
	eventually(t, "the one that was caught is disconnected", func() bool { return s.get(vin(caught)).Status == "disconnected" })
	l := readLog(t, data)
	found := s.get(vin(caught))
	requireSilent(t, l, found)
	assert.GreaterOrEqual(t, found.Since.Sub(restart.To), brief, "a timeout after we could hear again")
	requirePast(t, s, vin(caught), "disconnected", "connected", "unobserved", "connected", "never_seen")
	assert.True(t, slices.ContainsFunc(s.timeline(vin(caught)), func(i interval) bool {
		return i.Status == "unobserved" && !i.From.After(restart.From) && !i.To.Before(restart.To)
	}), "the timeline shows the span")
	eventually(t, "who keeps pinging is connected", func() bool { return s.get(vin(keeps)).Status == "connected" })
	l = readLog(t, data)
	l.requireTrue(t, brief)
	l.requireKept(t, vin(keeps), brief)
	s.stop()
}

// requireSilent requires a vehicle that is disconnected for its silence since exactly its deadline.
func requireSilent(t *testing.T, l *eventLog, v vehicle) {
	t.Helper()
	require.Equal(t, "disconnected", v.Status)
	assert.Equal(t, deadline(l.spans, v.LastHeartbeat, brief), v.Since, "stamped with exactly its deadline")
	if len(l.spans) == 0 {
		assert.Equal(t, v.LastHeartbeat.Add(brief), v.Since, "which is a timeout after its last heartbeat")
	}
	assert.Equal(t, v.Since, v.Reason.DecidedAt)
	assert.Equal(t, "silent", v.Reason.Rule)
	assert.NotEmpty(t, v.Reason.Text)
}

// requirePast requires the statuses of a timeline, the newest first. Spans in which this machine let nothing run for a
// second are left out where none is asked for.
func requirePast(t *testing.T, s *server, vin string, want ...string) {
	t.Helper()
	var got []string
	pieces := s.timeline(vin)
	for i, piece := range pieces {
		if piece.Status == "unobserved" && !slices.Contains(want, "unobserved") {
			continue
		}
		if i > 0 {
			assert.Equal(t, piece.To, pieces[i-1].From, "a timeline has no gaps and nothing twice")
		}
		if piece.Status == "never_seen" && piece.From.Equal(piece.To) {
			continue
		}
		if len(got) == 0 || got[len(got)-1] != piece.Status {
			got = append(got, piece.Status)
		}
	}
	assert.Equal(t, want, got, "%+v", pieces)
}
