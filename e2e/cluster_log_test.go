package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// evaluated is the literal of the event by which liveness says how far it has judged.
const evaluated = "fleet.evaluated.v1"

// evaluation is such an event.
type evaluation struct {
	AsOf   time.Time `json:"asOf"`
	stored time.Time
}

// print reads the log of the cluster, or one stream of it, by `fleetbeat log --events`.
func (c *cluster) print(flags ...string) (events []event) {
	c.t.Helper()
	cmd := exec.CommandContext(cleanup(c.t), binary, append([]string{"log", "--json", "--events", c.events}, flags...)...)
	said := &output{}
	cmd.Env, cmd.Stderr = []string{}, said
	out, err := cmd.StdoutPipe()
	require.NoError(c.t, err)
	require.NoError(c.t, cmd.Start())
	for lines := json.NewDecoder(bufio.NewReaderSize(out, 1<<20)); lines.More(); {
		var e event
		require.NoError(c.t, lines.Decode(&e))
		events = append(events, e)
	}
	require.NoError(c.t, cmd.Wait(), "%s", said)
	return events
}

// read reads the whole log of the cluster.
func (c *cluster) read() *eventLog {
	c.t.Helper()
	return understood(c.t, c.print())
}

// evaluations are those in the log, in their order.
func (l *eventLog) evaluations(t *testing.T) (all []evaluation) {
	t.Helper()
	for _, e := range l.events {
		if e.Type == evaluated {
			found := evaluation{stored: e.Time}
			require.NoError(t, json.Unmarshal(e.Data, &found))
			all = append(all, found)
		}
	}
	return all
}

// after returns the first evaluation that was stored after a moment.
func (l *eventLog) after(t *testing.T, moment time.Time) evaluation {
	t.Helper()
	for _, e := range l.evaluations(t) {
		if e.stored.After(moment) {
			return e
		}
	}
	require.Fail(t, "nobody evaluates", "since %s", moment)
	return evaluation{}
}

// requireOneWriter requires that the log looks as if liveness had always been one process: of each vehicle transitions come in
// turns, no two have one cause, and evaluations never go back.
func (l *eventLog) requireOneWriter(t *testing.T) {
	t.Helper()
	status, seen := map[string]string{}, map[string]bool{}
	for _, e := range l.events {
		if e.Type != connected && e.Type != disconnected && e.Type != interrupted {
			continue
		}
		require.False(t, seen[string(e.Data)], "%s is in the log twice: %s", e.Type, e.Data)
		seen[string(e.Data)] = true
		if e.Type == interrupted {
			continue
		}
		var of struct{ VIN string }
		require.NoError(t, json.Unmarshal(e.Data, &of))
		require.NotEqual(t, status[of.VIN], e.Type, "%s becomes what it is already: %s", of.VIN, e.Data)
		require.True(t, status[of.VIN] != "" || e.Type == connected, "%s is disconnected before it was heard", of.VIN)
		status[of.VIN] = e.Type
	}
	var last evaluation
	for _, e := range l.evaluations(t) {
		require.False(t, e.AsOf.Before(last.AsOf), "W goes back from %s to %s", last.AsOf, e.AsOf)
		last = e
	}
}

// acknowledged reads from a truth file which heartbeats were answered 202, or 200 in an upload: VIN and id, as in the log.
func acknowledged(t *testing.T, path string) (all map[string]bool) {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer func() { _ = file.Close() }() // it was only read
	all = map[string]bool{}
	run := ""
	for lines := json.NewDecoder(bufio.NewReaderSize(file, 1<<20)); lines.More(); {
		var r struct {
			Kind, Run, VIN, Outcome string
			Beat                    int
			Vehicles                json.RawMessage // of the run: how many
		}
		require.NoError(t, lines.Decode(&r))
		switch {
		case r.Kind == "run":
			run = r.Run
		case r.Outcome != "accepted":
		case r.Kind == "ping":
			all[fmt.Sprintf("%s %s-%d", r.VIN, run, r.Beat)] = true
		case r.Kind == "upload":
			var uploaded []struct {
				VIN         string
				First, Last int
			}
			require.NoError(t, json.Unmarshal(r.Vehicles, &uploaded))
			for _, v := range uploaded {
				for beat := v.First; beat <= v.Last; beat++ {
					all[fmt.Sprintf("%s %s-%d", v.VIN, run, beat)] = true
				}
			}
		}
	}
	require.NotEmpty(t, run)
	return all
}

// requireExact requires of a simulated fleet that every heartbeat that was acknowledged lies in the log, and that every disconnection
// is true to the millisecond.
func (l *eventLog) requireExact(t *testing.T, truth string, timeout time.Duration) {
	t.Helper()
	known := acknowledged(t, truth)
	l.requireAll(t, known)
	l.requireTrueFor(t, timeout, func(h heartbeat) bool { return known[h.VIN+" "+h.ID] })
}

// requireAll requires that every heartbeat that was acknowledged lies in the log.
func (l *eventLog) requireAll(t *testing.T, acknowledged map[string]bool) {
	t.Helper()
	stored := map[string]bool{}
	for vin, its := range l.heartbeats {
		for _, h := range its {
			stored[vin+" "+h.ID] = true
		}
	}
	lost := 0
	for each := range acknowledged {
		if !stored[each] {
			lost++
			t.Logf("lost: %s", each)
		}
	}
	require.Zero(t, lost, "of %d acknowledged heartbeats", len(acknowledged))
	t.Logf("%d acknowledged heartbeats, every one of them in the log, which holds %d", len(acknowledged), len(stored))
}
