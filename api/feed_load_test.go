package api_test

import (
	"log/slog"
	"math/rand/v2"
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

func TestASlowReaderIsCutOffAndCostsNobodyElseAnything(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newFeedSource(someChanges()...)
		feed, h := runFeed(t, source, api.FeedOptions{})
		slow, quick := follow(t, h, "", ""), follow(t, h, "", "")
		last, ok := slow.next()
		require.True(t, ok)
		_, ok = quick.next() // or it might begin after what is added
		require.True(t, ok)
		began := time.Now()
		more := manyChanges(rand.New(rand.NewPCG(7, 8)), 80, 3)
		source.add(more...)
		got, _ := quick.take(t, 3)
		assert.Equal(t, places(more), ids(got))
		assert.LessOrEqual(t, time.Since(began), 10*time.Millisecond, "nobody waits for the slow one")
		assert.Equal(t, api.FeedStats{Readers: 2}, feed.Stats())

		assert.True(t, <-slow.ended, "its answer is broken off: half an event may be on its way")
		assert.InDelta(t, 10, time.Since(began).Seconds(), .02)
		synctest.Wait()
		assert.Equal(t, api.FeedStats{Readers: 1, CutOff: 1}, feed.Stats())
		again, _ := follow(t, h, "", last.id).take(t, 3)
		assert.Equal(t, places(more), ids(again), "it resumes where it was")
	})
}

func TestAReaderThatTakesEnoughIsNotCutOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newFeedSource(transition(1, abc, "c1", domain.Connected))
		feed, h := runFeed(t, source, api.FeedOptions{Keep: 100})
		s := follow(t, h, "", place(1))
		more := manyChanges(rand.New(rand.NewPCG(7, 9)), 1, 3000) // far more than is kept, and some 20 writes
		source.add(more...)
		for i := range more {
			got, _ := s.take(t, 1)
			require.Equal(t, place(more[i].Position.Commit), got[0].id)
			if i%100 == 0 {
				<-time.After(4 * time.Second)
			}
		}
		assert.Zero(t, feed.Stats().CutOff)
	})
}

func TestAFeedThatEnds(t *testing.T) {
	t.Parallel()
	t.Run("ends every stream at once, in order, where it was", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			source := newFeedSource(someChanges()...)
			feed, h := runFeed(t, source, api.FeedOptions{})
			live, waiting := follow(t, h, "?customer=nobody", ""), follow(t, h, "", place(500))
			for _, s := range []*stream{live, waiting} {
				_, ok := s.next()
				require.True(t, ok)
			}
			synctest.Wait()
			began := time.Now()
			feed.Close()
			for s, want := range map[*stream]string{live: place(80), waiting: place(500)} {
				e, ok := s.next()
				require.True(t, ok)
				assert.Equal(t, event{id: want}, e)
				assert.False(t, <-s.ended)
			}
			assert.Equal(t, began, time.Now())
			synctest.Wait()
			assert.Equal(t, api.FeedStats{}, feed.Stats())
		})
	})
	t.Run("waits a second for a reader that is stuck", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			source := newFeedSource(someChanges()...)
			feed, h := runFeed(t, source, api.FeedOptions{})
			stuck, early := follow(t, h, "", ""), follow(t, h, "", "")
			_, ok := stuck.next()
			require.True(t, ok)
			source.add(transition(90, abc, "c1", domain.Connected))
			synctest.Wait()
			began := time.Now()
			feed.Close()
			<-stuck.ended
			<-early.ended
			assert.Equal(t, time.Second, time.Since(began))
			assert.Zero(t, feed.Stats().CutOff, "it was not its fault")
		})
	})
}

func TestAStreamOfAFeedThatHasEnded(t *testing.T) {
	t.Parallel()
	t.Run("ends where it begins", func(t *testing.T) {
		t.Parallel()
		feed, h := runFeed(t, newFeedSource(someChanges()...), api.FeedOptions{})
		feed.Close()
		s := follow(t, h, "", place(10))
		e, ok := s.next()
		require.True(t, ok)
		assert.Equal(t, event{id: place(10)}, e)
	})
	t.Run("ends at once where the view is not there yet", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			feed, h := runFeed(t, newFeedSource(), api.FeedOptions{})
			s := follow(t, h, "", "")
			synctest.Wait()
			feed.Close()
			assert.False(t, <-s.ended)
		})
	})
}

func TestAFeedThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err    error
		logged int
	}{
		"because of a fault is said once":         {errBroken, 1},
		"because it is being built is not a news": {&domain.Error{Kind: domain.Unavailable, Message: "the timeline view is being built"}, 0},
	} {
		for moment, keep := range map[string]int{"at the start": 100, "by a reader": 1} {
			t.Run(name+" "+moment+", and goes on", func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					source, log := newFeedSource(someChanges()...), &strings.Builder{}
					if moment == "at the start" {
						source.fail(test.err)
					}
					_, h := runFeed(t, source, api.FeedOptions{Keep: keep, Log: slog.New(slog.NewTextHandler(log, nil))})
					synctest.Wait()
					source.fail(test.err)
					source.add(transition(90, abc, "c1", domain.Disconnected))
					s := follow(t, h, "", place(20))
					time.AfterFunc(time.Minute, func() { source.fail(nil) })
					got, _ := s.take(t, 7)
					assert.Equal(t, append(places(someChanges()[2:]), place(90)), ids(got))
					synctest.Wait()
					assert.Equal(t, test.logged, strings.Count(log.String(), "feed of changes cannot be read"))
				})
			})
		}
	}
}

func TestTheViewIsReadOnceForAllReaders(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const readers, pages = 1000, 60
		source := newFeedSource(someChanges()...)
		feed, h := runFeed(t, source, api.FeedOptions{})
		synctest.Wait()
		before := source.read()
		changes := manyChanges(rand.New(rand.NewPCG(1, 1)), 80, pages)
		customers := []string{"", "c0", "c1", "c2", "nobody"}
		want := map[string][]string{}
		for _, customer := range customers {
			for _, c := range changes {
				if customer == "" || string(c.Customer.ID) == customer {
					want[customer] = append(want[customer], place(c.Position.Commit))
				}
			}
		}
		var group sync.WaitGroup
		for i := range readers {
			query, customer := "", customers[i%len(customers)]
			if customer != "" {
				query = "?customer=" + customer
			}
			s := follow(t, h, query, "")
			_, ok := s.next()
			require.True(t, ok)
			group.Go(func() {
				got, _ := s.take(t, len(want[customer]))
				assert.Equal(t, want[customer], ids(got))
			})
		}
		synctest.Wait()
		require.EqualValues(t, readers, feed.Stats().Readers)
		began := time.Now()
		for i := range pages { // one of a change each 5 ms
			source.add(changes[i])
			<-time.After(5 * time.Millisecond)
		}
		group.Wait()
		took := time.Since(began)
		assert.LessOrEqual(t, took, pages*5*time.Millisecond+50*time.Millisecond)
		assert.LessOrEqual(t, source.read()-before, int(took/(50*time.Millisecond))+1, "with a thousand readers it is read each 50 ms, not at each page")
	})
}

func TestChangesComeAsTheyHappen(t *testing.T) {
	t.Parallel()
	for readers, within := range map[int]time.Duration{1: 10 * time.Millisecond, 400: 20 * time.Millisecond, 1000: 50 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			source := newFeedSource(someChanges()...)
			_, h := runFeed(t, source, api.FeedOptions{})
			all := make([]*stream, readers)
			for i := range all {
				all[i] = follow(t, h, "?vin="+string(abc), "")
				_, ok := all[i].next()
				require.True(t, ok)
			}
			<-time.After(time.Second)
			slowest := time.Duration(0)
			for n := range uint64(5) {
				began := time.Now()
				source.add(transition(90+n, abc, "c1", domain.Connected))
				for _, s := range all {
					_, ok := s.next()
					require.True(t, ok)
				}
				slowest = max(slowest, time.Since(began))
				<-time.After(time.Duration(n) * 13 * time.Millisecond)
			}
			assert.LessOrEqual(t, slowest, within)
			for _, s := range all {
				s.close()
			}
		})
	}
}

var _ api.ChangeSource = queries.FollowChanges{}
