package commands

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

func TestKeyring(t *testing.T) {
	t.Parallel()

	t.Run("that was not loaded lets nobody in", func(t *testing.T) {
		t.Parallel()
		k := NewKeyring()
		assert.False(t, k.Ready())
		assert.Nil(t, k.Open())
		require.NoError(t, k.Fold(t.Context(), delivery(t, false, key("a", "", "admin"), key("b", "", "read"))))
		assert.Nil(t, k.Find(keyText("b")), "the revocation may be on the next page")
		require.NoError(t, k.Fold(t.Context(), delivery(t, true, key("a", "", "admin"), key("b", "", "read"), revoked("b"))))
		assert.True(t, k.Ready())
		assert.Nil(t, k.Find(keyText("b")))
		assert.NotNil(t, k.Find(keyText("a")))
	})

	t.Run("of a log without keys is open, until there is one", func(t *testing.T) {
		t.Parallel()
		k := NewKeyring()
		require.NoError(t, k.Fold(t.Context(), eventstore.Delivery{Live: true}))
		open := k.Open()
		require.NotNil(t, open)
		assert.True(t, open.May(domain.ScopeAdmin))
		assert.Empty(t, open.CustomerID())
		assert.Empty(t, open.ID())
		assert.Nil(t, k.Find(keyText("a")))
		require.NoError(t, k.Fold(t.Context(), delivery(t, true, key("a", "", "admin"))))
		assert.Nil(t, k.Open())
		assert.Error(t, open.Life().Err())
	})

	t.Run("of a log whose keys are all revoked lets nobody in", func(t *testing.T) {
		t.Parallel()
		k := NewKeyring()
		require.NoError(t, k.Fold(t.Context(), delivery(t, true, key("a", "", "admin"), revoked("a"))))
		assert.True(t, k.Ready())
		assert.Nil(t, k.Open())
		assert.Nil(t, k.Find(keyText("a")))
	})

	t.Run("takes a page twice as once", func(t *testing.T) {
		t.Parallel()
		k, page := NewKeyring(), delivery(t, true, key("a", "", "admin"), key("b", "Kalle", "read"), revoked("b"))
		for range 2 {
			require.NoError(t, k.Fold(t.Context(), page))
			assert.Equal(t, []domain.Key{
				{ID: "aaaaaaaa", Name: "a", Scopes: []domain.Scope{"admin"}, CreatedAt: before},
				{ID: "bbbbbbbb", Name: "b", Scopes: []domain.Scope{"read"}, CustomerID: customerIDFor("Kalle"), CreatedAt: before, RevokedAt: before},
			}, k.List())
			assert.Equal(t, page.Page.Last(), k.Folded())
		}
	})

	t.Run("lets nobody in with what is damaged", func(t *testing.T) {
		t.Parallel()
		damaged := key("a", "", "admin")
		damaged.SHA256 = damaged.SHA256[2:]
		k := NewKeyring()
		require.NoError(t, k.Fold(t.Context(), delivery(t, true, damaged)))
		assert.Nil(t, k.Find(keyText("a")))
		assert.Nil(t, k.Find("fb_aaaaaaaa_"+strings.Repeat("\x00", 52)))
		assert.Nil(t, k.Open())
	})

	t.Run("knows a session until it ends, and no other's", func(t *testing.T) {
		t.Parallel()
		k := NewKeyring()
		require.NoError(t, k.Fold(t.Context(), delivery(t, true, key("a", "", "admin"), key("b", "", "read"))))
		token := domain.NewSession(keyText("b"), now)
		g, _ := k.FindSession(token, now-1)
		assert.Equal(t, "bbbbbbbb", g.ID())
		for _, wrong := range []string{"", keyText("b"), strings.Replace(token, "bbbbbbbb", "aaaaaaaa", 1), domain.NewSession(keyText("c"), now)} {
			for _, at := range []domain.Instant{now - 1, now} {
				g, ends := k.FindSession(wrong, at)
				assert.Nil(t, g, wrong)
				assert.Zero(t, ends, wrong)
			}
		}
		g, ends := k.FindSession(token, now)
		assert.Nil(t, g)
		assert.Equal(t, now, ends, "it was one")
	})

	t.Run("stays as it was where an event cannot be read", func(t *testing.T) {
		t.Parallel()
		k := NewKeyring()
		page, err := eventstore.ParsePage([]byte{})
		require.NoError(t, err)
		require.NoError(t, k.Fold(t.Context(), eventstore.Delivery{Page: page, Live: true}))
		s := given(t)
		s.store.reading = func(string) error { return eventstore.ErrUnavailable }
		require.ErrorIs(t, NewKeyring().Load(t.Context(), s.store), eventstore.ErrUnavailable)
	})
}

// delivery returns events as a subscription would deliver them.
func delivery(t *testing.T, live bool, events ...domain.Event) eventstore.Delivery {
	t.Helper()
	store := newMemStore()
	for _, e := range events {
		happen(t, store, e)
	}
	var page eventstore.PageBuilder
	for _, r := range store.since(0) {
		page.Add(r)
	}
	return eventstore.Delivery{Page: page.Page(), Live: live}
}

func BenchmarkKeyringFind(b *testing.B) {
	k, text := NewKeyring(), keyText("b")
	k.take([]keyEvent{{key("a", "", "admin"), domain.Position{Commit: 1, Prepare: 1}}, {key("b", "", "ingest"), domain.Position{Commit: 2, Prepare: 2}}}, true)
	b.ReportAllocs()
	for b.Loop() {
		if k.Find(text) == nil {
			b.Fatal("the key is not known")
		}
	}
}

func BenchmarkKeyringFindSession(b *testing.B) {
	k, token := NewKeyring(), domain.NewSession(keyText("b"), now+1)
	k.take([]keyEvent{{key("b", "", "admin"), domain.Position{Commit: 1, Prepare: 1}}}, true)
	b.ReportAllocs()
	for b.Loop() {
		if g, _ := k.FindSession(token, now); g == nil {
			b.Fatal("the session is not known")
		}
	}
}
