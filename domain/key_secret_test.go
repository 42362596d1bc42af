package domain_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

// aKey returns a key that is the same in each run, made of one character repeated.
func aKey(c string) string {
	text, _ := domain.KeyText(strings.Repeat(c, 60))
	return text
}

func TestAKeySaysHowItIsFound(t *testing.T) {
	t.Parallel()
	text, prefix := domain.KeyText("ABCDEFGH" + strings.Repeat("Z", 60))
	assert.Equal(t, "fb_abcdefgh_"+strings.Repeat("z", 52), text, "64 characters that a double click selects")
	assert.Equal(t, "abcdefgh", prefix)
	found, ok := domain.KeyPrefix(text)
	assert.True(t, ok)
	assert.Equal(t, prefix, found)
	for _, wrong := range []string{"", "fb_", text[:63], text + "a", "xx" + text[2:], strings.Replace(text, "h_", "hz", 1), strings.Repeat("_", 64)[1:]} {
		_, ok := domain.KeyPrefix(wrong)
		assert.False(t, ok, wrong)
	}
}

func TestAKeyThatWasMadeElsewhere(t *testing.T) {
	t.Parallel()
	const random = "abcdefgh" + "mzkfq2w7hd5xj3rtn4bvyclsaogipe6u" + "mzkfq2w7hd5xj3rtn4bv"
	sound, _ := domain.KeyText(random)
	prefix, err := domain.ParseKey("key", sound)
	require.NoError(t, err)
	assert.Equal(t, "abcdefgh", prefix)
	eleven, _ := domain.KeyText("abcdefgh" + strings.Repeat("bcdefghijkl", 5))
	twelve, _ := domain.KeyText("abcdefgh" + strings.Repeat("bcdefghijklm", 5))
	_, err = domain.ParseKey("key", twelve)
	require.NoError(t, err)
	for _, wrong := range []string{
		"", "fb_", sound[:63], sound + "a", strings.ToUpper(sound), "fb_abcdefg1" + sound[11:], sound[:63] + "0", sound[:62] + "é", sound[:63] + "\n",
		sound[:20] + "_" + sound[21:], aKey("a"), eleven, "fb_changeme_" + strings.Repeat("changeme", 7)[:52],
	} {
		_, err := domain.ParseKey("key", wrong)
		var invalid *domain.Error
		require.ErrorAs(t, err, &invalid, wrong)
		assert.Equal(t, domain.Invalid, invalid.Kind)
		assert.Equal(t, "key", invalid.Fields[0].Field)
		assert.True(t, wrong == "" || wrong == "fb_" || !strings.Contains(err.Error(), wrong), "it is not repeated: it may be a secret all the same")
	}
}

func TestAProofKnowsItsKeyAgain(t *testing.T) {
	t.Parallel()
	text := aKey("a")
	made := domain.ProofOf(text)
	kept, ok := domain.ParseProof(made.SHA256(), made.SessionKey())
	require.True(t, ok)
	for _, proof := range []domain.Proof{made, kept} {
		assert.True(t, proof.Holds(text))
		for _, other := range []string{"", aKey("b"), text[:63], text + "a", text[:63] + "b", strings.ToUpper(text), made.SHA256()} {
			assert.False(t, proof.Holds(other), other)
		}
	}
	assert.NotContains(t, made.SHA256()+made.SessionKey(), text[12:])
	for _, damaged := range []string{"", "00", made.SHA256()[2:], made.SHA256() + "00", "zz" + made.SHA256()[2:]} {
		_, ok := domain.ParseProof(damaged, made.SessionKey())
		assert.False(t, ok, damaged)
	}
	assert.False(t, (&domain.Proof{}).Holds(text))
}

func TestASession(t *testing.T) {
	t.Parallel()
	const now, expires domain.Instant = 1_000_000, 1_000_500
	text := aKey("a")
	proof, another := domain.ProofOf(text), domain.ProofOf(aKey("b"))
	token := domain.NewSession(text, expires)
	parse := func(t *testing.T, token string) domain.Session {
		t.Helper()
		s, ok := domain.ParseSession(token)
		require.True(t, ok, token)
		return s
	}

	t.Run("stands for its key until it ends", func(t *testing.T) {
		t.Parallel()
		s := parse(t, token)
		assert.Equal(t, "aaaaaaaa", s.Prefix)
		assert.Equal(t, expires, s.Expires)
		assert.True(t, proof.Proves(s, now))
		assert.True(t, proof.Proves(s, expires-1))
		assert.False(t, proof.Proves(s, expires), "then it has ended")
		assert.False(t, another.Proves(s, now))
	})

	t.Run("tells nothing of its key", func(t *testing.T) {
		t.Parallel()
		assert.NotContains(t, token, text[12:24])
		assert.Regexp(t, `^[a-zA-Z0-9._-]+$`, token, "a cookie takes it as it is")
	})

	t.Run("cannot be made to last, or to be another key's", func(t *testing.T) {
		t.Parallel()
		for _, forged := range []string{
			strings.Replace(token, "1000500", "9000500", 1), strings.Replace(token, "aaaaaaaa", "bbbbbbbb", 1),
			strings.Replace(token, "1000500", "+1000500", 1), strings.Replace(token, "1000500", "01000500", 1),
			token[:len(token)-4] + "AAAA",
		} {
			s := parse(t, forged)
			assert.False(t, proof.Proves(s, now), forged)
			assert.False(t, another.Proves(s, now), forged)
		}
	})

	t.Run("cannot be made of what is kept of its key", func(t *testing.T) {
		t.Parallel()
		for _, kept := range []string{proof.SHA256(), proof.SessionKey()} {
			s := parse(t, domain.NewSession(kept, expires))
			assert.False(t, proof.Proves(s, now))
		}
	})

	t.Run("of a key without a session key there is none", func(t *testing.T) {
		t.Parallel()
		bare, ok := domain.ParseProof(proof.SHA256(), "")
		require.True(t, ok)
		assert.True(t, bare.Holds(text))
		assert.False(t, bare.Proves(parse(t, token), now))
	})

	t.Run("is not read from what has not its form", func(t *testing.T) {
		t.Parallel()
		for _, wrong := range []string{"", ".", "a.b", "a.1.$", "a.x." + token[len(token)-86:], token + "=", token + strings.Repeat("A", 300), text} {
			_, ok := domain.ParseSession(wrong)
			assert.False(t, ok, wrong)
		}
		s, ok := domain.ParseSession("a.1.")
		assert.True(t, ok)
		assert.False(t, proof.Proves(s, 0), "a signature has a length")
	})
}

func FuzzParseSession(f *testing.F) {
	proof := domain.ProofOf(aKey("a"))
	f.Add(domain.NewSession(aKey("b"), 5))
	f.Add("a.1.b")
	f.Fuzz(func(t *testing.T, token string) {
		if s, ok := domain.ParseSession(token); ok && proof.Proves(s, 0) {
			t.Fatalf("%q proves a key that never made a session", token)
		}
	})
}
