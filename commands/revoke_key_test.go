package commands

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

func TestRevokeKey(t *testing.T) {
	t.Parallel()

	t.Run("ends the key, its sessions and what it let in", func(t *testing.T) {
		t.Parallel()
		s := given(t, key("a", "", "admin"), key("b", "", "read"))
		token := domain.NewSession(keyText("b"), now+1000)
		grant := s.keyring.Find(keyText("b"))
		require.NotNil(t, grant)
		session, expires := s.keyring.FindSession(token, now)
		assert.Same(t, grant, session)
		assert.Equal(t, now+1000, expires)
		require.NoError(t, grant.Life().Err())

		result, err := s.RevokeKey.Handle(t.Context(), RevokeKey{ID: "bbbbbbbb"})
		require.NoError(t, err)
		s.then(&domain.KeyRevoked{ID: "bbbbbbbb", At: now})
		assert.Equal(t, now, result.RevokedAt)
		assert.Equal(t, s.lastPosition(), result.Position)
		assert.Nil(t, s.keyring.Find(keyText("b")))
		session, _ = s.keyring.FindSession(token, now)
		assert.Nil(t, session)
		assert.Error(t, grant.Life().Err())
		assert.NotNil(t, s.keyring.Find(keyText("a")), "the other stays")
		assert.Nil(t, s.keyring.Open())
	})

	t.Run("of a revoked key changes nothing", func(t *testing.T) {
		t.Parallel()
		s := given(t, key("a", "", "admin"), key("b", "", "read"), revoked("b"))
		result, err := s.RevokeKey.Handle(t.Context(), RevokeKey{ID: "bbbbbbbb"})
		require.NoError(t, err)
		assert.Equal(t, before, result.RevokedAt)
		assert.Equal(t, s.lastPosition(), result.Position)
		s.thenNothing()
	})

	t.Run("that another node made and nobody told this one of", func(t *testing.T) {
		t.Parallel()
		s := given(t, key("a", "", "admin"))
		s.happened(key("b", "", "admin"))
		_, err := s.RevokeKey.Handle(t.Context(), RevokeKey{ID: "aaaaaaaa"})
		require.NoError(t, err, "the log knows of an admin that is left")
		assert.Nil(t, s.keyring.Find(keyText("a")))
		assert.NotNil(t, s.keyring.Find(keyText("b")), "who makes a change learns of all before it")
	})

	t.Run("that another node revoked ends here, too", func(t *testing.T) {
		t.Parallel()
		s := given(t, key("a", "", "admin"), key("b", "", "read"))
		s.happened(revoked("b"))
		require.NotNil(t, s.keyring.Find(keyText("b")), "nobody told this node")
		_, err := s.RevokeKey.Handle(t.Context(), RevokeKey{ID: "bbbbbbbb"})
		require.NoError(t, err)
		assert.Nil(t, s.keyring.Find(keyText("b")))
	})

	t.Run("refuses the last admin's key", func(t *testing.T) {
		t.Parallel()
		for _, others := range [][]domain.Event{
			nil, {key("b", "", "read", "ingest")}, {key("b", "Kalle", "admin")}, {key("b", "", "admin"), revoked("b")},
		} {
			s := given(t, append([]domain.Event{key("a", "", "admin")}, others...)...)
			_, err := s.RevokeKey.Handle(t.Context(), RevokeKey{ID: "aaaaaaaa"})
			refused(t, err, domain.Invalid, "id")
			s.thenNothing()
			assert.NotNil(t, s.keyring.Find(keyText("a")))
		}
	})

	t.Run("of two last admins at once revokes one", func(t *testing.T) {
		t.Parallel()
		s := given(t, key("a", "", "admin"), key("b", "", "admin"))
		other := newNode(t, s.store, nil)
		errs := race(
			func() error { _, err := s.RevokeKey.Handle(t.Context(), RevokeKey{ID: "aaaaaaaa"}); return err },
			func() error { _, err := other.RevokeKey.Handle(t.Context(), RevokeKey{ID: "bbbbbbbb"}); return err })
		assert.Len(t, s.store.since(s.given), 1, "%v", errs)
	})

	t.Run("knows no other key", func(t *testing.T) {
		t.Parallel()
		s := given(t, key("a", "", "admin"))
		for _, id := range []string{"", "bbbbbbbb", keyText("a"), strings.Repeat("x", 5000)} {
			_, err := s.RevokeKey.Handle(t.Context(), RevokeKey{ID: id})
			e := refused(t, err, domain.NotFound)
			assert.NotContains(t, e.Message, keyText("a"), "who gives the key in place of its id must not find it in a log")
		}
		s.thenNothing()
	})
}
