package commands

import (
	"context"
	"slices"

	"fleetbeat/domain"
)

// RevokeKey ends an API key. When it has answered, the key lets nobody in on this node, its sessions included; what it
// let in and still goes on, a stream or an upload, is being ended. Revoking a revoked key changes nothing. Errors: NotFound;
// Invalid for the last admin's key, without which nobody could make another.
type RevokeKey struct {
	ID string
}

func (w *writer) revokeKey(ctx context.Context, cmd RevokeKey) (KeyResult, error) {
	giveBack, err := w.locks.take(ctx, domain.KeysStream)
	if err != nil {
		return KeyResult{}, err
	}
	defer giveBack()
	state, err := loadKeys(ctx, w.store)
	if err != nil {
		return KeyResult{}, err
	}
	key, event, err := decideRevokeKey(state, cmd, w.now())
	if err != nil {
		return KeyResult{}, err
	}
	if event == nil {
		w.keyring.take(state.events, false) // another node revoked it, perhaps this moment
		return KeyResult{Key: key, Position: state.position}, nil
	}
	position, err := w.appendKey(ctx, state, event)
	if err != nil {
		return KeyResult{}, err
	}
	key.RevokedAt = event.At
	return KeyResult{Key: key, Position: position}, nil
}

// decideRevokeKey decides; nil where the key is revoked already.
func decideRevokeKey(s keysState, cmd RevokeKey, now domain.Instant) (domain.Key, *domain.KeyRevoked, error) {
	at := slices.IndexFunc(s.keys, func(k *domain.Key) bool { return k.ID == cmd.ID })
	if at < 0 {
		return domain.Key{}, nil, domain.Errorf(domain.NotFound, "there is no key with this id")
	}
	key := *s.keys[at]
	if !key.RevokedAt.IsZero() {
		return key, nil, nil
	}
	others := slices.DeleteFunc(s.inForce(), func(k *domain.Key) bool { return k.ID == key.ID })
	if isAdmin(&key) && !slices.ContainsFunc(others, isAdmin) {
		return key, nil, domain.InvalidField("id",
			"this is the last key with admin, and without one nobody could make another; make a new one first, then revoke this one")
	}
	return key, &domain.KeyRevoked{ID: key.ID, At: now}, nil
}
