package ingest

import (
	"fleetbeat/domain"
)

// queue holds what was stamped and is not yet taken, as batches in the order of the stamps: each but the last is as full
// as it gets. It belongs to the lock.
type queue struct {
	maxHeartbeats, maxBytes int // of the whole queue
	maxBatch                int // bytes of one payload
	batches                 []*batch
	heartbeats, bytes       int
	seen                    *seen
	usual                   int // bytes of the last batch taken: what to make room for at once
}

// fits reports whether a call goes in whole.
func (q *queue) fits(c *call) bool {
	return q.heartbeats+len(c.marks) <= q.maxHeartbeats && q.bytes+len(c.bytes) <= q.maxBytes
}

// ever reports whether a call goes into an empty queue, and each of its heartbeats into an empty batch.
func (q *queue) ever(c *call) bool {
	return len(c.marks) <= q.maxHeartbeats && len(c.bytes) <= q.maxBytes &&
		len(batchOpen)+c.longest+len(batchClose) < q.maxBatch
}

// add stamps a call's heartbeats with now and queues them. It returns the batch that the last of them is in: when that
// one is stored, all are. A heartbeat that was seen before goes in as bare contact: that it came counts, what it says
// was said already.
func (q *queue) add(c *call, now domain.Instant) *batch {
	var text [textRoom]byte
	stamp, _ := now.AppendText(text[:0]) // never fails
	start := 0
	for i, m := range c.marks {
		heartbeat := c.bytes[start:m.end]
		if m.key != 0 && q.seen.again(m.key, now) {
			c.receipts[i].Duplicate = true
			bare := m.stamp - start + len(noTime) + 1
			heartbeat[bare] = '}'
			heartbeat = heartbeat[:bare+1]
		}
		b := q.last(len(heartbeat), now)
		b.add(heartbeat, m.stamp-start, stamp)
		q.heartbeats++
		q.bytes += len(heartbeat)
		start = m.end
	}
	return q.batches[len(q.batches)-1]
}

// last returns the batch that a heartbeat of n bytes goes into.
func (q *queue) last(n int, now domain.Instant) *batch {
	if l := len(q.batches); l > 0 && q.batches[l-1].room(n, q.maxBatch) {
		return q.batches[l-1]
	}
	b := &batch{bytes: make([]byte, 0, max(q.usual, 1024)), first: now, done: make(chan struct{})}
	b.bytes = append(b.bytes, batchOpen...)
	q.batches = append(q.batches, b)
	return b
}

// take removes the first batch and returns it, or nil, with the stamp of the first heartbeat left behind, or zero.
func (q *queue) take() (b *batch, left domain.Instant) {
	if len(q.batches) == 0 {
		return nil, 0
	}
	b = q.batches[0]
	q.batches[0] = nil
	q.batches = q.batches[1:]
	q.heartbeats -= b.count
	q.bytes -= b.content()
	q.usual = len(b.bytes) + len(batchClose)
	if len(q.batches) > 0 {
		left = q.batches[0].first
	}
	return b, left
}

// content returns how many bytes its heartbeats have, without what joins them.
func (b *batch) content() int { return len(b.bytes) - len(batchOpen) - max(b.count-1, 0) }
