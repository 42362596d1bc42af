package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// command runs a subcommand and returns its exit code and what it printed.
func command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, &out, &err)
	return code, out.String(), err.String()
}

func TestKeysOfAFolder(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	code, out, said := command(t, "keys", "list", "--data", data)
	assert.Equal(t, 1, code)
	assert.Contains(t, said, "no event log")
	assert.Empty(t, out)

	code, out, said = command(t, "keys", "create", "--data", data, "--name", "dev", "--scopes", "ingest,read")
	assert.Equal(t, 2, code)
	assert.Equal(t, "fleetbeat: scopes: the first key must have admin: without one nobody could make another\n", said)
	assert.Empty(t, out)
	code, out, said = command(t, "keys", "create", "--data", data, "--name", "Anna", "--scopes", "admin")
	require.Equal(t, 0, code, said)
	assert.Regexp(t, `^fb_[a-z2-7]{8}_[a-z2-7]{52}\n$`, out, "a script takes it as it is")
	assert.Contains(t, said, "shown this once")
	assert.NotContains(t, said, out[12:64])
	admin := out[3:11]
	code, out, said = command(t, "keys", "create", "--data", data, "--name", "dev", "--scopes", "ingest,read")
	require.Equal(t, 0, code, said)
	device := out[3:11]

	code, out, _ = command(t, "keys", "list", "--data", data)
	require.Equal(t, 0, code)
	require.Equal(t, 3, strings.Count(out, "\n"))
	assert.Regexp(t, `(?m)^`+device+` +dev +ingest,read +- +\S+Z +-$`, out)
	code, out, said = command(t, "keys", "revoke", "--data", data, admin)
	assert.Equal(t, 2, code)
	assert.Contains(t, said, "last key with admin")
	assert.Empty(t, out)
	code, out, _ = command(t, "keys", "revoke", "--data", data, device)
	assert.Equal(t, 0, code)
	assert.Equal(t, "key "+device+" (dev) revoked\n", out)
	code, _, said = command(t, "keys", "revoke", "--data", data, "nobody")
	assert.Equal(t, 1, code)
	assert.Equal(t, "fleetbeat: there is no key with this id\n", said)
	code, out, _ = command(t, "keys", "list", "--data", data, "--json")
	require.Equal(t, 0, code)
	var last struct{ ID, RevokedAt string }
	require.NoError(t, json.Unmarshal([]byte(strings.Split(out, "\n")[1]), &last))
	assert.Equal(t, device, last.ID)
	assert.NotEmpty(t, last.RevokedAt)
}

func TestEnsuringAKey(t *testing.T) {
	t.Parallel()
	data, secret := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "secret")
	code, text, said := command(t, "keys", "generate")
	require.Equal(t, 0, code)
	assert.Empty(t, said)
	require.Regexp(t, `^fb_[a-z2-7]{8}_[a-z2-7]{52}\n$`, text, "a script takes it as it is")
	require.NoError(t, os.WriteFile(secret, []byte(text), 0o600))
	ensure := func(name, scopes string) (int, string) {
		code, out, said := command(t, "keys", "ensure", "--data", data, "--secret-file", secret, "--name", name, "--scopes", scopes)
		assert.Empty(t, out)
		assert.NotContains(t, said, text[12:64], "it is a secret")
		return code, said
	}
	code, said = ensure("bootstrap", "read")
	assert.Equal(t, 2, code)
	assert.Contains(t, said, "fleetbeat: scopes: the first key must have admin")
	id := text[3:11]
	for _, want := range []string{"key " + id + " (bootstrap) stored\n", "key " + id + " (bootstrap) is stored already, nothing was done\n"} {
		code, said = ensure("bootstrap", "admin")
		assert.Equal(t, 0, code)
		assert.Equal(t, want, said)
	}
	code, said = ensure("bootstrap", "read,admin")
	assert.Equal(t, 1, code)
	assert.Contains(t, said, "may do something else")
	code, _, said = command(t, "keys", "create", "--data", data, "--name", "Anna", "--scopes", "admin")
	require.Equal(t, 0, code, said)
	code, _, said = command(t, "keys", "revoke", "--data", data, id)
	require.Equal(t, 0, code, said)
	code, said = ensure("bootstrap", "admin")
	assert.Equal(t, 0, code, "a deployment starts again when its first key is revoked, as it should be")
	assert.Contains(t, said, "it stays revoked, and nothing was done\n")

	require.NoError(t, os.WriteFile(secret, []byte("changeme"), 0o600))
	code, said = ensure("x", "admin")
	assert.Equal(t, 2, code)
	assert.Equal(t, "fleetbeat: key: has not the form of an API key; fleetbeat keys generate makes one\n", said)
	require.NoError(t, os.Remove(secret))
	code, said = ensure("x", "admin")
	assert.Equal(t, 1, code)
	assert.Contains(t, said, "read the key: ")
}

