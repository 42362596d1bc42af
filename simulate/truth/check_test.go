package truth

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/simulate/target"
)

// teller is a target that tells what it is given.
type teller struct {
	settings string
	events   []string // as the feed sends them, from a.100 on
	spans    string
	behind   atomic.Int64 // how often its feed is asked before it is up to date
}

func (s *teller) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/api/v1/settings":
		fmt.Fprint(w, s.settings)
	case r.Header.Get("Accept") == "text/event-stream":
		for _, e := range s.events {
			fmt.Fprint(w, e)
		}
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	case r.URL.Path == "/api/v1/changes":
		asOf := testHeader().Start.Add(10 * time.Second)
		if s.behind.Add(-1) >= 0 {
			asOf = testHeader().Start.Add(time.Second)
		}
		newest := "a.6"
		if len(s.events) > 0 {
			newest = fmt.Sprintf("a.%d", 99+len(s.events))
		}
		fmt.Fprintf(w, `{"items":[{"position":%q}],"position":"a.999","asOf":%q}`, newest, asOf.Format(time.RFC3339Nano))
	default:
		fmt.Fprintf(w, `{"intervals":[%s]}`, s.spans)
	}
}

// tell adds a transition to the feed, at milliseconds after the start.
func (s *teller) tell(status, vin string, at, last int64) {
	moment := func(at int64) string { return testHeader().Start.Add(ms(at)).Format("2006-01-02T15:04:05.000Z") }
	s.events = append(s.events, fmt.Sprintf("id: a.%d\nevent: %s\ndata: {\"vin\":%q,\"at\":%q,\"lastHeartbeat\":%q}\n\n",
		100+len(s.events), status, vin, moment(at), moment(last)))
}

func check(t *testing.T, s *teller, path string) (Findings, error) {
	t.Helper()
	if s.settings == "" {
		s.settings = `{"intervalSeconds":1,"graceSeconds":0}`
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	address, err := target.ParseAddress(server.URL, "")
	require.NoError(t, err)
	client := target.NewClient(address)
	t.Cleanup(client.Close)
	return Check(t.Context(), path, client)
}

func TestCheck(t *testing.T) {
	t.Parallel()
	f := testFleet(t)
	one, two := f.VIN(3), f.VIN(11)
	played := []Record{
		{Kind: KindPing, VIN: one, Sent: 100, Answered: 110, Outcome: Accepted},
		{Kind: KindPing, VIN: one, Sent: 900, Answered: 910, Outcome: Accepted},
		{Kind: KindUpload, Sent: 2000, Answered: 2010, Outcome: Accepted, Vehicles: []Uploaded{{VIN: one}, {VIN: two}}},
	}
	honest := func() *teller {
		s := &teller{}
		s.tell("connected", one, 105, 105)
		s.tell("disconnected", one, 1905, 905)
		s.tell("connected", one, 2005, 2005)
		s.tell("connected", two, 2005, 2005)
		s.tell("connected", "YS2R4X20005399401", 2100, 2100) // somebody else's
		s.tell("disconnected", one, 3005, 2005)
		s.tell("disconnected", two, 3005, 2005)
		return s
	}
	t.Run("a target that tells what happened has nothing unexplained", func(t *testing.T) {
		t.Parallel()
		s := honest()
		s.behind.Store(2) // at first
		found, err := check(t, s, write(t, testHeader(), 9000, played...))
		require.NoError(t, err)
		assert.Equal(t, Findings{Vehicles: 20, Contacts: 4, Connected: 3, Disconnected: 3, ToleranceMs: 50, LastMomentUTC: testHeader().Start.Add(9 * time.Second)}, found)
		assert.Contains(t, found.String(), "3 connected and 3 disconnected")
		assert.Contains(t, found.String(), "not explained          none")
	})
	t.Run("a planted false disconnection is found", func(t *testing.T) {
		t.Parallel()
		s := honest()
		s.tell("disconnected", two, 2500, 1500)
		found, err := check(t, s, write(t, testHeader(), 9000, played...))
		require.NoError(t, err)
		require.Positive(t, found.Count)
		assert.Equal(t, two, found.Unexplained[0].VIN)
		assert.Contains(t, found.String(), two+" 2026-11-21T12:00:02.5Z  it was disconnected although")
	})
	t.Run("so is a connection of a vehicle that sent nothing", func(t *testing.T) {
		t.Parallel()
		s := honest()
		s.tell("connected", f.VIN(0), 500, 500)
		found, err := check(t, s, write(t, testHeader(), 9000, played...))
		require.NoError(t, err)
		assert.Equal(t, []Unexplained{{f.VIN(0), testHeader().Start.Add(500 * time.Millisecond), "it was connected by a heartbeat that it did not send"}}, found.Unexplained)
	})
	t.Run("so is every one of many that are missing", func(t *testing.T) {
		t.Parallel()
		var all []Record
		for range shown {
			all = append(all, played...)
		}
		found, err := check(t, &teller{}, write(t, testHeader(), 9000, all...))
		require.NoError(t, err)
		assert.Len(t, found.Unexplained, shown)
		assert.Greater(t, found.Count, 2*shown)
		assert.Contains(t, found.String(), "more\n")
	})
	t.Run("a span in which nothing could be received moves what is expected", func(t *testing.T) {
		t.Parallel()
		s := honest()
		s.spans = `{"status":"unobserved","from":"2026-11-21T12:00:02.500Z","to":"2026-11-21T12:00:03.500Z"},{"status":"connected","from":"2026-11-21T12:00:00.000Z","to":"2026-11-21T12:00:02.500Z"}`
		s.events = s.events[:len(s.events)-2]
		s.tell("disconnected", one, 4500, 2005)
		s.tell("disconnected", two, 4500, 2005)
		found, err := check(t, s, write(t, testHeader(), 9000, played...))
		require.NoError(t, err)
		assert.Zero(t, found.Count, "%s", found.String())
		assert.EqualValues(t, 1000, found.UnobservedMs)
		assert.Contains(t, found.String(), "nobody's silence")
	})
	t.Run("what became true after the end is nobody's business", func(t *testing.T) {
		t.Parallel()
		s := honest()
		s.tell("connected", f.VIN(0), 9500, 9500)
		found, err := check(t, s, write(t, testHeader(), 9000, played...))
		require.NoError(t, err)
		assert.Zero(t, found.Count)
	})
}

func TestWhatCannotBeChecked(t *testing.T) {
	t.Parallel()
	t.Run("a target whose timeout is another", func(t *testing.T) {
		t.Parallel()
		_, err := check(t, &teller{settings: `{"intervalSeconds":2,"graceSeconds":0}`}, write(t, testHeader(), 9000))
		require.ErrorContains(t, err, "the target's timeout is 2s and was 1s in the run")
	})
	t.Run("a target that never gets there", func(t *testing.T) {
		t.Parallel()
		s := &teller{settings: `{"intervalSeconds":1,"graceSeconds":0}`}
		s.behind.Store(1 << 40)
		server := httptest.NewServer(s)
		t.Cleanup(server.Close)
		address, err := target.ParseAddress(server.URL, "")
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		client := target.NewClient(address)
		t.Cleanup(client.Close)
		_, err = Check(ctx, write(t, testHeader(), 9000), client)
		require.Error(t, err)
	})
	t.Run("a file that is none", func(t *testing.T) {
		t.Parallel()
		_, err := check(t, &teller{}, t.TempDir())
		require.Error(t, err)
	})
}
