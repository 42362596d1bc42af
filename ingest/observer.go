package ingest

import (
	"time"

	"fleetbeat/domain"
)

// Observer is told what happens, for metrics. Any of its functions may be nil; they are called by one goroutine at a
// time each, outside the lock, and must return at once: the next batch waits for them.
type Observer struct {
	// Stored is told of each batch in the log: how many heartbeats, how many bytes of payload, how long the append took
	// with all its retries.
	Stored func(heartbeats, bytes int, took time.Duration)
	// Retried is told of each append that failed and is repeated.
	Retried func(err error)
	// Deaf is told of each deaf span that is in the log: why, and its length.
	Deaf func(why string, length time.Duration)
}

func (o Observer) stored(b *batch, bytes int, took time.Duration) {
	if o.Stored == nil {
		return
	}
	count := 0
	if b != nil {
		count = b.count
	}
	o.Stored(count, bytes, took)
}

func (o Observer) retried(err error) {
	if o.Retried != nil {
		o.Retried(err)
	}
}

func (o Observer) deaf(e domain.IngestOpened) {
	if o.Deaf != nil && !e.DeafFrom.IsZero() {
		o.Deaf(e.Why, e.At.Sub(e.DeafFrom))
	}
}

// Stats is a moment's numbers, for gauges.
type Stats struct {
	Heartbeats int            // stamped and waiting for their batch
	Bytes      int            // of these
	Waiting    int            // heartbeats not yet stamped, whose callers wait for the node to hear again
	Until      domain.Instant // everything received before is in the log
}

// Stats returns this moment's numbers.
func (i *Ingest) Stats() Stats {
	i.mu.Lock()
	defer i.mu.Unlock()
	return Stats{Heartbeats: i.queue.heartbeats, Bytes: i.queue.bytes, Waiting: i.waiting, Until: i.hearing.durable}
}
