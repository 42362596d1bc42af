package ingest

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Close takes no more heartbeats, stores those that are queued, appends ingest.closed and returns. When ctx ends first it
// gives up: what is not stored by then is lost, was never acknowledged, and is counted in the error. Closing twice is
// harmless.
func (i *Ingest) Close(ctx context.Context) error {
	i.stopTaking()
	select {
	case <-i.ended:
	case <-ctx.Done():
		left := i.Stats().Heartbeats
		i.cancel()
		return fmt.Errorf("close ingest of node %q: %d heartbeats not stored: %w", i.by.By, left, ctx.Err())
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if errors.Is(i.err, errEnded) {
		return nil
	}
	return fmt.Errorf("close ingest of node %q: %w", i.by.By, i.err)
}

func (i *Ingest) stopTaking() {
	i.mu.Lock()
	defer i.mu.Unlock()
	now, _ := i.look()
	i.noteWaiting()
	i.hearing.end(now)
	i.announce()
	i.rouse()
	i.hurry()
}

// fail ends the loop for a reason that only a new process cures, or because Close gave up.
func (i *Ingest) fail(err error, taken *batch) {
	i.end(err, taken)
	if !errors.Is(err, errEnded) {
		close(i.failed)
	}
}

// check notes every 250 ms that the process runs, and is the one place that says when the node went deaf.
func (i *Ingest) check() {
	ticker := time.NewTicker(checkEvery)
	defer ticker.Stop()
	said := ""
	for {
		select {
		case <-ticker.C:
		case <-i.ended:
			return
		}
		why, refusal := i.checkOnce()
		if why != said && why != "" {
			i.logger.Warn("node takes no heartbeats", "node", i.by.By, "why", why, "error", refusal)
		}
		said = why
	}
}

// checkOnce notes that the process runs and returns in a word why no heartbeats are taken, or "", with the clock's own
// reason where it is the clock.
func (i *Ingest) checkOnce() (string, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	now, refusal := i.look()
	i.hearing.check(now, refusal != nil)
	switch {
	case refusal != nil:
		return "clock", refusal
	case i.hearing.phase == listening:
		return "", nil
	}
	return i.hearing.why, nil
}
