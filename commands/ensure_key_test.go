package commands

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// The key that a deployment brings along, and the id that is in it.
const (
	brought   = "fb_deploy23_abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst"
	broughtID = "deploy23"
)

// stored returns the event that stored the brought key.
func stored(scopes ...string) *domain.KeyCreated {
	proof := domain.ProofOf(brought)
	return &domain.KeyCreated{
		ID: broughtID, Name: "bootstrap", Prefix: broughtID, SHA256: proof.SHA256(), SessionKey: proof.SessionKey(), Scopes: scopes, At: now,
	}
}

func TestEnsureKey(t *testing.T) {
	t.Parallel()
	cmd := EnsureKey{Name: "bootstrap", Scopes: []string{"admin"}, Text: brought}

	t.Run("stores the very key that was brought, of which no secret is kept", func(t *testing.T) {
		t.Parallel()
		s := given(t)
		result, err := s.EnsureKey.Handle(t.Context(), cmd)
		require.NoError(t, err)
		recorded := s.then(stored("admin"))
		assert.NotContains(t, string(recorded[0].Data), brought[12:])
		assert.Equal(t, domain.Key{ID: broughtID, Name: "bootstrap", Scopes: []domain.Scope{"admin"}, CreatedAt: now}, result.Key)
		assert.Equal(t, s.lastPosition(), result.Position)
		assert.Empty(t, result.Text, "it is the caller's")
		assert.Equal(t, broughtID, s.keyring.Find(brought).ID())
		assert.Nil(t, s.keyring.Open(), "the log is closed")
	})

	t.Run("changes nothing the second time, under another name neither", func(t *testing.T) {
		t.Parallel()
		s := given(t, key("a", "", "admin"), stored("ingest", "read"))
		result, err := s.EnsureKey.Handle(t.Context(), EnsureKey{Name: "other", Scopes: []string{"read", "ingest", "read"}, Text: brought})
		require.NoError(t, err)
		s.thenNothing()
		assert.Equal(t, "bootstrap", result.Name)
		assert.Equal(t, s.lastPosition(), result.Position)
	})

	t.Run("leaves a key revoked that was revoked, and says so", func(t *testing.T) {
		t.Parallel()
		s := given(t, stored("admin"), key("a", "", "admin"), &domain.KeyRevoked{ID: broughtID, At: now})
		result, err := s.EnsureKey.Handle(t.Context(), cmd)
		require.NoError(t, err)
		s.thenNothing()
		assert.Equal(t, now, result.RevokedAt)
		assert.Nil(t, s.keyring.Find(brought))
	})

	t.Run("of several at once one stores it, and none fails", func(t *testing.T) {
		t.Parallel()
		s := given(t)
		var all []func() error
		for _, n := range []*node{s.node, newNode(t, s.store, nil), newNode(t, s.store, nil)} {
			all = append(all, func() error { _, err := n.EnsureKey.Handle(t.Context(), cmd); return err })
		}
		assert.Equal(t, []error{nil, nil, nil}, race(all...))
		s.then(stored("admin"))
	})

	bound := stored("read")
	bound.CustomerID = customerIDFor("Kalle")
	for name, c := range map[string]struct {
		given []domain.Event
		cmd   EnsureKey
		kind  domain.Kind
		field string
	}{
		"what is no key":                 {nil, EnsureKey{"x", []string{"admin"}, "secret"}, domain.Invalid, "key"},
		"a key of other characters":      {nil, EnsureKey{"x", []string{"admin"}, strings.ToUpper(brought)}, domain.Invalid, "key"},
		"a secret that is not random":    {nil, EnsureKey{"x", []string{"admin"}, keyText("a")}, domain.Invalid, "key"},
		"a scope that is none":           {nil, EnsureKey{"x", []string{"all"}, brought}, domain.Invalid, "scopes"},
		"a name that is none":            {nil, EnsureKey{"", []string{"admin"}, brought}, domain.Invalid, "name"},
		"a first key that is no admin's": {nil, EnsureKey{"x", []string{"read"}, brought}, domain.Invalid, "scopes"},
		"another key of the same id":     {[]domain.Event{stored("admin")}, EnsureKey{"x", []string{"admin"}, brought[:60] + "aaaa"}, domain.Taken, "key"},
		"other scopes than it has":       {[]domain.Event{stored("read")}, cmd, domain.Taken, "scopes"},
		"a key that is a customer's":     {[]domain.Event{bound}, EnsureKey{"x", []string{"read"}, brought}, domain.Taken, "scopes"},
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			t.Parallel()
			s := given(t, c.given...)
			_, err := s.EnsureKey.Handle(t.Context(), c.cmd)
			said := refused(t, err, c.kind, c.field)
			assert.NotContains(t, said.Error(), c.cmd.Text)
			s.thenNothing()
		})
	}

	t.Run("says that it could not be stored, and lets nobody in with it", func(t *testing.T) {
		t.Parallel()
		s := given(t)
		s.store.before = func(int, string) error { return errors.Join(eventstore.ErrUnavailable, errors.New("gone")) }
		_, err := s.EnsureKey.Handle(t.Context(), cmd)
		refused(t, err, domain.Unavailable)
		assert.NotNil(t, s.keyring.Open())
	})

	t.Run("tells a proof that is damaged from the key", func(t *testing.T) {
		t.Parallel()
		damaged := stored("admin")
		damaged.SHA256 = "x"
		s := given(t, damaged)
		_, err := s.EnsureKey.Handle(t.Context(), cmd)
		refused(t, err, domain.Taken, "key")
	})
}

func TestNewKeyText(t *testing.T) {
	t.Parallel()
	text, prefix := NewKeyText()
	parsed, err := domain.ParseKey("key", text)
	require.NoError(t, err, "what is generated can be stored")
	assert.Equal(t, prefix, parsed)
	other, _ := NewKeyText()
	assert.NotEqual(t, text, other)
}
