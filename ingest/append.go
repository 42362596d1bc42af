package ingest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

const (
	attemptTime = 5 * time.Second       // how long one append may take before it is repeated
	firstPause  = 10 * time.Millisecond // before the first repetition; twice as long before each further one
	longestWait = time.Second           // at most
)

// append appends a job's event, repeating it until its outcome is known. An error means that this node is over; it
// is errEnded where ctx ended.
func (i *Ingest) append(ctx context.Context, j *job) (eventstore.Appended, error) {
	pause := firstPause
	for attempt := 1; ; attempt++ {
		appended, err := i.attempt(ctx, j)
		i.note(err)
		if err == nil {
			if attempt > 1 {
				i.logger.Info("heartbeats are stored again", "stream", i.stream, "attempts", attempt)
			}
			return appended, nil
		}
		if !worthRepeating(err) {
			return eventstore.Appended{}, fmt.Errorf("append %s to %q: %w", j.event.Type, i.stream, err)
		}
		if attempt == 1 {
			i.logger.Warn("heartbeats cannot be stored, trying again", "stream", i.stream, "error", err)
		}
		i.observer.retried(err)
		if ended := sleep(ctx, pause/2+rand.N(pause/2)); ended != nil {
			return eventstore.Appended{}, fmt.Errorf("append %s to %q: %w: %w", j.event.Type, i.stream, errEnded, err)
		}
		pause = min(2*pause, longestWait)
	}
}

// note remembers why nothing can be stored, for those who ask meanwhile.
func (i *Ingest) note(trouble error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.trouble = trouble
}

// full reports whether nothing can be stored because the log has no room. It is called under the lock.
func (i *Ingest) full() bool { return errors.Is(i.trouble, eventstore.ErrFull) }

// attempt appends once. The first append to a stream whose every event has expired finds out the revision by being
// refused; that nobody else is at work there is known from reading it again.
func (i *Ingest) attempt(ctx context.Context, j *job) (eventstore.Appended, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTime)
	defer cancel()
	appended, err := i.store.Append(ctx, i.stream, i.revision, j.event)
	var conflict *eventstore.ConflictError
	if !i.fresh || !errors.As(err, &conflict) {
		return appended, err
	}
	if _, readErr := i.readEnd(ctx); readErr != nil {
		return appended, errors.Join(eventstore.ErrUnavailable, readErr)
	}
	if !i.fresh {
		return appended, err
	}
	i.revision, i.fresh = conflict.Actual, false
	return i.store.Append(ctx, i.stream, i.revision, j.event)
}

// worthRepeating reports whether an append that failed so may succeed. A conflict may not: somebody else writes as this
// node, and what it promised is not ours to continue.
func worthRepeating(err error) bool {
	var conflict *eventstore.ConflictError
	if errors.As(err, &conflict) {
		return false
	}
	for _, final := range []error{eventstore.ErrClosed, eventstore.ErrInvalid, eventstore.ErrTooLarge, eventstore.ErrCorrupt} {
		if errors.Is(err, final) {
			return false
		}
	}
	return true
}

// readEnd reads where the node's stream ends, and returns the latest moment that its last event names.
func (i *Ingest) readEnd(ctx context.Context) (domain.Instant, error) {
	i.revision, i.fresh = eventstore.NoStream, true
	for r, err := range i.store.ReadStream(ctx, i.stream, eventstore.End, eventstore.Backwards) {
		if err != nil {
			return 0, fmt.Errorf("read the end of %q: %w", i.stream, err)
		}
		i.revision, i.fresh = r.Revision, false
		return moment(r)
	}
	return 0, nil
}

// moment returns the latest moment that an event of a node's stream answers for; zero for a type that only a newer
// version knows.
func moment(r eventstore.Recorded) (domain.Instant, error) {
	e, err := eventstore.Decode(r)
	switch e := e.(type) {
	case *domain.IngestOpened:
		return e.At, nil
	case *domain.HeartbeatsRecorded:
		return e.Until, nil
	case *domain.IngestClosed:
		return e.At, nil
	}
	if err != nil && !errors.Is(err, eventstore.ErrUnknownType) {
		return 0, err
	}
	return 0, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}
