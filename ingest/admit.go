package ingest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"fleetbeat/domain"
)

// errEnded is the cause of what is refused because the node stops taking heartbeats.
var errEnded = errors.New("the node is closed")

// admit stamps and queues a call, having waited for the node to listen. It returns the batch with the last heartbeat,
// and the stamp.
func (i *Ingest) admit(ctx context.Context, c *call) (*batch, domain.Instant, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if b, now, err := i.try(c); b != nil || err != nil {
		return b, now, err
	}
	// Half of the queue may wait, so that all of it goes in when the node listens again.
	if i.waiting+len(c.marks) > i.queue.maxHeartbeats/2 || i.waitingBytes+len(c.bytes) > i.queue.maxBytes/2 {
		i.hearing.miss()
		return nil, 0, overloaded()
	}
	i.waiting += len(c.marks)
	i.waitingBytes += len(c.bytes)
	defer func() {
		i.waiting -= len(c.marks)
		i.waitingBytes -= len(c.bytes)
	}()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		if err := i.waitForChange(ctx, timer.C); err != nil {
			i.hearing.miss()
			return nil, 0, err
		}
		if b, now, err := i.try(c); b != nil || err != nil {
			return b, now, err
		}
	}
}

// try queues the call if the node listens; neither batch nor error means that it does not, and may soon.
func (i *Ingest) try(c *call) (*batch, domain.Instant, error) {
	now, refusal := i.look()
	switch {
	case i.err != nil:
		return nil, 0, unavailable("heartbeats cannot be stored now", i.err)
	case !i.hearing.stop.IsZero():
		return nil, 0, unavailable("the server is being stopped", errEnded)
	case refusal != nil:
		return nil, 0, unavailable("heartbeats are not taken now: the server does not know the time", refusal)
	case !i.queue.ever(c):
		return nil, 0, overloaded()
	case i.hearing.phase != listening && i.full(): // to wait would not help, and there may be very many
		i.hearing.miss()
		return nil, 0, noRoom(i.trouble)
	case i.hearing.phase != listening:
		return nil, 0, nil
	case !i.queue.fits(c):
		i.hearing.overflow(now)
		i.rouse()
		return nil, 0, overloaded()
	}
	if len(i.queue.batches) == 0 {
		i.rouse()
	}
	b := i.queue.add(c, now)
	if i.queue.heartbeats >= enoughHeartbeats {
		i.hurry()
	}
	return b, now, nil
}

// waitForChange gives up the lock until something changed, and returns with the lock held.
func (i *Ingest) waitForChange(ctx context.Context, timeout <-chan time.Time) error {
	changed := i.changed
	i.mu.Unlock()
	defer i.mu.Lock()
	select {
	case <-changed:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("record heartbeats: %w", ctx.Err())
	case <-timeout:
		return unavailable("heartbeats cannot be stored now", nil)
	}
}

// noteWaiting tells the node that those who wait for it were not heard so far. It is called under the lock.
func (i *Ingest) noteWaiting() {
	if i.waiting > 0 {
		i.hearing.miss()
	}
}
