package commands

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"

	"fleetbeat/domain"
)

// CreateKey makes an API key. The first key of a log must be an admin's, and closes the log: from then on nobody is let in
// without a key. A key that is bound to a customer has the scopes ingest and read at most. Error: Invalid, also for an
// unknown customer.
type CreateKey struct {
	Name       string
	Scopes     []string          // ingest, read, admin
	CustomerID domain.CustomerID // empty: bound to none
}

// KeyResult is a key after a change, and where the change lies.
type KeyResult struct {
	domain.Key
	// Text is the key itself. It is nowhere else: who made the key shows it once.
	Text     string
	Position domain.Position
}

// maxKeys is how many keys may be in force: a key is for a person or a system, and not for each of a million vehicles.
const maxKeys = 10_000

func (w *writer) createKey(ctx context.Context, cmd CreateKey) (KeyResult, error) {
	giveBack, err := w.locks.take(ctx, domain.KeysStream)
	if err != nil {
		return KeyResult{}, err
	}
	defer giveBack()
	state, err := loadKeys(ctx, w.store)
	if err != nil {
		return KeyResult{}, err
	}
	if state.isRevoked(actor(ctx).By) { // between being let in and its turn: many that wait here must not outlive their key
		return KeyResult{}, domain.Errorf(domain.Conflict, "the API key that asked for this was revoked meanwhile")
	}
	known := false
	if cmd.CustomerID != "" {
		if _, known, err = w.customer(ctx, cmd.CustomerID); err != nil {
			return KeyResult{}, err
		}
	}
	text, prefix := NewKeyText()
	event, err := decideCreateKey(state, known, cmd, prefix, domain.ProofOf(text), w.now())
	if err != nil {
		return KeyResult{}, err
	}
	position, err := w.appendKey(ctx, state, event)
	if err != nil {
		return KeyResult{}, err
	}
	return KeyResult{Key: *keyFrom(event), Text: text, Position: position}, nil
}

// NewKeyText returns the text of a fresh key, 260 random bits that are stored nowhere, and its prefix.
func NewKeyText() (text, prefix string) {
	return domain.KeyText(rand.Text() + rand.Text() + rand.Text())
}

// errPrefixTaken is chance at work, once in a million million keys: another prefix will do.
var errPrefixTaken = errors.New("another key has this prefix")

// decideCreateKey decides. known says that the customer exists, if one is named.
func decideCreateKey(s keysState, known bool, cmd CreateKey, prefix string, proof domain.Proof, now domain.Instant) (*domain.KeyCreated, error) {
	name, err1 := domain.ParseName("name", cmd.Name)
	scopes, err2 := domain.ParseScopes("scopes", cmd.Scopes)
	var err3 error
	if cmd.CustomerID != "" && !known {
		err3 = noSuchOwner()
	}
	if err := together(err1, err2, err3); err != nil {
		return nil, err
	}
	inForce := s.inForce()
	switch admin := slices.Contains(scopes, domain.ScopeAdmin); {
	case admin && cmd.CustomerID != "":
		return nil, domain.InvalidField("scopes", "a key that is bound to a customer cannot have admin, which is everything; give ingest or read")
	case !admin && !slices.ContainsFunc(inForce, isAdmin):
		return nil, domain.InvalidField("scopes", "the first key must have admin: without one nobody could make another")
	case len(inForce) >= maxKeys:
		return nil, domain.InvalidField("name", "there are %d keys already, and there may be no more; revoke some", len(inForce))
	case slices.ContainsFunc(s.keys, func(k *domain.Key) bool { return k.ID == prefix }):
		return nil, &domain.Error{Kind: domain.Conflict, Message: "please try again", Cause: errPrefixTaken}
	}
	event := &domain.KeyCreated{
		ID: prefix, Name: name, Prefix: prefix, SHA256: proof.SHA256(), SessionKey: proof.SessionKey(), CustomerID: cmd.CustomerID, At: now,
	}
	for _, scope := range scopes {
		event.Scopes = append(event.Scopes, string(scope))
	}
	return event, nil
}

func isAdmin(k *domain.Key) bool { return k.May(domain.ScopeAdmin) }
