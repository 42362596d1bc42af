package messaging

import (
	"fmt"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/message/router/middleware"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"fleetbeat/eventstore"
)

// The metadata of a message that is one event, beside what the event's own metadata holds.
const (
	MetaType     = "event_type" // the event's type; on publishing, which type to store
	MetaPosition = "position"   // the event's position, as text
)

// correlation is what events call what Watermill calls middleware.CorrelationIDMetadataKey.
const correlation = "correlationId"

// eventMetadata returns a message's metadata as an event keeps it: a JSON object in which the correlation id has the
// name that [eventstore.Metadata] gives it. The same metadata is always the same bytes, as a retry's must be.
func eventMetadata(m message.Metadata) ([]byte, error) {
	kept := make(map[string]string, len(m))
	for key, value := range m {
		switch key {
		case MetaType, MetaPosition: // the event has them itself
		case middleware.CorrelationIDMetadataKey:
			kept[correlation] = value
		default:
			if _, taken := kept[key]; !taken {
				kept[key] = value
			}
		}
	}
	data, err := json.Marshal(kept, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("encode metadata: %w: %w", eventstore.ErrInvalid, err)
	}
	return data, nil
}

// eventMessage returns r as a message. Metadata that is not text becomes its JSON; metadata that is no JSON object is
// not Fleetbeat's and is left out, because a handler could never be rid of such an event.
func eventMessage(r eventstore.Recorded) *message.Message {
	msg := message.NewMessage(r.ID.String(), r.Data)
	var kept map[string]jsontext.Value
	if err := json.Unmarshal(r.Metadata, &kept); err == nil {
		for key, value := range kept {
			text := string(value)
			if value.Kind() == '"' {
				_ = json.Unmarshal(value, &text) // a JSON string: checked above
			}
			if key == correlation {
				key = middleware.CorrelationIDMetadataKey
			}
			msg.Metadata[key] = text
		}
	}
	msg.Metadata[MetaType] = r.Type
	msg.Metadata[MetaPosition] = r.Position.String()
	return msg
}
