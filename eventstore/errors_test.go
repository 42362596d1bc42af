package eventstore_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	good := eventstore.Event{ID: uuid.New(), Type: "t", Data: []byte(`{}`), Metadata: []byte(`{}`)}
	sized := func(n int) eventstore.Event { // n bytes in all, by Size
		return eventstore.Event{ID: uuid.New(), Type: "t", Data: make([]byte, n-12), Metadata: make([]byte, 10)}
	}
	for _, c := range []struct {
		promise  string
		stream   string
		expected eventstore.Revision
		events   []eventstore.Event
		want     error
	}{
		{"takes the first event of a stream", "s", eventstore.NoStream, []eventstore.Event{good}, nil},
		{"takes a stream name of 255 bytes", strings.Repeat("s", 255), 0, []eventstore.Event{good}, nil},
		{"takes exactly the greatest size", "s", 0, []eventstore.Event{sized(eventstore.MaxAppendSize)}, nil},
		{"refuses a byte more", "s", 0, []eventstore.Event{sized(eventstore.MaxAppendSize + 1)}, eventstore.ErrTooLarge},
		{"counts the size of all events together", "s", 0, []eventstore.Event{sized(eventstore.MaxAppendSize), good}, eventstore.ErrTooLarge},
		{"refuses no stream name", "", 0, []eventstore.Event{good}, eventstore.ErrInvalid},
		{"refuses a stream name of 256 bytes", strings.Repeat("s", 256), 0, []eventstore.Event{good}, eventstore.ErrInvalid},
		{"refuses a revision below none", "s", -2, []eventstore.Event{good}, eventstore.ErrInvalid},
		{"refuses the end, which would mean any", "s", eventstore.End, []eventstore.Event{good}, eventstore.ErrInvalid},
		{"refuses no events", "s", 0, nil, eventstore.ErrInvalid},
		{"refuses an event without id", "s", 0, []eventstore.Event{good, {Type: "t"}}, eventstore.ErrInvalid},
		{"refuses an event without type", "s", 0, []eventstore.Event{{ID: uuid.New()}}, eventstore.ErrInvalid},
		{"refuses a type of 256 bytes", "s", 0, []eventstore.Event{{ID: uuid.New(), Type: strings.Repeat("t", 256)}}, eventstore.ErrInvalid},
	} {
		t.Run(c.promise, func(t *testing.T) {
			t.Parallel()
			err := eventstore.Check(c.stream, c.expected, c.events)
			if c.want == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, c.want)
		})
	}
}

func TestConflictError(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("append: %w", &eventstore.ConflictError{Stream: "vehicle-V", Expected: eventstore.NoStream, Actual: 3})
	var conflict *eventstore.ConflictError
	require.ErrorAs(t, err, &conflict)
	assert.EqualError(t, conflict, `stream "vehicle-V" is at revision 3, not -1`)
}
