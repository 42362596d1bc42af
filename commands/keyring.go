package commands

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// Keyring is the memory of the API keys, folded from the log: who calls, asked on every request. On the way of a request
// it waits for nothing.
//
// A log that never had a key is open: whoever reaches it may do everything. From its first key on it is closed, for ever:
// a log whose keys are all revoked lets nobody in. A keyring that was not loaded lets nobody in either.
type Keyring struct {
	now atomic.Pointer[ring] // replaced as a whole, under mu
	mu  sync.Mutex
}

// ring is one state of a keyring, never changed once it is shown.
type ring struct {
	ready    bool
	open     *Grant            // of a log without keys; nil where it is closed
	byPrefix map[string]*Grant // keys in force
	all      []*Grant          // those that are revoked too, in the order in which they were made
	folded   domain.Position
}

// Grant is what lets a caller in: a key in force or, where Key is nil, that the log has no keys.
type Grant struct {
	Key    *domain.Key
	prefix string
	proof  domain.Proof
	life   context.Context
	end    context.CancelFunc
}

// Life returns a context that ends when the grant does: what lasts longer than a request (a stream, an upload) ends with it.
func (g *Grant) Life() context.Context { return g.life }

// May reports whether the caller may do what needs a scope.
func (g *Grant) May(scope domain.Scope) bool { return g.Key == nil || g.Key.May(scope) }

// CustomerID returns the customer to whom the caller is bound, empty for none.
func (g *Grant) CustomerID() domain.CustomerID {
	if g.Key == nil {
		return ""
	}
	return g.Key.CustomerID
}

// ID returns the key's id, empty where there are no keys.
func (g *Grant) ID() string {
	if g.Key == nil {
		return ""
	}
	return g.Key.ID
}

func newGrant(key *domain.Key) *Grant {
	g := &Grant{Key: key}
	g.life, g.end = context.WithCancel(context.Background())
	return g
}

// NewKeyring returns a keyring that lets nobody in until [Keyring.Load] or [Keyring.Fold] has filled it.
func NewKeyring() *Keyring {
	k := &Keyring{}
	k.now.Store(&ring{})
	return k
}

// KeyEvents returns the types of events that a [Keyring] folds: what a subscription for it names.
func KeyEvents() []string { return []string{domain.TypeKeyCreated, domain.TypeKeyRevoked} }

// Ready reports whether the keys were read. Before that nobody is let in.
func (k *Keyring) Ready() bool { return k.now.Load().ready }

// Open returns the grant of everybody where the log never had a key, else nil.
func (k *Keyring) Open() *Grant { return k.now.Load().open }

// Find returns the grant of a key, or nil for what is none or none any more.
func (k *Keyring) Find(text string) *Grant {
	prefix, ok := domain.KeyPrefix(text)
	if !ok {
		return nil
	}
	if g := k.now.Load().byPrefix[prefix]; g != nil && g.proof.Holds(text) {
		return g
	}
	return nil
}

// FindSession returns the grant of the key that made a session and when the session ends. The grant is nil for what is none,
// or none any more at now; then the end tells the two apart: of one that a key in force made, and that is over, it is known.
func (k *Keyring) FindSession(token string, now domain.Instant) (*Grant, domain.Instant) {
	s, ok := domain.ParseSession(token)
	if !ok {
		return nil, 0
	}
	g := k.now.Load().byPrefix[s.Prefix]
	if g == nil || !g.proof.Proves(s, min(now, s.Expires-1)) {
		return nil, 0
	}
	if now >= s.Expires {
		return nil, s.Expires
	}
	return g, s.Expires
}

// List returns all keys, those that are revoked too, in the order in which they were made.
func (k *Keyring) List() []domain.Key {
	all := k.now.Load().all
	keys := make([]domain.Key, len(all))
	for i, g := range all {
		keys[i] = *g.Key
	}
	return keys
}

// Folded returns the position of the last event of keys folded: a subscription goes on from there.
func (k *Keyring) Folded() domain.Position { return k.now.Load().folded }

// Load reads the keys from the log. It is called before anybody is let in.
func (k *Keyring) Load(ctx context.Context, store eventstore.Store) error {
	state, err := loadKeys(ctx, store)
	if err != nil {
		return err
	}
	k.take(state.events, true)
	return nil
}

// Fold takes in what a subscription delivers. Events folded before are left out, so a page may come again, and a command
// may be faster. On an error (of the codec) nothing of the page is folded.
func (k *Keyring) Fold(_ context.Context, d eventstore.Delivery) error {
	var events []keyEvent
	for recorded, err := range d.Page.Events() {
		if err != nil {
			return err
		}
		event, err := eventstore.Decode(recorded)
		if err != nil {
			return err
		}
		events = append(events, keyEvent{event, recorded.Position})
	}
	k.take(events, d.Live)
	return nil
}

// keyEvent is an event of the stream of keys and its place.
type keyEvent struct {
	domain.Event
	at domain.Position
}

// take folds events, in the order of the log, that are new. Whoever a revocation concerns is out when it returns.
func (k *Keyring) take(events []keyEvent, ready bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	before := k.now.Load()
	after := &ring{ready: before.ready || ready, open: before.open, byPrefix: map[string]*Grant{}, all: slices.Clone(before.all), folded: before.folded}
	var ended []*Grant
	for _, e := range events {
		if !after.folded.Before(e.at) {
			continue
		}
		after.folded = e.at
		if g := after.apply(e.Event); g != nil {
			ended = append(ended, g)
		}
	}
	for _, g := range after.all {
		if after.ready && g.Key.RevokedAt.IsZero() { // before, a revocation may be among what is yet to be read
			after.byPrefix[g.prefix] = g
		}
	}
	switch closed := len(after.all) > 0; {
	case closed && after.open != nil:
		ended = append(ended, after.open)
		after.open = nil
	case !closed && after.ready && after.open == nil:
		after.open = newGrant(nil)
	}
	k.now.Store(after)
	for _, g := range ended { // last: what ends may come back at once
		g.end()
	}
}

// apply takes in one event and returns the grant that it ends, if any. It cannot fail: a damaged proof proves nothing.
func (r *ring) apply(event domain.Event) *Grant {
	switch e := event.(type) {
	case *domain.KeyCreated:
		g := newGrant(keyFrom(e))
		g.prefix = e.Prefix
		g.proof, _ = domain.ParseProof(e.SHA256, e.SessionKey)
		r.all = append(r.all, g)
	case *domain.KeyRevoked:
		for i, g := range r.all {
			if g.Key.ID == e.ID && g.Key.RevokedAt.IsZero() {
				revoked := *g.Key // who looks at the list meanwhile sees the key as it was
				revoked.RevokedAt = e.At
				r.all[i] = &Grant{Key: &revoked}
				return g
			}
		}
	}
	return nil
}

func keyFrom(e *domain.KeyCreated) *domain.Key {
	key := &domain.Key{ID: e.ID, Name: e.Name, CustomerID: e.CustomerID, CreatedAt: e.At}
	for _, s := range e.Scopes {
		key.Scopes = append(key.Scopes, domain.Scope(s))
	}
	return key
}
