package ingest

import (
	"context"
	"time"
)

const (
	// busyHeartbeats is how many a batch must hold for the next one to wait for company: a lone heartbeat never does.
	busyHeartbeats = 16
	// enoughHeartbeats is how many are worth an append of their own at once.
	enoughHeartbeats = 256
	// gatherFor is how long company is waited for at most.
	gatherFor = 2 * time.Millisecond
)

// gather lets heartbeats come for a moment after a batch that many waited for. Their callers send again when they are
// answered, one a little before the others: without it every other append held that one alone.
func (i *Ingest) gather(ctx context.Context, last *batch) {
	if last == nil || last.count < busyHeartbeats || !i.worthWaiting() {
		return
	}
	timer := time.NewTimer(gatherFor)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-i.enough:
	case <-ctx.Done():
	}
}

// worthWaiting reports whether the next batch is small yet, and forgets that an earlier one was not.
func (i *Ingest) worthWaiting() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	select {
	case <-i.enough:
	default:
	}
	return i.queue.heartbeats < enoughHeartbeats && len(i.queue.batches) < 2 && i.hearing.stop.IsZero()
}

// hurry ends the wait for company. It is called under the lock.
func (i *Ingest) hurry() {
	select {
	case i.enough <- struct{}{}:
	default:
	}
}