func TestEnsuringAKeyThatIsMade(t *testing.T) {
	t.Parallel()
	data, secret := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "secret")
	ensure := func() (string, string) {
		code, out, said := command(t, "keys", "ensure", "--make", "--data", data, "--secret-file", secret, "--name", "demo", "--scopes", "admin")
		require.Equal(t, 0, code, said)
		return out, said
	}
	out, said := ensure()
	require.Regexp(t, `^fb_[a-z2-7]{8}_[a-z2-7]{52}\n$`, out, "it is printed once")
	assert.Contains(t, said, "(demo) stored")
	text, err := os.ReadFile(secret)
	require.NoError(t, err)
	assert.Equal(t, out, string(text))
	about, err := os.Stat(secret)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), about.Mode().Perm(), "for its owner alone")

	out, said = ensure()
	assert.Empty(t, out, "one that is there stays, and is shown no more")
	assert.Contains(t, said, "is stored already")
	left, err := os.ReadDir(filepath.Dir(secret))
	require.NoError(t, err)
	assert.Len(t, left, 1)

	code, _, said := command(t, "keys", "ensure", "--make", "--data", data, "--secret-file", filepath.Join(secret, "x"), "--scopes", "admin")
	assert.Equal(t, 1, code)
	assert.Contains(t, said, "make a file with a key")
}

func TestKeysOfAServer(t *testing.T) {
	t.Parallel()
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked = append(asked, r.Method+" "+r.URL.EscapedPath()+" "+r.Header.Get("Authorization")+" "+string(body))
		switch {
		case r.Header.Get("Authorization") == "":
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = io.WriteString(w, `{"detail":"an API key is needed"}`)
		case r.Method == http.MethodPost && strings.Contains(string(body), "nobody"):
			w.WriteHeader(http.StatusUnprocessableEntity)
			_, _ = io.WriteString(w, `{"detail":"x","errors":[{"location":"customerId","message":"there is no such customer"}]}`)
		case r.Method == http.MethodPost:
			_, _ = io.WriteString(w, `{"id":"abcdefgh","name":"dev","key":"fb_abcdefgh_x","position":"a.1","later":true}`)
		case r.Method == http.MethodGet:
			_, _ = io.WriteString(w, `{"items":[{"id":"abcdefgh","name":"dev","scopes":["read"],"customerId":"c1","createdAt":"2026-06-01T12:00:00.000Z"}]}`)
		case strings.HasSuffix(r.URL.Path, "elsewhere"):
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusTemporaryRedirect)
		case strings.HasSuffix(r.URL.Path, "broken"):
			w.WriteHeader(http.StatusBadGateway)
		default:
			_, _ = io.WriteString(w, `{"id":"abcdefgh","name":"dev","revokedAt":"2026-06-01T12:00:00.000Z","position":"a.2"}`)
		}
	}))
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(file, []byte("fb_secret\n"), 0o600))
	empty := filepath.Join(t.TempDir(), "empty")
	require.NoError(t, os.WriteFile(empty, []byte("\n"), 0o600))
	with := func(args ...string) []string {
		return append(args, "--target", server.URL+"/behind/", "--key-file", file)
	}
	for _, test := range []struct {
		args        []string
		code        int
		out, stderr string
		asked       string
	}{
		{with("keys", "create", "--name", "dev", "--scopes", "read", "--customer", "c1"), 0, "fb_abcdefgh_x\n", "key abcdefgh (dev) made",
			`POST /behind/api/v1/keys Bearer fb_secret {"name":"dev","scopes":["read"],"customerId":"c1"}`},
		{with("keys", "create", "--name", "dev", "--scopes", "read", "--customer", "nobody"), 2, "", "fleetbeat: customerId: there is no such customer\n", "POST"},
		{with("keys", "list"), 0, "abcdefgh  dev   read    c1        2026-06-01T12:00:00.000Z  -", "", "GET /behind/api/v1/keys Bearer fb_secret"},
		{with("keys", "revoke", "a/b"), 0, "key abcdefgh (dev) revoked\n", "", "DELETE /behind/api/v1/keys/a%2Fb Bearer fb_secret"},
		{with("keys", "revoke", "elsewhere"), 1, "", "307 Temporary Redirect", "DELETE"},
		{with("keys", "revoke", "broken"), 1, "", "502 Bad Gateway", "DELETE"},
		{[]string{"keys", "list", "--target", server.URL}, 1, "", "fleetbeat: the server refuses: an API key is needed\n", "GET"},
		{[]string{"keys", "list", "--target", server.URL, "--key", "k", "--key-file", file}, 2, "", "not both", ""},
		{[]string{"keys", "list", "--target", server.URL, "--key-file", empty}, 2, "", "is empty", ""},
		{[]string{"keys", "list", "--target", server.URL, "--key-file", empty + "x"}, 1, "", "read the file of --key-file", ""},
		{[]string{"keys", "list", "--target", "localhost:8080"}, 2, "", "is not the address of a server", ""},
	} {
		asked = nil
		code, out, said := command(t, test.args...)
		assert.Equal(t, test.code, code, "%v: %s", test.args, said)
		assert.Contains(t, out, test.out)
		assert.Contains(t, said, test.stderr)
		assert.NotContains(t, said+out, "fb_secret")
		require.Equal(t, test.asked != "", len(asked) == 1, "%v asked %v", test.args, asked)
		assert.True(t, test.asked == "" || strings.HasPrefix(asked[0], test.asked), "%v", asked)
	}
}
