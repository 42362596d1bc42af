package app

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/commands"
	"fleetbeat/domain"
	"fleetbeat/queries"
)

const (
	feedReaders  = 100
	feedVehicles = 40
	feedRestarts = 2
	feedAPhase   = 40 // changes between two restarts
)

// feedFilters are what readers ask for, and what they mean; %s is the id of a customer.
func feedFilters(customer domain.CustomerID) map[string]queries.ChangeFilter {
	return map[string]queries.ChangeFilter{
		"":                                      {},
		"?customer=" + string(customer):         {Customers: []domain.CustomerID{customer}},
		"?status=disconnected":                  {Statuses: []domain.Status{domain.Disconnected}},
		"?vin=" + feedVIN(1) + "," + feedVIN(2): {VINs: []domain.VIN{domain.VIN(feedVIN(1)), domain.VIN(feedVIN(2))}},
	}
}

func feedVIN(i int) string { return fmt.Sprintf("YS2R4X%011d", i) }

// startApp starts an app on a folder and a free port, and waits until it is ready.
func startApp(t *testing.T, data string) *App {
	t.Helper()
	a, err := New(t.Context(), Options{
		Listen: "127.0.0.1:0", Data: data, Interval: time.Second, Grace: 0, HeartbeatsMaxAge: time.Hour,
		Logger: slog.New(slog.DiscardHandler), Version: "test",
	})
	require.NoError(t, err)
	a.Start()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.NoError(t, a.AwaitReady(ctx))
	return a
}

func stopApp(t *testing.T, a *App) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), StopTimeout)
	defer cancel()
	began := time.Now()
	require.NoError(t, a.Stop(ctx), "streams do not hold it up")
	assert.Less(t, time.Since(began), StopTimeout/2)
}

// TestReadersOfTheFeedSeeTheExactSequence lets readers with random reconnects follow an app that is restarted twice while
// vehicles come, go silent and are heard again.
func TestReadersOfTheFeedSeeTheExactSequence(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	a := startApp(t, data)
	customer := registerFleet(t, a)
	w := &feedWorld{prefix: a.logID[:8] + "."}
	w.set(a)
	var group sync.WaitGroup
	type reader struct {
		filter queries.ChangeFilter
		seen   []string
	}
	readers := make([]reader, 0, feedReaders)
	filters := feedFilters(customer)
	names := slices.Sorted(maps.Keys(filters))
	for i := range feedReaders {
		readers = append(readers, reader{filter: filters[names[i%len(names)]]})
		group.Go(func() { readers[i].seen = w.read(t, names[i%len(names)], rand.New(rand.NewPCG(11, uint64(i)))) })
	}
	random := rand.New(rand.NewPCG(12, 13))
	for phase := range feedRestarts + 1 {
		if phase > 0 {
			stopApp(t, a)
			a = startApp(t, data)
			w.set(a)
		}
		play(t, a, random, phase)
	}
	all, err := a.views.reading.changes.Changes(t.Context(), domain.Position{}, 1_000_000)
	require.NoError(t, err)
	end := all[len(all)-1].Position
	w.finish(end)
	group.Wait()
	stopApp(t, a)
	transitions := 0
	for _, c := range all {
		if c.Status != "" {
			transitions++
		}
	}
	require.Greater(t, transitions, feedAPhase)
	for i, r := range readers {
		matcher, err := r.filter.Matcher()
		require.NoError(t, err)
		var want []string
		for _, c := range all {
			if matcher.Match(c.VIN, c.Customer.ID, c.Status) {
				want = append(want, w.prefix+c.Position.String())
			}
		}
		require.NotEmpty(t, want)
		seen := slices.DeleteFunc(r.seen, func(id string) bool { // what has happened since is nobody's
			at, err := domain.ParsePosition(strings.TrimPrefix(id, w.prefix))
			require.NoError(t, err)
			return end.Before(at)
		})
		require.Equal(t, want, seen, "reader %d of %q", i, names[i%len(names)])
	}
}

// registerFleet registers vehicles of two customers, of which it returns one.
func registerFleet(t *testing.T, a *App) domain.CustomerID {
	t.Helper()
	var customer domain.CustomerID
	for i := range feedVehicles {
		result, err := a.commands.RegisterVehicle.Handle(t.Context(), commands.RegisterVehicle{
			VIN: feedVIN(i), RegistrationNumber: fmt.Sprintf("ABC%03d", i), Customer: fmt.Sprintf("Åkeri %d AB", i%2),
		})
		require.NoError(t, err)
		customer = result.CustomerID
	}
	return customer
}

