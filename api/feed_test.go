package api_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"fleetbeat/api"
	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// manyChanges returns n changes at random positions, of a few vehicles and customers.
func manyChanges(random *rand.Rand, after uint64, n int) []queries.Change {
	changes := make([]queries.Change, n)
	for i := range changes {
		after += 1 + random.Uint64N(3)
		vin := []domain.VIN{abc, def}[random.IntN(2)]
		customer := domain.CustomerID(fmt.Sprintf("c%d", random.IntN(3)))
		switch random.IntN(5) {
		case 0:
			changes[i] = registered(after, vin, customer)
		case 1:
			changes[i] = registered(after, "", customer)
		default:
			changes[i] = transition(after, vin, customer, []domain.Status{domain.Connected, domain.Disconnected}[random.IntN(2)])
		}
	}
	return changes
}

func TestAStreamResumesAtEveryPosition(t *testing.T) {
	t.Parallel()
	all := manyChanges(rand.New(rand.NewPCG(3, 4)), 0, 60)
	for name, keep := range map[string]int{"from memory": 1000, "from the view": 1, "from the view, then from memory": 20} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				_, h := runFeed(t, newFeedSource(all...), api.FeedOptions{Keep: keep})
				synctest.Wait()
				for n := range all[len(all)-1].Position.Commit + 1 { // also those between changes, and none
					want := slices.Clone(all)
					want = slices.DeleteFunc(want, func(c queries.Change) bool { return c.Position.Commit <= n })
					s := follow(t, h, "", place(n))
					got, _ := s.take(t, len(want))
					require.Equal(t, places(want), ids(got), "after %d", n)
					s.close()
				}
			})
		})
	}
}

func TestAStreamIsFiltered(t *testing.T) {
	t.Parallel()
	for query, want := range map[string][]uint64{
		"":                                 {10, 20, 30, 40, 50, 60, 70, 80},
		"?customer=c1":                     {10, 20, 30, 70},
		"?customer=c2":                     {40, 50, 60, 80},
		"?customer=c1,c2&status=connected": {30, 60, 80},
		"?status=disconnected":             {70},
		"?vin=" + string(abc):              {20, 30, 70, 80},
		"?vin=" + string(abc) + "&vin=" + string(def) + "&status=connected": {30, 60, 80},
		"?vin=" + strings.ToLower(string(abc)) + "&customer=c2":             {80},
	} {
		for name, keep := range map[string]int{"memory": 100, "view": 1} {
			t.Run(name+query, func(t *testing.T) {
				t.Parallel()
				source := newFeedSource(someChanges()...)
				_, h := runFeed(t, source, api.FeedOptions{Keep: keep})
				s := follow(t, h, query, place(0))
				got, _ := s.take(t, len(want))
				source.add(transition(91, abc, "c2", domain.Disconnected), transition(92, abc, "c2", domain.Connected),
					transition(93, abc, "c1", domain.Disconnected), transition(94, abc, "c1", domain.Connected))
				last, _ := s.take(t, 1)
				var gotten []string
				for _, n := range want {
					gotten = append(gotten, place(n))
				}
				assert.Equal(t, gotten, ids(got))
				assert.Greater(t, last[0].id, place(9), "and nothing else before what comes then")
			})
		}
	}
}

func TestAStreamWithoutAPlaceBeginsNow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newFeedSource()
		_, h := runFeed(t, source, api.FeedOptions{})
		early := follow(t, h, "", "") // before the view knows where it is
		synctest.Wait()
		source.add(someChanges()...)
		first, ok := early.next()
		require.True(t, ok)
		require.Equal(t, event{id: place(80)}, first)
		late := follow(t, h, "", "")
		first, ok = late.next()
		require.True(t, ok)
		require.Equal(t, event{id: place(80)}, first, "a client that goes away before the first change knows where to resume")
		source.add(transition(90, abc, "c1", domain.Disconnected))
		for _, s := range []*stream{early, late} {
			got, _ := s.take(t, 1)
			assert.Equal(t, []string{place(90)}, ids(got))
		}
	})
}

func TestAPlaceAheadOfTheViewIsWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newFeedSource(someChanges()...)
		_, h := runFeed(t, source, api.FeedOptions{})
		s := follow(t, h, "", place(100)) // a position of a write, or one from before a restart
		synctest.Wait()
		source.add(transition(90, abc, "c1", domain.Disconnected), transition(100, abc, "c1", domain.Connected))
		source.add(transition(110, abc, "c1", domain.Disconnected))
		got, _ := s.take(t, 1)
		assert.Equal(t, []string{place(110)}, ids(got))
	})
}

// TestReadersSeeTheExactSequence lets readers come and go while changes happen and the feed is restarted, and wants each
// to have seen every change that matches once, in order.
func TestReadersSeeTheExactSequence(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { exactSequence(t, rand.New(rand.NewPCG(5, seed))) })
		})
	}
}

func exactSequence(t *testing.T, random *rand.Rand) {
	all := manyChanges(random, 0, 150)
	end := all[len(all)-1].Position.Commit + 1
	all = append(all, transition(end, abc, "c1", domain.Connected), transition(end+1, abc, "c0", domain.Connected)) // one for each filter
	shown := random.IntN(60)
	w := &world{source: newFeedSource(all[:shown]...), end: end}
	restart := func() { w.start(t, 1+random.IntN(40)) }
	restart()
	filters := map[string]queries.ChangeFilter{
		"": {}, "?customer=c1": {Customers: []domain.CustomerID{"c1"}}, "?status=connected": {Statuses: []domain.Status{domain.Connected}},
		"?vin=" + string(abc) + "&customer=c0,c2": {VINs: []domain.VIN{abc}, Customers: []domain.CustomerID{"c0", "c2"}},
	}
	var readers sync.WaitGroup
	for query, filter := range filters {
		for range 6 {
			own := rand.New(rand.NewPCG(random.Uint64(), 1))
			readers.Go(func() {
				got := w.read(t, query, own)
				matcher, err := filter.Matcher()
				assert.NoError(t, err)
				want := slices.DeleteFunc(slices.Clone(all), func(c queries.Change) bool { return !matcher.Match(c.VIN, c.Customer.ID, c.Status) })
				assert.Equal(t, places(want)[:len(got)], got, query)
			})
		}
	}
	for shown < len(all) {
		<-time.After(time.Duration(random.IntN(100)) * time.Millisecond)
		n := min(1+random.IntN(12), len(all)-shown)
		w.source.add(all[shown : shown+n]...)
		if shown += n; random.IntN(8) == 0 {
			restart()
		}
	}
	readers.Wait()
}

// world is a feed that is started again and again over one source.
type world struct {
	source *feedSource
	end    uint64 // from here on a reader has seen enough
	mu     sync.Mutex
	feed   *api.Feed
	api    http.Handler
}

// start ends the feed before, if there is one, and runs a new one.
func (w *world) start(t *testing.T, keep int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.feed != nil {
		w.feed.Close()
	}
	w.feed, w.api = runFeed(t, w.source, api.FeedOptions{Keep: keep})
}

func (w *world) current() http.Handler {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.api
}

// read follows the feed from its beginning over any number of connections and returns the ids of what it saw.
func (w *world) read(t *testing.T, query string, random *rand.Rand) (seen []string) {
	last := place(0)
	for {
		s := follow(t, w.current(), query, last)
		leave := time.AfterFunc(time.Duration(random.IntN(300))*time.Millisecond, s.close)
		for e, ok := s.next(); ok; e, ok = s.next() {
			if last = e.id; e.name == "" {
				continue
			}
			seen = append(seen, e.id)
			if n, err := strconv.ParseUint(strings.TrimPrefix(e.id, logID[:8]+"."), 10, 64); err != nil || n >= w.end {
				assert.NoError(t, err)
				leave.Stop()
				s.close()
				return seen
			}
		}
		leave.Stop()
		<-time.After(time.Duration(1+random.IntN(20)) * time.Millisecond)
	}
}
