package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The fleet of the journeys about crashes: half of it is silent for too long a second after the storm, half never.
const (
	crashWriters = 64
	crashFleet   = 16
)

func registerCrashFleet(s *server) {
	for n := range crashFleet {
		if n%2 == 0 {
			s.register(vin(n), fmt.Sprintf("LON%03d", n), "Patient AB")
		} else {
			s.register(vin(n), fmt.Sprintf("BRI%03d", n), "Brief AB", "intervalSeconds", 1, "graceSeconds", 0)
		}
	}
}

func TestKillUnderLoad(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	flags := []string{"--interval", "1h", "--grace", "0s"}
	promised, again := map[string]string{}, map[string]int{}
	for round := range rounds(20, 5) {
		s := serve(t, data, flags...)
		if round == 0 {
			registerCrashFleet(s)
		}
		storm := s.unleash(fmt.Sprint(round), crashWriters, crashFleet)
		eventually(t, "the storm is on", func() bool { return storm.promised() > crashWriters })
		pass(time.Duration(37*round%200) * time.Millisecond) // a kill at another moment each time
		s.kill()
		storm.calm()
		maps.Copy(promised, storm.taken)
		maps.Copy(again, storm.again)
	}
	t.Logf("%d heartbeats answered 202, %d repeated ones", len(promised), len(again))

	s := serve(t, data, flags...)
	eventually(t, "all that can be found out is found out", func() bool {
		var page list[vehicle]
		s.ask(200, "GET", "/api/v1/vehicles", nil, &page)
		return page.Counts == counts{Connected: crashFleet / 2, Disconnected: crashFleet / 2}
	})
	l := readLog(t, data)
	requireStored(t, l, promised, again)
	until := time.Now()
	kept := s.atRest(until)
	requireNoneTwice(t, l, kept)
	s.stop()

	// What is beside events.db is only what events.db says.
	for _, derived := range []string{viewsFile, snapshotFile} {
		forget(t, data, derived)
		s = serve(t, data, flags...)
		assert.Equal(t, kept, s.atRest(until), "folded anew without %s it is the same", derived)
		s.stop()
	}
	assert.Equal(t, l.transitions, readLog(t, data).transitions, "and nothing was decided again")
}

// removeFile removes a file of a data folder and what SQLite keeps beside it.
func removeFile(t *testing.T, data, name string) {
	t.Helper()
	require.NoError(t, os.Remove(filepath.Join(data, name)))
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Remove(filepath.Join(data, name+suffix)); !errors.Is(err, os.ErrNotExist) {
			require.NoError(t, err)
		}
	}
}

// requireStored requires that every heartbeat that was answered 202 lies in the log once, and each repetition of it as bare
// contact.
func requireStored(t *testing.T, l *eventLog, promised map[string]string, again map[string]int) {
	t.Helper()
	whole, bare := map[string]int{}, map[string]int{}
	for vin, its := range l.heartbeats {
		for _, h := range its {
			if h.Location == nil {
				bare[h.ID]++
				continue
			}
			whole[h.ID]++
			if of, ok := promised[h.ID]; ok && of != vin {
				require.Equal(t, of, vin, "a heartbeat lies under its own vehicle")
			}
		}
	}
	for id := range promised {
		require.Equal(t, 1, whole[id], "heartbeat %s was answered 202 and lies in the log once", id)
	}
	for id, n := range whole {
		require.Equal(t, 1, n, "heartbeat %s lies in the log once", id)
	}
	for id, n := range again {
		require.GreaterOrEqual(t, bare[id], n, "a repetition of %s was answered 202 and is in the log as contact", id)
	}
}

// rest is everything the API says of a fleet that nothing happens to. What moves with the clock or with our own restarts
// (asOf, lag, deadlines, the reason's words) is left out.
type rest struct {
	Vehicles  map[string]vehicle
	Pasts     map[string][]interval
	Counts    counts
	Customers []customer
	Latest    map[string]json.RawMessage
}

// atRest asks for everything, and for the past up to a moment.
func (s *server) atRest(until time.Time) rest {
	s.t.Helper()
	eventually(s.t, "the timeline view has come as far as the fleet view", func() bool {
		return s.timeline(vin(0))[0].To.After(until)
	})
	r := rest{Vehicles: map[string]vehicle{}, Pasts: map[string][]interval{}, Latest: map[string]json.RawMessage{}}
	var page list[vehicle]
	s.ask(200, "GET", "/api/v1/vehicles?limit=200", nil, &page)
	require.Len(s.t, page.Items, page.Total, "all of them on one list page")
	r.Counts = page.Counts
	for _, v := range page.Items {
		require.NotContains(s.t, r.Vehicles, v.VIN, "nobody is listed twice")
		one := s.get(v.VIN)
		one.AsOf, one.Deadline, one.Reason.Text = time.Time{}, time.Time{}, ""
		r.Vehicles[v.VIN] = one
		r.Pasts[v.VIN] = settled(s.timeline(v.VIN), until)
		var known struct{ Location, Readings json.RawMessage }
		s.ask(200, "GET", "/api/v1/vehicles/"+v.VIN, nil, &known)
		r.Latest[v.VIN] = append(known.Location, known.Readings...)
	}
	var customers list[customer]
	s.ask(200, "GET", "/api/v1/customers", nil, &customers)
	r.Customers = customers.Items
	return r
}

// settled returns a past up to a moment, oldest first, its last piece open: what a later restart lays over that is left out.
func settled(pieces []interval, until time.Time) (past []interval) {
	for i := len(pieces) - 1; i >= 0 && pieces[i].From.Before(until); i-- {
		past = append(past, pieces[i])
	}
	if n := len(past); n > 0 {
		past[n-1].To = time.Time{}
	}
	return past
}

// requireNoneTwice requires that the views have each vehicle, contact and transition once, as they are in the log.
func requireNoneTwice(t *testing.T, l *eventLog, r rest) {
	t.Helper()
	require.Len(t, r.Vehicles, crashFleet)
	require.Equal(t, counts{Connected: crashFleet / 2, Disconnected: crashFleet / 2}, r.Counts)
	require.Len(t, r.Customers, 2)
	for _, c := range r.Customers {
		require.Equal(t, crashFleet/2, c.Counts.Connected+c.Counts.Disconnected+c.Counts.NeverSeen, c.Name)
	}
	for vin, v := range r.Vehicles {
		its, decided := l.heartbeats[vin], l.of(vin)
		assert.Equal(t, its[0].ReceivedAt, v.FirstHeartbeat, vin)
		assert.Equal(t, its[len(its)-1].ReceivedAt, v.LastHeartbeat, vin)
		assert.Equal(t, decided[len(decided)-1].At, v.Since, vin)
		for i := range decided {
			require.Equal(t, []string{connected, disconnected}[i%2], decided[i].Type, "%s is connected and disconnected in turns", vin)
		}
		past := r.Pasts[vin]
		for i, piece := range past {
			require.True(t, i == 0 || !piece.From.Before(past[i-1].To), "a past has nothing twice: %+v", past)
		}
	}
}