// play lets vehicles ping for a while and some be changed, until enough has happened.
func play(t *testing.T, a *App, random *rand.Rand, phase int) {
	t.Helper()
	from, _ := a.views.reading.changes.Folded()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for n := 0; ; n++ {
		<-tick.C
		// Each is heard for some time and then not: with a timeout of a second, both transitions follow.
		vin := domain.VIN(feedVIN(random.IntN(feedVehicles)))
		_, err := a.commands.RecordHeartbeats.One(t.Context(), domain.Heartbeat{VIN: vin}, "")
		require.NoError(t, err)
		if n%20 == 0 {
			number := fmt.Sprintf("X%dY%05d", phase, n)
			_, err := a.commands.ChangeVehicle.Handle(t.Context(), commands.ChangeVehicle{VIN: string(vin), RegistrationNumber: &number})
			require.NoError(t, err)
		}
		some, err := a.views.reading.changes.Changes(t.Context(), from, feedAPhase)
		require.NoError(t, err)
		if len(some) == feedAPhase {
			return
		}
	}
}

// feedWorld is what readers know of an app that is restarted at another address.
type feedWorld struct {
	prefix string
	mu     sync.Mutex
	base   string
	end    domain.Position // from here on a reader has seen everything; zero while nobody knows
}

func (w *feedWorld) set(a *App) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.base = "http://" + a.Addr()
}

func (w *feedWorld) finish(end domain.Position) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.end = end
}

func (w *feedWorld) now() (base string, end domain.Position) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.base, w.end
}

// read follows the feed from the beginning of the log over any number of connections and returns the ids of what it saw.
func (w *feedWorld) read(t *testing.T, query string, random *rand.Rand) (seen []string) {
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	last := w.prefix + "0"
	for {
		base, end := w.now()
		at, err := domain.ParsePosition(strings.TrimPrefix(last, w.prefix))
		if !assert.NoError(t, err) || !end.IsZero() && !at.Before(end) {
			return seen
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(random.IntN(700))*time.Millisecond)
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/v1/changes"+query, http.NoBody)
		assert.NoError(t, err)
		request.Header.Set("Accept", "text/event-stream")
		request.Header.Set("Last-Event-ID", last)
		if response, err := client.Do(request); err == nil { // else it is being restarted
			assert.Equal(t, http.StatusOK, response.StatusCode)
			last, seen = readEvents(response, last, seen)
			assert.NoError(t, response.Body.Close())
		}
		cancel()
		<-time.After(time.Duration(1+random.IntN(30)) * time.Millisecond)
	}
}

// readEvents reads until the stream ends, as a client that remembers whole events alone.
func readEvents(response *http.Response, last string, seen []string) (lastID string, ids []string) {
	id, event := last, false
	for lines := bufio.NewReader(response.Body); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			return last, seen
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
		switch name {
		case "id":
			id = value
		case "event":
			event = true
		case "":
			if event {
				seen = append(seen, id)
			}
			last, event = id, false
		}
	}
}

func TestTheListOfChangesGoesOnAsAStream(t *testing.T) {
	t.Parallel()
	a := startApp(t, t.TempDir())
	defer stopApp(t, a)
	registerFleet(t, a)
	verdict, err := a.commands.RecordHeartbeats.One(t.Context(), domain.Heartbeat{VIN: domain.VIN(feedVIN(3))}, "")
	require.NoError(t, err)
	list, err := queries.ListChangesHandler{Changes: a.views.reading.changes, Relations: a.views.reading.relations, Now: a.clock.Now}.
		Handle(t.Context(), queries.ListChanges{After: verdict.Position})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	assert.Equal(t, domain.Connected, list.Items[0].Status)
	assert.Equal(t, domain.VIN(feedVIN(3)), list.Items[0].VIN)
	assert.Equal(t, "Åkeri 1 AB", list.Items[0].Customer.Name)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+a.Addr()+"/api/v1/changes", http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Accept", "text/event-stream")
	request.Header.Set("Last-Event-ID", a.logID[:8]+"."+list.Position.String())
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	lines, text := bufio.NewReader(response.Body), ""
	for !strings.Contains(text, "\ndata: ") || !strings.HasSuffix(text, "\n\n") {
		line, err := lines.ReadString('\n')
		require.NoError(t, err)
		text += line
	}
	assert.Contains(t, text, "\nevent: disconnected\ndata: {\"vin\":\""+feedVIN(3)+"\",", "what comes next, and nothing of the list again")
	assert.Contains(t, text, `"customer":{"id":"`+string(list.Items[0].Customer.ID)+`","name":"Åkeri 1 AB"}`)
	assert.EqualValues(t, 1, a.feedStats().Readers)
}
