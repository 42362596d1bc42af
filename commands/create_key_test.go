package commands

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// keyText returns the text of a key whose id is c repeated.
func keyText(c string) string {
	text, _ := domain.KeyText(strings.Repeat(c, 60))
	return text
}

// key returns the event that made the key of keyText(c).
func key(c string, owner string, scopes ...string) *domain.KeyCreated {
	id, proof := strings.Repeat(c, 8), domain.ProofOf(keyText(c))
	e := &domain.KeyCreated{ID: id, Name: c, Prefix: id, SHA256: proof.SHA256(), SessionKey: proof.SessionKey(), Scopes: scopes, At: before}
	if owner != "" {
		e.CustomerID = customerIDFor(owner)
	}
	return e
}

func revoked(c string) *domain.KeyRevoked {
	return &domain.KeyRevoked{ID: strings.Repeat(c, 8), At: before}
}

func TestCreateKey(t *testing.T) {
	t.Parallel()

	t.Run("makes a key that lets its holder in at once, and is kept nowhere", func(t *testing.T) {
		t.Parallel()
		s := given(t)
		open := s.keyring.Open()
		require.NotNil(t, open)
		ctx := WithActor(t.Context(), "req-1", "somebody")
		result, err := s.CreateKey.Handle(ctx, CreateKey{Name: " Anna ", Scopes: []string{"admin"}})
		require.NoError(t, err)
		require.Regexp(t, `^fb_[a-z2-7]{8}_[a-z2-7]{52}$`, result.Text)
		proof := domain.ProofOf(result.Text)
		recorded := s.then(&domain.KeyCreated{
			ID: result.Text[3:11], Name: "Anna", Prefix: result.Text[3:11], SHA256: proof.SHA256(), SessionKey: proof.SessionKey(),
			Scopes: []string{"admin"}, At: now,
		})
		assert.JSONEq(t, `{"correlationId":"req-1","by":"somebody"}`, string(recorded[0].Metadata))
		assert.NotContains(t, string(recorded[0].Data)+string(recorded[0].Metadata), result.Text[12:])
		assert.Equal(t, domain.Key{ID: result.Text[3:11], Name: "Anna", Scopes: []domain.Scope{"admin"}, CreatedAt: now}, result.Key)
		assert.Equal(t, s.lastPosition(), result.Position)
		assert.Equal(t, result.ID, s.keyring.Find(result.Text).ID())
		assert.Nil(t, s.keyring.Open(), "the log is closed")
		assert.Error(t, open.Life().Err(), "and whoever came in without a key is out")
	})

	t.Run("makes keys that have nothing in common", func(t *testing.T) {
		t.Parallel()
		s := given(t, key("a", "", "admin"))
		first, err := s.CreateKey.Handle(t.Context(), CreateKey{Name: "x", Scopes: []string{"read"}})
		require.NoError(t, err)
		second, err := s.CreateKey.Handle(t.Context(), CreateKey{Name: "x", Scopes: []string{"read"}})
		require.NoError(t, err)
		assert.NotEqual(t, first.ID, second.ID)
		assert.NotEqual(t, first.Text[12:], second.Text[12:])
		assert.NotContains(t, first.Text[12:], first.ID)
	})

	t.Run("binds a key to a customer", func(t *testing.T) {
		t.Parallel()
		s := given(t, customer("Kalle"), key("a", "", "admin"))
		result, err := s.CreateKey.Handle(t.Context(), CreateKey{Name: "x", Scopes: []string{"read", "ingest"}, CustomerID: customerIDFor("Kalle")})
		require.NoError(t, err)
		assert.Equal(t, []domain.Scope{"ingest", "read"}, result.Scopes)
		assert.Equal(t, customerIDFor("Kalle"), s.keyring.Find(result.Text).CustomerID())
	})

	t.Run("makes none for a key that was revoked while it waited for its turn", func(t *testing.T) {
		t.Parallel()
		s := given(t, key("a", "", "admin"), key("b", "", "admin"), revoked("b"))
		make := func(by string) error {
			_, err := s.CreateKey.Handle(WithActor(t.Context(), "", by), CreateKey{Name: "x", Scopes: []string{"admin"}})
			return err
		}
		refused(t, make("bbbbbbbb"), domain.Conflict)
		s.then()
		require.NoError(t, make("aaaaaaaa"))
	})

	for name, c := range map[string]struct {
		given  []domain.Event
		cmd    CreateKey
		fields []string
	}{
		"what is wrong with all of it":    {nil, CreateKey{Name: "", Scopes: []string{"write"}, CustomerID: "x"}, []string{"name", "scopes", "customerId"}},
		"no scope":                        {nil, CreateKey{Name: "x"}, []string{"scopes"}},
		"a customer that is none":         {nil, CreateKey{Name: "x", Scopes: []string{"read"}, CustomerID: "nobody"}, []string{"customerId"}},
		"a customer that cannot be one":   {nil, CreateKey{Name: "x", Scopes: []string{"read"}, CustomerID: domain.CustomerID(strings.Repeat("x", 300))}, []string{"customerId"}},
		"a bound admin":                   {nil, CreateKey{Name: "x", Scopes: []string{"admin", "read"}, CustomerID: customerIDFor("Kalle")}, []string{"scopes"}},
		"a first key that is no admin's":  {nil, CreateKey{Name: "x", Scopes: []string{"read", "ingest"}}, []string{"scopes"}},
		"a key where no admin is left":    {[]domain.Event{key("a", "", "admin"), revoked("a")}, CreateKey{Name: "x", Scopes: []string{"read"}}, []string{"scopes"}},
		"a key where an admin was bound":  {[]domain.Event{key("a", "Kalle", "admin")}, CreateKey{Name: "x", Scopes: []string{"read"}}, []string{"scopes"}},
		"a name that would break a table": {[]domain.Event{key("a", "", "admin")}, CreateKey{Name: "a\nb", Scopes: []string{"read"}}, []string{"name"}},
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			t.Parallel()
			s := given(t, append([]domain.Event{customer("Kalle")}, c.given...)...)
			_, err := s.CreateKey.Handle(t.Context(), c.cmd)
			refused(t, err, domain.Invalid, c.fields...)
			s.thenNothing()
		})
	}

	t.Run("refuses more keys than anybody needs, and of these those that are revoked do not count", func(t *testing.T) {
		t.Parallel()
		full := keysState{keys: []*domain.Key{{ID: "a", Scopes: []domain.Scope{domain.ScopeAdmin}}, {ID: "b", RevokedAt: now}}}
		cmd := CreateKey{Name: "x", Scopes: []string{"read"}}
		for i := len(full.inForce()); i < maxKeys; i++ {
			_, err := decideCreateKey(full, false, cmd, "p", domain.Proof{}, now)
			require.NoError(t, err)
			full.keys = append(full.keys, &domain.Key{ID: fmt.Sprint(i)})
		}
		_, err := decideCreateKey(full, false, cmd, "p", domain.Proof{}, now)
		refused(t, err, domain.Invalid, "name")
		full.keys = full.keys[:3]
		_, err = decideCreateKey(full, false, cmd, "b", domain.Proof{}, now)
		refused(t, err, domain.Conflict)
		require.ErrorIs(t, err, errPrefixTaken)
	})

	t.Run("of two first keys at once, both are admins", func(t *testing.T) {
		t.Parallel()
		s := given(t)
		other := newNode(t, s.store, nil)
		make := func(n *node) error {
			_, err := n.CreateKey.Handle(t.Context(), CreateKey{Name: "x", Scopes: []string{"admin"}})
			return err
		}
		assert.Equal(t, []error{nil, nil}, race(func() error { return make(s.node) }, func() error { return make(other) }))
		assert.Len(t, s.store.since(s.given), 2)
	})

	t.Run("says what cannot be stored, and lets nobody in with it", func(t *testing.T) {
		t.Parallel()
		s := given(t)
		s.store.before = func(int, string) error { return errors.Join(eventstore.ErrUnavailable, errors.New("gone")) }
		result, err := s.CreateKey.Handle(t.Context(), CreateKey{Name: "x", Scopes: []string{"admin"}})
		refused(t, err, domain.Unavailable)
		assert.Empty(t, result)
		assert.NotNil(t, s.keyring.Open())
	})
}
