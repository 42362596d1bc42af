package queries_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// manyCustomers are n customers in order of their names.
func manyCustomers(n int) (found []domain.Customer) {
	for i := range n {
		found = append(found, domain.Customer{ID: domain.CustomerID(fmt.Sprintf("c%05d", i)), Name: fmt.Sprintf("Åkeri %05d", i)})
	}
	return found
}

// moving is relations that change while they are asked, and that take a second to read whole.
type moving struct {
	relations
	mu    *sync.Mutex
	whole *atomic.Int64 // how often they were read whole
	err   *error
}

func newMoving(customers []domain.Customer) *moving {
	return &moving{relations: relations{customers: customers}, mu: &sync.Mutex{}, whole: &atomic.Int64{}, err: new(error)}
}

func (m *moving) CustomersByID(ctx context.Context, ids []domain.CustomerID) (map[domain.CustomerID]domain.Customer, error) {
	m.mu.Lock()
	found, err := m.relations.CustomersByID(ctx, ids)
	if ids == nil {
		m.whole.Add(1)
		err = *m.err
	}
	m.mu.Unlock()
	if ids == nil {
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return found, err
}

// rename gives a customer a name that comes before all others.
func (m *moving) rename(i int, name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.customers = slices.Clone(m.customers)
	m.customers[i].Name = name
}

func (m *moving) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	*m.err = err
}

// first returns the name of the first customer.
func first(t *testing.T, h queries.ListCustomersHandler, after domain.Position) string {
	t.Helper()
	list, err := h.Handle(t.Context(), queries.ListCustomers{Limit: 1, After: after})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	return list.Items[0].Name
}

func rosterMoving(m *moving) queries.ListCustomersHandler {
	past := history{}
	return queries.ListCustomersHandler{Roster: queries.NewRoster(m, counters{}, past, queries.NewUsualRanges(past), noon)}
}

func TestRosterOfFewIsReadForEveryQuestion(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMoving(manyCustomers(1_000))
		h := rosterMoving(m)
		assert.Equal(t, "Åkeri 00000", first(t, h, domain.Position{}))
		m.rename(999, "A")
		assert.Equal(t, "A", first(t, h, domain.Position{}), "what was written is seen at once")
		assert.EqualValues(t, 2, m.whole.Load())
	})
}

func TestRosterOfManyKeepsItsOrderForAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMoving(manyCustomers(1_001))
		h := rosterMoving(m)
		began := time.Now()
		assert.Equal(t, "Åkeri 00000", first(t, h, domain.Position{}))
		assert.Equal(t, time.Second, time.Since(began), "the first waits")

		m.rename(999, "A")
		m.rename(0, "Åkeri 00000 B")
		began = time.Now()
		assert.Equal(t, "Åkeri 00000 B", first(t, h, domain.Position{}), "the order is the former, what it shows is not")
		assert.Zero(t, time.Since(began), "nobody waits")

		<-time.After(5 * time.Second)
		began = time.Now()
		assert.Equal(t, "Åkeri 00000 B", first(t, h, domain.Position{}))
		assert.Equal(t, "Åkeri 00000 B", first(t, h, domain.Position{}))
		assert.Zero(t, time.Since(began), "the order is being found beside the answers")
		<-time.After(time.Second)
		synctest.Wait()
		assert.EqualValues(t, 2, m.whole.Load(), "once")
		assert.Equal(t, "A", first(t, h, domain.Position{}))

		m.rename(500, "0")
		<-time.After(11 * time.Second)
		began = time.Now()
		assert.Equal(t, "0", first(t, h, domain.Position{}), "an order of long ago is not used")
		assert.Equal(t, time.Second, time.Since(began))
	})
}

func TestRosterThatWaitsForAPositionHasAnOrderOfAfterIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMoving(manyCustomers(1_001))
		m.through = domain.Position{Commit: 9, Prepare: 9}
		past := history{view: m.view}
		h := queries.ListCustomersHandler{Roster: queries.NewRoster(m, counters{view: m.view}, past, queries.NewUsualRanges(past), noon)}
		assert.Equal(t, "Åkeri 00000", first(t, h, domain.Position{}))
		m.rename(999, "A")
		assert.Equal(t, "Åkeri 00000", first(t, h, domain.Position{}))
		assert.Equal(t, "A", first(t, h, domain.Position{Commit: 9}))
	})
}

func TestRosterIsSharedByThoseWhoComeAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMoving(manyCustomers(3))
		h := rosterMoving(m)
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() { assert.Equal(t, "Åkeri 00000", first(t, h, domain.Position{})) })
		}
		all.Wait()
		assert.LessOrEqual(t, m.whole.Load(), int64(2), "one for the first, and one begun after all the others had come")

		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		all.Go(func() { first(t, h, domain.Position{}) })
		synctest.Wait()
		_, err := h.Handle(ctx, queries.ListCustomers{})
		require.ErrorIs(t, err, context.DeadlineExceeded, "who waits for another's reading may leave")
		all.Wait()
	})
}

func TestRosterTellsWhoWaitsWhatBreaks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := newMoving(manyCustomers(1_001))
		h := rosterMoving(m)
		assert.Equal(t, "Åkeri 00000", first(t, h, domain.Position{}))
		m.fail(errBroken)
		<-time.After(5 * time.Second)
		assert.Equal(t, "Åkeri 00000", first(t, h, domain.Position{}), "the order is good for a while")
		<-time.After(6 * time.Second)
		_, err := h.Handle(t.Context(), queries.ListCustomers{})
		require.ErrorIs(t, err, errBroken)
		m.fail(nil)
		assert.Equal(t, "Åkeri 00000", first(t, h, domain.Position{}))
	})
}

func TestWalkingAListMeetsEveryCustomerOnce(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 7))
	customers := manyCustomers(1_500)
	c := counters{counts: map[domain.CustomerID]queries.Counts{}, longest: map[domain.CustomerID]*queries.Disconnection{}}
	for i := range customers {
		customers[i].Name = fmt.Sprintf("Åkeri %d", random.IntN(300)) // many have the same
		if random.IntN(4) == 0 {
			continue // has no vehicles
		}
		id := customers[i].ID
		c.counts[id] = queries.Counts{Connected: random.Int64N(4), Disconnected: random.Int64N(4), NeverSeen: random.Int64N(3)}
		if c.counts[id].Disconnected > 0 {
			c.longest[id] = &queries.Disconnection{VIN: abc, Since: ago(time.Duration(random.IntN(50)) * time.Hour)}
		}
	}
	h := queries.ListCustomersHandler{Roster: rosterOf(relations{customers: customers}, c)}
	for _, sort := range queries.CustomerSorts() {
		var once []string
		for _, reversed := range []bool{false, true} {
			seen := map[domain.CustomerID]bool{}
			var walked []string
			for q := (queries.ListCustomers{Sort: sort, Descending: reversed, Limit: 7 + random.IntN(190)}); ; {
				list, err := h.Handle(t.Context(), q)
				require.NoError(t, err)
				for _, customer := range list.Items {
					require.False(t, seen[customer.ID], "%s twice", customer.ID)
					seen[customer.ID] = true
					walked = append(walked, string(customer.ID))
				}
				if q.Cursor = list.Next; q.Cursor == "" {
					break
				}
			}
			require.Len(t, walked, len(customers), sort)
			if reversed {
				slices.Reverse(walked)
				require.Equal(t, once, walked, "one order, whichever end it begins at: %s", sort)
			}
			once = walked
		}
	}
}
