package eventstoredb

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"fleetbeat/eventstore"
)

// maxAgeKey is where stream metadata holds the maximum age, in whole seconds.
const maxAgeKey = "$maxAge"

// changes is how often SetMaxAge looks again because somebody else changed the metadata meanwhile.
const changes = 5

// SetMaxAge changes $maxAge in the stream's metadata and keeps whatever else is there. The server knows whole seconds only; less counts
// as one more. Reading the stream hides an expired event at once, reading the log shows it until an operator scavenges.
func (s *Store) SetMaxAge(ctx context.Context, stream string, age time.Duration) error {
	step := fmt.Sprintf("set the maximum age of %q", stream)
	if err := checkStream(stream); err != nil || age < 0 {
		return fmt.Errorf("%s to %v: %w", step, age, eventstore.ErrInvalid)
	}
	id := uuid.New()
	for i := 0; ; i++ {
		_, err := call(ctx, s, func(ctx context.Context, client *esdb.Client) (struct{}, error) {
			return struct{}{}, setMaxAge(ctx, client, stream, age, id)
		})
		if code(err) == esdb.ErrorCodeWrongExpectedVersion && i < changes {
			continue
		}
		if err != nil {
			return s.appendFault(ctx, step, err)
		}
		return nil
	}
}

// setMaxAge reads the metadata and writes it where it is to change. The client's own functions would lose what they do not
// know.
func setMaxAge(ctx context.Context, client *esdb.Client, stream string, age time.Duration, id uuid.UUID) error {
	metastream := "$$" + stream
	read, err := client.ReadStream(ctx, metastream, esdb.ReadStreamOptions{From: esdb.End{}, Direction: esdb.Backwards}, 1)
	last, err := first(read, err)
	if err != nil {
		return err
	}
	old, expected := []byte("{}"), esdb.ExpectedRevision(esdb.NoStream{})
	if last != nil {
		old, expected = last.Data, esdb.Revision(last.EventNumber)
	}
	changed, err := withMaxAge(old, age)
	if err != nil || changed == nil {
		return err
	}
	e := esdb.EventData{EventID: id, EventType: "$metadata", ContentType: esdb.ContentTypeJson, Data: changed}
	_, err = client.AppendToStream(ctx, metastream, esdb.AppendToStreamOptions{ExpectedRevision: expected}, e)
	return err
}

// withMaxAge returns metadata with another maximum age, none for 0; nil where nothing would change.
func withMaxAge(metadata []byte, age time.Duration) ([]byte, error) {
	all := map[string]jsontext.Value{}
	if err := json.Unmarshal(metadata, &all); err != nil {
		return nil, fmt.Errorf("metadata that is no object: %w: %w", err, eventstore.ErrCorrupt)
	}
	old, had := all[maxAgeKey]
	if age == 0 {
		if !had {
			return nil, nil
		}
		delete(all, maxAgeKey)
	} else {
		seconds := strconv.FormatInt(int64((age+time.Second-1)/time.Second), 10)
		if bytes.Equal(old, []byte(seconds)) {
			return nil, nil
		}
		all[maxAgeKey] = jsontext.Value(seconds)
	}
	return json.Marshal(all, json.Deterministic(true))
}
