package commands

import (
	"context"
	"slices"

	"fleetbeat/domain"
)

// EnsureKey stores a key that was made elsewhere, a deployment's secret say, unless it was stored before: several may do so
// at once and again at each start, and one event is in the log. A key that was stored and revoked since stays revoked, which
// is no error: the result's RevokedAt tells. Errors: Invalid as of [CreateKey], also for a text that is no key; Taken where
// another key has its id, or where it was stored with other scopes, which a key keeps for ever.
type EnsureKey struct {
	Name   string
	Scopes []string // ingest, read, admin
	Text   string   // the key itself, of which a hash is stored
}

// ensureKey carries it out. The result's Text is empty: the caller has it.
func (w *writer) ensureKey(ctx context.Context, cmd EnsureKey) (KeyResult, error) {
	giveBack, err := w.locks.take(ctx, domain.KeysStream)
	if err != nil {
		return KeyResult{}, err
	}
	defer giveBack()
	state, err := loadKeys(ctx, w.store)
	if err != nil {
		return KeyResult{}, err
	}
	key, event, err := decideEnsureKey(state, cmd, w.now())
	if err != nil {
		return KeyResult{}, err
	}
	if event == nil {
		w.keyring.take(state.events, false) // another process stored it, perhaps this moment
		return KeyResult{Key: *key, Position: state.position}, nil
	}
	position, err := w.appendKey(ctx, state, event)
	if err != nil {
		return KeyResult{}, err
	}
	return KeyResult{Key: *keyFrom(event), Position: position}, nil
}

// decideEnsureKey decides; the key where it is stored already, else the event that stores it.
func decideEnsureKey(s keysState, cmd EnsureKey, now domain.Instant) (*domain.Key, *domain.KeyCreated, error) {
	prefix, err1 := domain.ParseKey("key", cmd.Text)
	scopes, err2 := domain.ParseScopes("scopes", cmd.Scopes)
	if err := together(err1, err2); err != nil {
		return nil, nil, err
	}
	at := slices.IndexFunc(s.keys, func(k *domain.Key) bool { return k.ID == prefix })
	if at < 0 {
		event, err := decideCreateKey(s, false, CreateKey{Name: cmd.Name, Scopes: cmd.Scopes}, prefix, domain.ProofOf(cmd.Text), now)
		return nil, event, err
	}
	switch key := s.keys[at]; {
	case !s.holds(prefix, cmd.Text):
		return nil, nil, taken("key", "another key has the id %q, which is a part of this one; generate another", prefix)
	case !slices.Equal(key.Scopes, scopes), key.CustomerID != "":
		return nil, nil, taken("scopes", "the key %q is stored already and may do something else; what a key may do does not change, so generate another", prefix)
	default:
		return key, nil, nil
	}
}
