package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The readers of the feed of changes, and the fleet they follow: all of it is silent for too long a second after a ping.
const (
	followers     = 100
	followedFleet = 24
	followedFirst = "Kalles Grustransporter AB"
	followedOther = "Johans Bulk AB"
)

// change is what a reader of the feed was told.
type change struct{ ID, Event, Data string }

// follower reads the feed over any number of connections, to whichever server there is, like a client that keeps the id
// that came last.
type follower struct {
	to     *target
	query  string
	random *rand.Rand
	last   string
	seen   []change
	cuts   int
}

// follow reads until it has come to the end, or ctx ends.
func (f *follower) follow(ctx context.Context, ended func(position string) bool) {
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	for ctx.Err() == nil && !ended(f.last) {
		if s := f.to.Load(); s != nil {
			f.connect(ctx, client, s, ended)
		}
		pass(time.Duration(1+f.random.IntN(60)) * time.Millisecond)
	}
}

// connect reads one connection to its end: the server's, or after a while its own.
func (f *follower) connect(ctx context.Context, client *http.Client, s *server, ended func(string) bool) {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(20+f.random.IntN(2000))*time.Millisecond)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+"/api/v1/changes"+f.query, http.NoBody)
	if err != nil {
		return
	}
	request.Header.Set("Accept", "text/event-stream")
	request.Header.Set("Last-Event-ID", f.last)
	answer, err := client.Do(request)
	if err != nil {
		return // it is being started again
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return
	}
	f.cuts++
	for events := bufio.NewReader(answer.Body); !ended(f.last); {
		c, err := readChange(events)
		if err != nil {
			return // what came of half an event counts for nothing
		}
		if f.last = c.ID; c.Event != "" {
			f.seen = append(f.seen, c)
		}
	}
}

