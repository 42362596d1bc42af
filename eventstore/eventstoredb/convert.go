package eventstoredb

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"

	"fleetbeat/eventstore"
)

// system begins the names of the server's own streams and types.
const system = "$"

// proposed returns events as the client takes them, in memory of their own: the client may still be sending when the
// call has returned because its context ended.
func proposed(events []eventstore.Event) []esdb.EventData {
	size := 0
	for _, e := range events {
		size += len(e.Data) + len(e.Metadata)
	}
	memory := make([]byte, 0, size)
	own := func(b []byte) []byte {
		memory = append(memory, b...)
		return memory[len(memory)-len(b) : len(memory) : len(memory)]
	}
	data := make([]esdb.EventData, len(events))
	for i, e := range events {
		data[i] = esdb.EventData{EventID: e.ID, EventType: e.Type, Data: own(e.Data), Metadata: own(e.Metadata)}
		if len(e.Data) > 0 && e.Data[0] == '{' {
			data[i].ContentType = esdb.ContentTypeJson // only a hint, for the server's own pages
		}
	}
	return data
}

// recorded returns an event as the port has it.
func recorded(e *esdb.RecordedEvent) (eventstore.Recorded, error) {
	p, ok := position(e.Position)
	if !ok {
		return eventstore.Recorded{}, fmt.Errorf("event %d of %q has no position: %w", e.EventNumber, e.StreamID, eventstore.ErrCorrupt)
	}
	return eventstore.Recorded{
		Event:    eventstore.Event{ID: e.EventID, Type: e.EventType, Data: e.Data, Metadata: e.UserMetadata},
		Stream:   e.StreamID,
		Revision: eventstore.Revision(e.EventNumber),
		Position: p,
		Time:     e.CreatedDate.Truncate(time.Millisecond).UTC(),
	}, nil
}

// position returns a place in the log, and false for the forms in which servers say that they do not know: zero and 2^64-1.
func position(p esdb.Position) (eventstore.Position, bool) {
	return eventstore.Position{Commit: p.Commit, Prepare: p.Prepare}, p.Commit != 0 && p.Commit != math.MaxUint64
}

// after returns where a read begins. The client begins at the end where nothing is said.
func after(p eventstore.Position) esdb.AllPosition {
	if p.IsZero() {
		return esdb.Start{}
	}
	return esdb.Position{Commit: p.Commit, Prepare: p.Prepare}
}

func expectation(r eventstore.Revision) esdb.ExpectedRevision {
	if r == eventstore.NoStream {
		return esdb.NoStream{}
	}
	return esdb.Revision(uint64(r))
}

// checkStream returns the error of a stream that cannot be: the server's own ones are not for us, and it would mangle what is
// not UTF-8.
func checkStream(stream string) error {
	if stream == "" || len(stream) > 255 || strings.HasPrefix(stream, system) || !utf8.ValidString(stream) {
		return fmt.Errorf("stream name %q: %w", stream, eventstore.ErrInvalid)
	}
	return nil
}

// checkTypes returns the error of types that no reader would ever see.
func checkTypes(types []string) error {
	for _, t := range types {
		if t == "" || strings.HasPrefix(t, system) || !utf8.ValidString(t) {
			return fmt.Errorf("event type %q: %w", t, eventstore.ErrInvalid)
		}
	}
	return nil
}

// filter returns what the server sends of the log: some types, or all but its own. It knows prefixes only, so a longer name may
// come through as well: see wanted.
func filter(types []string) *esdb.SubscriptionFilter {
	if len(types) == 0 {
		return esdb.ExcludeSystemEventsFilter()
	}
	types = slices.Clone(types)
	slices.Sort(types)
	return &esdb.SubscriptionFilter{Type: esdb.EventFilterType, Prefixes: slices.Compact(types)}
}

// wanted reports whether a reader of types, or of all where there are none, sees events of a type.
func wanted(types []string, eventType string) bool {
	if len(types) == 0 {
		return !strings.HasPrefix(eventType, system)
	}
	return slices.Contains(types, eventType)
}
