package e2e

import (
	"encoding/json"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// tally counts the heartbeats of one vehicle that were acknowledged.
type tally struct {
	count atomic.Int64
	ids   sync.Map // of them
	end   func()
}

// tally has a vehicle ping, one heartbeat at a time, until stop: a node that does not answer holds it up.
func (to *target) tally(t *testing.T, vin string, every time.Duration) *tally {
	t.Helper()
	y := &tally{}
	done := make(chan struct{})
	var pinging sync.WaitGroup
	pinging.Go(func() {
		ticks := time.NewTicker(every)
		defer ticks.Stop()
		for {
			if s := to.Load(); s != nil {
				status, text := s.try("POST", "/heartbeat/"+vin, nil)
				var w written
				if status == 202 && json.Unmarshal(text, &w) == nil {
					y.ids.Store(w.ID, true)
					y.count.Add(1)
				}
			}
			select {
			case <-ticks.C:
			case <-done:
				return
			}
		}
	})
	y.end = sync.OnceFunc(func() { close(done); pinging.Wait() })
	t.Cleanup(y.end)
	return y
}

// stop ends it.
func (y *tally) stop() { y.end() }

// acknowledged reports whether a heartbeat was answered 202.
func (y *tally) acknowledged(h heartbeat) bool {
	_, is := y.ids.Load(h.ID)
	return is
}

// requireStored requires that all that was acknowledged is in the log.
func (y *tally) requireStored(t *testing.T, stored []heartbeat) {
	t.Helper()
	ids := map[string]bool{}
	for _, h := range stored {
		ids[h.ID] = true
	}
	y.ids.Range(func(id, _ any) bool { return assert.True(t, ids[id.(string)], "%s is lost", id) })
	t.Logf("%d heartbeats acknowledged, %d in the log", y.count.Load(), len(stored))
}
