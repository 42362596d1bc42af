package ingest

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// job is one event to append, and what is to be done when it is in the log.
type job struct {
	event  eventstore.Event
	until  domain.Instant       // of a batch
	batch  *batch               // nil for an empty one
	opened *domain.IngestOpened // or this
	owed   bool                 // which is a span that the log was owed: the node listens already
	closed bool                 // or this: the last
}

// loop appends one event after the other until the node is closed or has failed. It alone writes the stream.
func (i *Ingest) loop(ctx context.Context) {
	defer close(i.ended)
	defer i.cancel()
	idle := time.NewTimer(0)
	defer idle.Stop()
	for {
		due := false
		select {
		case <-i.wake:
		case <-idle.C:
			due = true
			idle.Reset(idleEvery)
		case <-ctx.Done():
			i.end(errEnded)
			return
		}
		for {
			j, done := i.next(due)
			if done {
				i.end(errEnded)
				return
			}
			if j == nil {
				break
			}
			due = false
			idle.Reset(idleEvery)
			if !i.run(ctx, j) {
				return
			}
			i.gather(ctx, j.batch)
		}
	}
}

// next decides, under the lock, what is appended next; nil is nothing for now, done is nothing for ever. due says that
// the node has said nothing for so long that it has to say that time has passed.
func (i *Ingest) next(due bool) (j *job, done bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	now, refusal := i.look()
	h := &i.hearing
	stopped := !h.stop.IsZero()
	if h.owed != nil {
		j, h.owed = &job{opened: h.owed, owed: true}, nil
		return j, false
	}
	if b, left := i.queue.take(); b != nil {
		return &job{batch: b, until: h.promise(now, left)}, false
	}
	switch {
	case h.phase == deaf && stopped && h.promised.IsZero():
		return nil, true // it never opened: there is nothing to close
	case h.phase == deaf && (refusal == nil || stopped):
		opened := h.open(now)
		return &job{opened: &opened}, false
	case stopped:
		return &job{closed: true, until: h.stop}, false
	case h.phase == listening && due:
		return &job{until: h.promise(now, 0)}, false
	}
	return nil, false
}

// run appends a job's event and says so to everybody concerned. False: the loop is over.
func (i *Ingest) run(ctx context.Context, j *job) bool {
	start := time.Now()
	if err := i.encode(j); err != nil {
		i.fail(err, j.batch)
		return false
	}
	appended, err := i.append(ctx, j)
	if err != nil {
		i.fail(err, j.batch)
		return false
	}
	i.revision, i.fresh = appended.Revision, false
	i.settle(j, appended.Position)
	switch {
	case j.closed:
		i.end(errEnded)
		return false
	case j.opened != nil:
		i.observer.deaf(*j.opened)
		i.logger.Info("node takes heartbeats", "node", i.by.By, "at", j.opened.At.String(), "deafFrom", j.opened.DeafFrom.String(), "why", j.opened.Why)
	default:
		i.observer.stored(j.batch, len(j.event.Data), time.Since(start))
	}
	return true
}

// encode makes the event of a job. Its id and bytes stay the same however often it is appended.
func (i *Ingest) encode(j *job) (err error) {
	id := uuid.New()
	switch {
	case j.opened != nil:
		j.event, err = eventstore.Encode(id, j.opened, i.by)
	case j.closed:
		j.event, err = eventstore.Encode(id, domain.IngestClosed{At: j.until}, i.by)
	default:
		data := emptyPayload
		if j.batch != nil {
			data = j.batch.payload
		}
		j.event = eventstore.Event{ID: id, Type: domain.TypeHeartbeatsRecorded, Data: data(j.until), Metadata: i.metadata}
	}
	if err != nil {
		return fmt.Errorf("append to %q: %w", i.stream, err)
	}
	return nil
}

// settle notes that a job's event is in the log and wakes those who waited for it.
func (i *Ingest) settle(j *job, p domain.Position) {
	i.mu.Lock()
	defer i.mu.Unlock()
	now, _ := i.look()
	switch {
	case j.opened != nil && !j.owed:
		i.noteWaiting()
		i.hearing.opened(j.opened.At, now)
		i.announce()
	case j.opened != nil:
		i.hearing.stored(j.opened.At)
	default:
		i.hearing.stored(j.until)
	}
	if j.batch != nil {
		j.batch.position, j.batch.durable = p, now
		// Hundreds may wait for it. Woken here they would stand before the next append in the scheduler's queue.
		go close(j.batch.done)
	}
}

// end is the end of the loop: whatever is still queued or waits learns why.
func (i *Ingest) end(why error, taken ...*batch) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.err == nil {
		i.err = why
	}
	for b, _ := i.queue.take(); b != nil; b, _ = i.queue.take() {
		taken = append(taken, b)
	}
	for _, b := range taken {
		if b != nil {
			b.err = i.err
			close(b.done)
		}
	}
	i.announce()
}
