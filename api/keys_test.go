package api_test

import (
	"net/http"
	"testing"

	"fleetbeat/api"
	"fleetbeat/commands"
	"fleetbeat/domain"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestKeysAreListedWithoutTheirSecrets(t *testing.T) {
	t.Parallel()
	d := deps()
	d.Keys = keyring(keyMade("a", "", "admin"), keyMade("b", "c1", "ingest", "read"), &domain.KeyRevoked{ID: "bbbbbbbb", At: noon()})
	requireJSON(t, do(t, d, http.MethodGet, "/api/v1/keys", "", bearer("a")...), http.StatusOK, `{"items":[
		{"id":"aaaaaaaa","name":"key a","scopes":["admin"],"createdAt":"2026-06-01T12:00:00.000Z"},
		{"id":"bbbbbbbb","name":"key b","scopes":["ingest","read"],"customerId":"c1","createdAt":"2026-06-01T12:00:00.000Z","revokedAt":"2026-06-01T12:00:00.000Z"}]}`)
	requireJSON(t, do(t, deps(), http.MethodGet, "/api/v1/keys", ""), http.StatusOK, `{"items":[]}`)
}

func TestAKeyIsShownOnceWhenItIsMade(t *testing.T) {
	t.Parallel()
	d := deps()
	made := &answers[commands.CreateKey, commands.KeyResult]{answer: commands.KeyResult{
		Key: domain.Key{ID: "aaaaaaaa", Name: "Anna", Scopes: []domain.Scope{"admin"}, CreatedAt: noon()}, Text: keyText("a"), Position: at(7),
	}}
	d.Commands.CreateKey = made
	w := do(t, d, http.MethodPost, "/api/v1/keys", `{"name":"Anna","scopes":["admin"],"customerId":"c1"}`)
	requireJSON(t, w, http.StatusCreated, `{"id":"aaaaaaaa","name":"Anna","scopes":["admin"],"createdAt":"2026-06-01T12:00:00.000Z",
		"key":"`+keyText("a")+`","position":"0f8fad5b.7"}`)
	assert.Equal(t, "keys/aaaaaaaa", w.Header().Get("Location"))
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	assert.Equal(t, []commands.CreateKey{{Name: "Anna", Scopes: []string{"admin"}, CustomerID: "c1"}}, made.asked)
	for body, location := range map[string]string{
		`{"scopes":"read"}`: "scopes", `{"scopes":[7]}`: "scopes.0", `{"scope":["read"]}`: "scope", `{"name":7}`: "name",
	} {
		requireAbout(t, do(t, d, http.MethodPost, "/api/v1/keys", body), http.StatusUnprocessableEntity, location)
	}
	assert.Len(t, made.asked, 1)
}

func TestAKeyIsRevokedByItsId(t *testing.T) {
	t.Parallel()
	d := deps()
	revoked := &answers[commands.RevokeKey, commands.KeyResult]{answer: commands.KeyResult{
		Key: domain.Key{ID: "aaaaaaaa", Name: "Anna", Scopes: []domain.Scope{"read"}, CreatedAt: noon(), RevokedAt: noon()}, Position: at(8),
	}}
	d.Commands.RevokeKey = revoked
	requireJSON(t, do(t, d, http.MethodDelete, "/api/v1/keys/aaaaaaaa", ""), http.StatusOK, `{"id":"aaaaaaaa","name":"Anna","scopes":["read"],
		"createdAt":"2026-06-01T12:00:00.000Z","revokedAt":"2026-06-01T12:00:00.000Z","position":"0f8fad5b.8"}`)
	assert.Equal(t, []commands.RevokeKey{{ID: "aaaaaaaa"}}, revoked.asked)
	revoked.err = domain.Errorf(domain.NotFound, "there is no key with this id")
	requireProblem(t, do(t, d, http.MethodDelete, "/api/v1/keys/x", ""), http.StatusNotFound)
}

func TestTheDocumentSaysWhoMayAskForWhat(t *testing.T) {
	t.Parallel()
	scopes := map[string]int{}
	for path, methods := range readDocument(t).Paths {
		for method, op := range methods {
			name := method + " " + path
			if len(op.Security) == 0 {
				scopes["open"]++
				continue
			}
			require.Len(t, op.Security, 3, name)
			for i, scheme := range []string{"bearer", "basic", "session"} {
				require.Len(t, op.Security[i][scheme], 1, name)
				assert.Equal(t, op.Security[0]["bearer"], op.Security[i][scheme], name)
			}
			scopes[op.Security[0]["bearer"][0]]++
			assert.Contains(t, op.Responses, "401", name)
			assert.Contains(t, op.Responses, "429", name)
		}
	}
	assert.Equal(t, 4, scopes["ingest"])
	assert.Equal(t, 8, scopes["open"], "whether anybody is there, readiness, and sessions: think twice before there are more")
	assert.GreaterOrEqual(t, scopes["read"], 9)
	assert.GreaterOrEqual(t, scopes["admin"], 10)
	assert.Contains(t, string(api.Document()), `"securitySchemes"`)
}
