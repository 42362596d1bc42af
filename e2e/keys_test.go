package e2e

import (
	"net/http"
	"net/http/cookiejar"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestKeys is the way of an installation that others can reach: the first key before the first start, keys of a customer, a
// login in a browser, a power cut, a revocation.
func TestKeys(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	done := fleetbeat(t, append([]string{"keys", "create", "--name", "Anna", "--scopes", "admin"}, logFlags(t, data)...)...)
	require.Equal(t, 0, done.code, done.stderr)
	admin := strings.TrimSpace(done.stdout)
	s := launch(t, "serve", data, "--listen", "0.0.0.0:0")
	s.waitReady()
	as := func(key, method, path, body string) int {
		t.Helper()
		return s.status(client, key, method, path, body)
	}
	require.Equal(t, 401, as("", "GET", "/api/v1/vehicles", ""))
	require.Equal(t, 201, as(admin, "POST", "/api/v1/vehicles", `{"vin":"YS2R4X20005399401","registrationNumber":"ABC123","customer":"Kalle"}`))
	create := func(args ...string) string {
		t.Helper()
		done := fleetbeatWith(t, []string{"FLEETBEAT_KEY=" + admin}, append([]string{"keys", "create", "--target", s.base}, args...)...)
		require.Equal(t, 0, done.code, done.stderr)
		return strings.TrimSpace(done.stdout)
	}
	device, staff := create("--name", "gateway", "--scopes", "ingest"), create("--name", "staff", "--scopes", "read")
	require.Equal(t, 202, as(device, "POST", "/heartbeat/YS2R4X20005399401", ""))
	require.Equal(t, 403, as(device, "GET", "/api/v1/vehicles", ""))
	require.Equal(t, 403, as(staff, "POST", "/heartbeat/YS2R4X20005399401", ""))

	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	browser := &http.Client{Jar: jar, Timeout: patience}
	require.Equal(t, 401, s.status(browser, "", "POST", "/api/v1/session", `{"key":"`+admin+`x"}`))
	require.Equal(t, 200, s.status(browser, "", "POST", "/api/v1/session", `{"key":"`+staff+`"}`))
	require.Equal(t, 200, s.status(browser, "", "GET", "/api/v1/vehicles", ""))
	require.Equal(t, 401, s.status(browser, "", "GET", "/search?online=true", ""), "the cookie is for /api/v1 alone")

	s.kill()
	address := strings.TrimPrefix(s.base, "http://")
	s = launch(t, "serve", data, "--listen", address)
	require.Equal(t, 401, as("", "GET", "/api/v1/vehicles", ""), "from its first answer on")
	s.waitReady()
	require.Equal(t, 200, s.status(browser, "", "GET", "/api/v1/vehicles", ""), "nobody has to log in again")
	inUse := fleetbeat(t, append([]string{"keys", "list"}, logFlags(t, data)...)...)
	if clustered() {
		assert.Contains(t, inUse.stdout, "gateway", "a log that others use, too, can be asked while they do")
	} else {
		assert.Equal(t, 1, inUse.code)
		assert.Contains(t, inUse.stderr, "--target")
	}
	revoked := fleetbeatWith(t, []string{"FLEETBEAT_KEY=" + admin}, "keys", "revoke", "--target", s.base, staff[3:11])
	require.Equal(t, 0, revoked.code, revoked.stderr)
	require.Equal(t, 401, s.status(browser, "", "GET", "/api/v1/vehicles", ""))
	require.Equal(t, 401, as(staff, "GET", "/api/v1/vehicles", ""))
	require.Equal(t, 202, as(device, "POST", "/heartbeat/YS2R4X20005399401", ""))
	s.stop()
	for _, secret := range []string{admin, device, staff} {
		assert.NotContains(t, s.output.String(), secret[12:], "no key is ever in the log")
	}
}

// status asks with a client and, if there is one, a key, and returns the status of the answer.
func (s *server) status(c *http.Client, key, method, path, body string) int {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.base+path, strings.NewReader(body))
	require.NoError(s.t, err)
	if key != "" {
		r.SetBasicAuth(key, "")
	}
	answer, err := c.Do(r)
	require.NoError(s.t, err)
	require.NoError(s.t, answer.Body.Close())
	return answer.StatusCode
}