// readChange reads one event to its empty line.
func readChange(from *bufio.Reader) (c change, err error) {
	for {
		line, err := from.ReadString('\n')
		if err != nil {
			return change{}, err
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch name {
		case "id":
			c.ID = value
		case "event":
			c.Event = value
		case "data":
			c.Data = value
		case "":
			return c, nil
		}
	}
}

// placeOf returns the number in a position of this log; 0 for none.
func placeOf(position string) (n uint64) {
	_, place, _ := strings.Cut(position, ".")
	_, _ = fmt.Sscan(place, &n)
	return n
}

// TestReadersOfChanges lets readers with random reconnects follow a server that is killed once and stopped once, while
// vehicles come and go silent and the registry changes, and wants each to have seen exactly what there is, in order, once.
func TestReadersOfChanges(t *testing.T) {
	t.Parallel()
	data, flags := t.TempDir(), []string{"--interval", "1s", "--grace", "0s"}
	s := serve(t, data, flags...)
	owners := registerFollowed(s)
	var now target
	now.Store(s)
	var end atomic.Uint64 // nobody need read past it; 0 while things happen
	ended := func(position string) bool { e := end.Load(); return e > 0 && placeOf(position) >= e }
	ctx, cancel := context.WithCancel(t.Context())
	var reading sync.WaitGroup
	t.Cleanup(func() { cancel(); reading.Wait() })
	queries := followedQueries(owners)
	readers := make([]*follower, followers)
	for i := range readers {
		readers[i] = &follower{
			to: &now, query: queries[i%len(queries)], last: logOf(s) + ".0", random: rand.New(rand.NewPCG(17, uint64(i))),
		}
		reading.Go(func() { readers[i].follow(ctx, ended) })
	}
	var last string
	for phase, end := range []func(*server){(*server).kill, (*server).stop, nil} {
		last = playChanges(s, owners, phase)
		if end == nil {
			break
		}
		now.Store(nil) // a reader that finds nobody waits, and does not go to a port that somebody else may get
		end(s)
		s = serve(t, data, flags...)
		now.Store(s)
	}
	end.Store(placeOf(s.settledChanges(last)))
	requireAllEnd(t, &reading)

	fresh := &follower{to: &now, random: rand.New(rand.NewPCG(18, 19)), last: logOf(s) + ".0"}
	fresh.follow(ctx, ended)
	all, connections := upTo(fresh.seen, end.Load()), 0
	requireAgreesWithTheList(t, s, all)
	for i, query := range queries {
		one := &follower{to: &now, query: query, random: rand.New(rand.NewPCG(20, uint64(i))), last: logOf(s) + ".0"}
		one.follow(ctx, ended)
		want := upTo(one.seen, end.Load())
		assert.NotEmpty(t, want)
		assert.Equal(t, query == "", len(want) == len(all), "%s leaves something out", query)
		for n := i; n < followers; n += len(queries) {
			connections += readers[n].cuts
			require.Equal(t, want, upTo(readers[n].seen, end.Load()), "reader %d of %q, over %d connections", n, query, readers[n].cuts)
		}
	}
	assert.GreaterOrEqual(t, connections, 3*followers, "they were cut off by both restarts, and went away by themselves")
	s.stop()
}

// logOf returns what positions of a server's log begin with.
func logOf(s *server) string {
	line, _ := s.output.find("fleetbeat serves")
	return line.Log[:8]
}

// registerFollowed registers the fleet, half of it for each of two customers, and returns their ids.
func registerFollowed(s *server) (owners [2]string) {
	for n := range followedFleet {
		var w struct {
			written
			Customer customer `json:"customer"`
		}
		body := map[string]any{
			"vin": vin(n), "registrationNumber": fmt.Sprintf("FOL%03d", n), "customer": []string{followedFirst, followedOther}[n%2],
		}
		s.ask(201, "POST", "/api/v1/vehicles", body, &w)
		s.getAfter(vin(n), w.Position)
		owners[n%2] = w.Customer.ID
	}
	return owners
}

// followedQueries are what readers ask for.
func followedQueries(owners [2]string) []string {
	return []string{"", "?customer=" + owners[0], "?status=disconnected", "?vin=" + vin(1) + "," + vin(2), "?customer=" + owners[1] + "&status=connected"}
}

// playChanges lets every vehicle be heard twice with a silence between, and changes some, their owners too. It returns where the
// last heartbeat lies.
func playChanges(s *server, owners [2]string, phase int) (last string) {
	s.t.Helper()
	for round := range 2 {
		for n := range followedFleet {
			last = s.ping(vin(n), nil).Position
			if n%6 == round {
				plate := fmt.Sprintf("P%dR%dN%02d", phase, round, n)
				s.ask(200, "PATCH", "/api/v1/vehicles/"+vin(n), map[string]any{"registrationNumber": plate}, nil)
			}
		}
		if round == 0 {
			s.ask(200, "PATCH", "/api/v1/vehicles/"+vin(phase), map[string]any{"customerId": owners[(phase+1)%2]}, nil)
			s.ask(200, "PATCH", "/api/v1/customers/"+owners[0], map[string]any{"address": fmt.Sprint("Cementvägen ", phase)}, nil)
			pass(1200 * time.Millisecond) // so that they are silent for too long
		}
	}
	return last
}

// settledChanges waits until all are silent after the last heartbeat, and returns how far the list of changes has come then.
func (s *server) settledChanges(last string) string {
	s.t.Helper()
	eventually(s.t, "all vehicles are silent", func() bool {
		var page list[vehicle]
		s.ask(200, "GET", "/api/v1/vehicles?after="+last, nil, &page)
		return page.Counts == counts{Disconnected: followedFleet}
	})
	var w written
	s.ask(200, "PATCH", "/api/v1/vehicles/"+vin(0), map[string]any{"registrationNumber": "END"}, &w)
	var answer struct{ Position string }
	s.ask(200, "GET", "/api/v1/changes?after="+w.Position, nil, &answer)
	return answer.Position
}

// requireAllEnd waits for readers that know where the end is.
func requireAllEnd(t *testing.T, reading *sync.WaitGroup) {
	t.Helper()
	ended := make(chan struct{})
	go func() { reading.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(patience):
		require.Fail(t, "not all readers have come to the end", "within %s", patience)
	}
}

// upTo leaves out what has happened since a place.
func upTo(seen []change, end uint64) []change {
	return slices.DeleteFunc(slices.Clone(seen), func(c change) bool { return placeOf(c.ID) > end })
}

// requireAgreesWithTheList requires that the transitions that were read as they happened are those of the list, and that
// both forms say the same of each.
func requireAgreesWithTheList(t *testing.T, s *server, all []change) {
	t.Helper()
	var list struct{ Items []map[string]any }
	s.ask(200, "GET", "/api/v1/changes?limit=200", nil, &list)
	slices.Reverse(list.Items)
	var told []map[string]any
	kinds := map[string]int{}
	for i, c := range all {
		kinds[c.Event]++
		require.True(t, i == 0 || placeOf(all[i-1].ID) < placeOf(c.ID), "each lies after the one before")
		if c.Event == "registry" {
			continue
		}
		item := map[string]any{}
		require.NoError(t, json.Unmarshal([]byte(c.Data), &item))
		item["position"], item["status"] = c.ID, c.Event
		told = append(told, item)
	}
	assert.Equal(t, list.Items, told[max(0, len(told)-len(list.Items)):])
	assert.GreaterOrEqual(t, kinds["connected"], followedFleet)
	assert.GreaterOrEqual(t, kinds["disconnected"], followedFleet)
	assert.GreaterOrEqual(t, kinds["registry"], followedFleet+2)
}
