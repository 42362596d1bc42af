package commands

import (
	"context"
	"fmt"
	"slices"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// keysState is what the stream of keys says.
type keysState struct {
	place
	events []keyEvent
	keys   []*domain.Key // those that are revoked too
}

// loadKeys reads the stream of keys.
func loadKeys(ctx context.Context, store eventstore.Store) (keysState, error) {
	s := keysState{place: place{revision: eventstore.NoStream}}
	var r ring
	for recorded, err := range store.ReadStream(ctx, domain.KeysStream, 0, eventstore.Forwards) {
		if err != nil {
			return s, fmt.Errorf("read %q: %w", domain.KeysStream, err)
		}
		event, err := eventstore.Decode(recorded)
		if err != nil {
			return s, err
		}
		s.place = place{revision: recorded.Revision, position: recorded.Position}
		s.events = append(s.events, keyEvent{event, recorded.Position})
		r.apply(event)
	}
	for _, g := range r.all {
		s.keys = append(s.keys, g.Key)
	}
	return s, nil
}

// inForce returns the keys that are not revoked.
func (s *keysState) inForce() []*domain.Key {
	return slices.DeleteFunc(slices.Clone(s.keys), func(k *domain.Key) bool { return !k.RevokedAt.IsZero() })
}

// isRevoked reports whether id is the id of a key that is revoked.
func (s *keysState) isRevoked(id string) bool {
	return slices.ContainsFunc(s.keys, func(k *domain.Key) bool { return k.ID == id && !k.RevokedAt.IsZero() })
}

// appendKey appends an event of keys and has this node's keyring know of it at once: the state is all that lies before it.
// A key that was revoked must not work for the moment that a subscription needs.
func (w *writer) appendKey(ctx context.Context, s keysState, event domain.Event) (domain.Position, error) {
	appended, err := appendNew(ctx, w.store, domain.KeysStream, s.revision, event)
	if err != nil {
		return domain.Position{}, err
	}
	w.keyring.take(append(s.events, keyEvent{event, appended.Position}), false)
	return appended.Position, nil
}

// holds reports whether text is the key that was made with a prefix, in force or revoked.
func (s *keysState) holds(prefix, text string) bool {
	for _, e := range s.events {
		if made, ok := e.Event.(*domain.KeyCreated); ok && made.Prefix == prefix {
			proof, sound := domain.ParseProof(made.SHA256, made.SessionKey)
			return sound && proof.Holds(text)
		}
	}
	return false
}
