package domain_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

func TestParseScopes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ given, want string }{
		"takes one":                        {"read", "read"},
		"gives them in their order":        {"admin,ingest,read", "ingest,read,admin"},
		"gives each once":                  {"read,read,ingest,read", "ingest,read"},
		"leaves what admin implies to May": {"admin", "admin"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scopes, err := domain.ParseScopes("scopes", strings.Split(test.given, ","))
			require.NoError(t, err)
			var got []string
			for _, s := range scopes {
				got = append(got, string(s))
			}
			assert.Equal(t, test.want, strings.Join(got, ","))
		})
	}
	for _, given := range [][]string{nil, {""}, {"Admin"}, {"read", "write"}, {" read"}, {strings.Repeat("å", 5000)}, {"\xff"}} {
		_, err := domain.ParseScopes("scopes", given)
		requireInvalid(t, err, "scopes")
		assert.Less(t, len(err.Error()), 200, "what was sent is not sent back whole")
	}
}

func TestAKeyMayWhatItsScopesSay(t *testing.T) {
	t.Parallel()
	all := []domain.Scope{domain.ScopeIngest, domain.ScopeRead, domain.ScopeAdmin}
	may := func(k domain.Key) (may string) {
		for _, s := range all {
			if k.May(s) {
				may += string(s) + " "
			}
		}
		return may
	}
	assert.Equal(t, "ingest ", may(domain.Key{Scopes: all[:1]}), "an ingest key reads nothing")
	assert.Equal(t, "read ", may(domain.Key{Scopes: all[1:2]}), "a read key pings nothing")
	assert.Equal(t, "ingest read ", may(domain.Key{Scopes: all[:2]}))
	assert.Equal(t, "ingest read admin ", may(domain.Key{Scopes: all[2:]}), "admin is everything")
	assert.Empty(t, may(domain.Key{Scopes: []domain.Scope{"heartbeats"}}), "a scope of another version is none")
	assert.Empty(t, may(domain.Key{}))
	assert.Equal(t, "ingest read ", may(domain.Key{Scopes: all[:2], CustomerID: "c1"}))
	assert.Empty(t, may(domain.Key{Scopes: all[2:], CustomerID: "c1"}), "a bound admin is none, or it would be bound to nothing")
}
