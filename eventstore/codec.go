package eventstore

import (
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"fleetbeat/domain"
)

// ErrUnknownType is an event of a type that this version does not know: written by a newer one.
var ErrUnknownType = errors.New("unknown event type")

// Metadata is what an event says about itself beside its payload.
type Metadata struct {
	CorrelationID string `json:"correlationId,omitzero"` // the request or event that led to it
	By            string `json:"by,omitzero"`            // who did it: a key's id, a node, "liveness"
}

// Encode returns e as it is appended. id must be the same when the same append is tried again.
func Encode(id uuid.UUID, e domain.Event, m Metadata) (Event, error) {
	data, err := json.Marshal(e)
	if err != nil {
		return Event{}, fmt.Errorf("encode %s: %w", e.EventType(), err)
	}
	metadata, err := json.Marshal(m)
	if err != nil {
		return Event{}, fmt.Errorf("encode metadata of %s: %w", e.EventType(), err)
	}
	return Event{ID: id, Type: e.EventType(), Data: data, Metadata: metadata}, nil
}

// Decode returns the event that r holds, as a pointer to its struct in package domain. Fields it does not know are
// ignored. The error wraps ErrUnknownType or ErrCorrupt.
func Decode(r Recorded) (domain.Event, error) {
	e := domain.NewEvent(r.Type)
	if e == nil {
		return nil, fmt.Errorf("event %d of %q: %q: %w", r.Revision, r.Stream, r.Type, ErrUnknownType)
	}
	if err := json.Unmarshal(r.Data, e); err != nil {
		return nil, fmt.Errorf("event %d of %q: decode %s: %w: %w", r.Revision, r.Stream, r.Type, ErrCorrupt, err)
	}
	return e, nil
}
