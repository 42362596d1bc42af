package storetest

import (
	"math/rand/v2"

	"github.com/google/uuid"

	"fleetbeat/eventstore"
)

// Events returns n events of one type with fresh ids, size bytes of data each (any bytes, different in each event) and a
// short metadata.
func Events(n, size int, eventType string) []eventstore.Event {
	events := make([]eventstore.Event, n)
	for i := range events {
		events[i] = eventstore.Event{ID: uuid.New(), Type: eventType, Data: Bytes(uint64(i), size), Metadata: []byte(`{"by":"storetest"}`)}
	}
	return events
}

// Bytes returns size bytes that look random and are the same for the same seed.
func Bytes(seed uint64, size int) []byte {
	source := rand.New(rand.NewPCG(seed, uint64(size)))
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(source.Uint32())
	}
	return b
}
