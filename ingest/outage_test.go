package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/eventstore/eventstoredb"
	"fleetbeat/eventstore/eventstoredb/esdbtest"
	"fleetbeat/ingest"
)

// callers are vehicles that ping without end, and what they were told.
type callers struct {
	*testing.T

	node    *ingest.Ingest
	mu      sync.Mutex
	acked   []string
	refused int
	running sync.WaitGroup
}

func (c *callers) start(ctx context.Context, n int) {
	for w := range n {
		c.running.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				c.ping(ctx, fmt.Sprintf("%d-%d", w, i), w)
			}
		})
	}
}

func (c *callers) ping(ctx context.Context, id string, w int) {
	began := time.Now()
	_, err := c.node.Record(ctx, []domain.Heartbeat{{VIN: domain.VIN(fmt.Sprintf("TESTVEHYCLE%06d", w)), ID: id}})
	assert.Less(c, time.Since(began), 20*time.Second, "a heartbeat is answered within five seconds, and a busy machine")
	c.mu.Lock()
	defer c.mu.Unlock()
	var refusal *domain.Error
	switch {
	case err == nil:
		c.acked = append(c.acked, id)
	case ctx.Err() != nil:
	case assert.True(c, errors.As(err, &refusal), "%v", err):
		assert.Contains(c, []domain.Kind{domain.Unavailable, domain.Overloaded}, refusal.Kind)
		c.refused++
	}
}

func (c *callers) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.acked)
}

// TestLogAway takes EventStoreDB away for ten seconds under load, in real time: clocks of ingest and of the client meet here.
func TestLogAway(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(*esdbtest.Proxy){
		"refused":                          (*esdbtest.Proxy).Refuse,
		"silent, and its connections lost": func(p *esdbtest.Proxy) { p.Swallow(); p.Lose() },
	} {
		t.Run(name+": nothing acknowledged is lost, the node goes deaf and listens again by itself", func(t *testing.T) {
			t.Parallel()
			if testing.Short() {
				t.Skip("SKIPPED with -short: the log is away for ten real seconds")
			}
			server := esdbtest.Start(t)
			proxy := esdbtest.StartProxy(t, server.Address())
			store, err := eventstoredb.Open("esdb://"+proxy.Address()+"?tls=false", eventstoredb.Options{})
			require.NoError(t, err)
			defer func() { require.NoError(t, store.Close()) }()
			node, err := ingest.Open(t.Context(), store, ingest.Options{Node: "n", Clock: ingest.NewClock(ingest.ClockOptions{}), MaxAge: time.Hour})
			require.NoError(t, err)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			c := &callers{T: t, node: node}
			c.start(ctx, 16)
			require.Eventually(t, func() bool { return c.count() > 100 }, time.Minute, time.Millisecond)

			cut := time.Now()
			begin(proxy)
			require.Eventually(t, func() bool { return node.Ready() != nil }, time.Minute, time.Millisecond, "a node that cannot store says so")
			<-time.After(time.Until(cut.Add(10 * time.Second)))
			require.Error(t, node.Ready())
			require.NoError(t, proxy.Heal())
			healed, before := time.Now(), c.count()
			require.Eventually(t, func() bool { return c.count() > before+100 }, time.Minute, time.Millisecond)
			t.Logf("heartbeats are taken again %v after the end", time.Since(healed).Round(time.Millisecond))
			require.NoError(t, node.Ready())
			cancel()
			c.running.Wait()
			closing, done := context.WithTimeout(t.Context(), time.Minute)
			defer done()
			require.NoError(t, node.Close(closing))
			requireHonest(t, store, c, cut, healed)
		})
	}
}

// requireHonest requires that the log of node n holds every acknowledged heartbeat, once, and names the outage as unobserved.
func requireHonest(t *testing.T, store eventstore.Store, c *callers, cut, healed time.Time) {
	t.Helper()
	stored, until, unobserved := map[string]int{}, domain.Instant(0), domain.Instant(0)
	for r, err := range store.ReadStream(t.Context(), domain.IngestStream("n"), 0, eventstore.Forwards) {
		require.NoError(t, err)
		e, err := eventstore.Decode(r)
		require.NoError(t, err)
		switch e := e.(type) {
		case *domain.HeartbeatsRecorded:
			require.GreaterOrEqual(t, e.Until, until, "what was promised is never taken back")
			until = e.Until
			for _, h := range e.Heartbeats {
				stored[h.ID]++
				if stored[h.ID] > 1 {
					assert.Fail(t, "a heartbeat is stored twice", h.ID)
				}
			}
		case *domain.IngestOpened:
			if e.DeafFrom != 0 {
				t.Logf("unobserved: %v, because %s", time.Duration(e.At-e.DeafFrom)*time.Millisecond, e.Why)
				assert.Contains(t, []string{"stalled", "overloaded", ""}, e.Why)
				unobserved += e.At - e.DeafFrom
			}
		}
	}
	for _, id := range c.acked {
		require.Equal(t, 1, stored[id], "acknowledged: %s", id)
	}
	lost := healed.Sub(cut) - 6*time.Second // five, for which a slow append is no span, and what the last batch had promised
	assert.Greater(t, unobserved, domain.Instant(lost/time.Millisecond), "the outage is named in the log")
	t.Logf("%d acknowledged, %d refused, %d stored", len(c.acked), c.refused, len(stored))
}
