package ingest

import (
	"fleetbeat/domain"
)

const (
	batchHead  = `{"until":"` + noTime + `"`
	batchOpen  = batchHead + `,"heartbeats":[`
	batchClose = `]}`
	untilAt    = len(`{"until":"`)
	textRoom   = 48 // for a moment as text: noTime's length, and what formatting needs beside
)

// batch is what will be one event, in the making: its payload as bytes, and those who wait for it. Its bytes belong to
// the lock until it is taken and to the loop then; the outcome is written before done is closed and read after it.
type batch struct {
	bytes []byte
	count int
	first domain.Instant // the stamp of its first heartbeat

	done     chan struct{} // closed when the outcome is known
	err      error         // it will not be stored by this process
	position domain.Position
	durable  domain.Instant // when it was known to be stored, by the receipt clock
}

// room reports whether one more heartbeat of n bytes goes in.
func (b *batch) room(n, limit int) bool { return len(b.bytes)+1+n+len(batchClose) <= limit }

// add appends a heartbeat, encoded, stamped with stamp at a place in it.
func (b *batch) add(heartbeat []byte, place int, stamp []byte) {
	if b.count > 0 {
		b.bytes = append(b.bytes, ',')
	}
	start := len(b.bytes)
	b.bytes = append(b.bytes, heartbeat...)
	copy(b.bytes[start+place:], stamp)
	b.count++
}

// payload closes the batch with its until and returns it as the event's data. The batch takes nothing more.
func (b *batch) payload(until domain.Instant) []byte {
	b.bytes = append(b.bytes, batchClose...)
	return withUntil(b.bytes, until)
}

// emptyPayload returns the data of a batch that only says that time has passed.
func emptyPayload(until domain.Instant) []byte { return withUntil([]byte(batchHead+"}"), until) }

func withUntil(data []byte, until domain.Instant) []byte {
	var text [textRoom]byte
	stamp, _ := until.AppendText(text[:0]) // never fails
	copy(data[untilAt:], stamp)
	return data
}
