package api_test

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fleetbeat/api"
	"fleetbeat/domain"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const sessionURL = "/api/v1/session"

// sessionIn reads the answer of an operation of sessions.
func sessionIn(t *testing.T, w *httptest.ResponseRecorder) (s api.Session) {
	t.Helper()
	require.Equal(t, http.StatusOK, w.Code, w.Body.String())
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &s))
	return s
}

func TestASessionStandsForItsKeyFor12Hours(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ask := asker(api.New(keyed(), api.Options{}))
		w := ask("10.0.0.1:1", "POST", sessionURL, fmt.Sprintf(`{"key":" %s\n"}`, keyText("s")))
		until := domain.InstantOf(time.Now().Add(12 * time.Hour))
		want := api.Session{Needed: true, KeyID: "ssssssss", Name: "key s", Scopes: []domain.Scope{"read"}, CustomerID: "c1", ExpiresAt: until}
		assert.Equal(t, want, sessionIn(t, w))
		cookie := w.Header().Get("Set-Cookie")
		assert.Regexp(t, `^fleetbeat_session=ssssssss\.[0-9]+\.[A-Za-z0-9_-]{86}; Max-Age=43200; HttpOnly; SameSite=Strict$`, cookie,
			"no script reads it, no other site has it sent, and without a path it is sent beside this operation alone, behind any prefix")
		assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
		assert.NotContains(t, w.Body.String()+cookie, keyText("s")[12:])

		cookie, _, _ = strings.Cut(cookie, ";")
		get := func() *httptest.ResponseRecorder { return ask("10.0.0.1:1", "GET", sessionURL, "", "Cookie", cookie) }
		assert.Equal(t, want, sessionIn(t, get()))
		<-time.After(12*time.Hour - time.Millisecond)
		assert.Equal(t, want, sessionIn(t, get()), "use does not prolong it")
		assert.Equal(t, http.StatusOK, ask("10.0.0.1:1", "GET", settingsURL, "", "Cookie", cookie).Code)
		<-time.After(time.Millisecond)
		assert.Equal(t, api.Session{Needed: true}, sessionIn(t, get()))
		requireProblem(t, ask("10.0.0.1:1", "GET", settingsURL, "", "Cookie", cookie), http.StatusUnauthorized)
	})
}

func TestASessionCookieIsSecureWhereTheConnectionIs(t *testing.T) {
	t.Parallel()
	login := func(proto string, over *tls.ConnectionState) string {
		r := httptest.NewRequest(http.MethodPost, sessionURL, strings.NewReader(fmt.Sprintf(`{"key":%q}`, keyText("r"))))
		r.TLS = over
		if proto != "" {
			r.Header.Set("X-Forwarded-Proto", proto)
		}
		w := httptest.NewRecorder()
		api.New(keyed(), api.Options{}).ServeHTTP(w, r)
		require.Equal(t, http.StatusOK, w.Code)
		return w.Header().Get("Set-Cookie")
	}
	assert.Contains(t, login("", &tls.ConnectionState{}), "; Secure")
	assert.Contains(t, login("https", nil), "; Secure")
	assert.Contains(t, login("HTTPS, http", nil), "; Secure")
	assert.NotContains(t, login("", nil), "; Secure", "a browser would drop it")
	assert.NotContains(t, login("http", nil), "; Secure")
	assert.NotContains(t, login("http, https", nil), "; Secure", "the first is the client's")
}

func TestLoggingInNeedsAKey(t *testing.T) {
	t.Parallel()
	for body, status := range map[string]int{
		`{"key":"x"}`: 401, fmt.Sprintf(`{"key":%q}`, keyText("z")): 401, `{}`: 422, `{"key":""}`: 422, `{"key":null}`: 422, `{"key":7}`: 422,
		`{"name":"x"}`: 422, ``: 400,
	} {
		w := do(t, keyed(), http.MethodPost, sessionURL, body)
		p := requireProblem(t, w, status)
		assert.Empty(t, w.Header().Get("Set-Cookie"))
		assert.NotContains(t, p.Detail, "fb_", "a key is not sent back")
	}
	p := requireProblem(t, do(t, keyed(), http.MethodPost, sessionURL, fmt.Sprintf(`{"key":%q}`, keyText("r")), "Sec-Fetch-Site", "cross-site"), 403)
	assert.Contains(t, p.Detail, "another site", "nobody is logged in from elsewhere")
}

func TestWhoOneIs(t *testing.T) {
	t.Parallel()
	open := keyed()
	open.Keys = keyring()
	assert.Equal(t, api.Session{Scopes: []domain.Scope{"admin"}}, sessionIn(t, do(t, open, "GET", sessionURL, "")), "no login is needed")
	requireProblem(t, do(t, open, http.MethodPost, sessionURL, `{"key":"x"}`), http.StatusUnauthorized)
	assert.Equal(t, api.Session{}, sessionIn(t, do(t, open, http.MethodDelete, sessionURL, "")))

	nobody := api.Session{Needed: true}
	assert.Equal(t, nobody, sessionIn(t, do(t, keyed(), "GET", sessionURL, "")))
	assert.Equal(t, nobody, sessionIn(t, do(t, keyed(), "GET", sessionURL, "", bearer("z")...)))
	assert.Equal(t, nobody, sessionIn(t, do(t, keyed(), "GET", sessionURL, "", "Cookie", "fleetbeat_session=x")))
	for _, c := range []struct {
		header []string
		taken  bool
	}{
		{[]string{"Cookie", "fleetbeat_session=x"}, true}, {[]string{"Cookie", session("r")}, false}, {nil, false},
		{append(bearer("z"), "Cookie", session("r")), false},
	} {
		w := do(t, keyed(), "GET", sessionURL, "", c.header...)
		assert.Equal(t, c.taken, w.Header().Get("Set-Cookie") != "", "a cookie that is worth nothing is taken back: %v", c.header)
	}
	want := api.Session{Needed: true, KeyID: "iiiiiiii", Name: "key i", Scopes: []domain.Scope{"ingest"}}
	assert.Equal(t, want, sessionIn(t, do(t, keyed(), "GET", sessionURL, "", bearer("i")...)), "with a key there is no end")
}

func TestLoggingOutTakesTheCookieBack(t *testing.T) {
	t.Parallel()
	for _, header := range [][]string{nil, {"Cookie", session("r")}, {"Cookie", "fleetbeat_session=x"}} {
		w := do(t, keyed(), http.MethodDelete, sessionURL, "", header...)
		assert.Equal(t, api.Session{Needed: true}, sessionIn(t, w))
		assert.Equal(t, "fleetbeat_session=; Max-Age=0; HttpOnly; SameSite=Strict", w.Header().Get("Set-Cookie"))
	}
	requireProblem(t, do(t, keyed(), http.MethodDelete, sessionURL, "", "Cookie", session("r"), "Sec-Fetch-Site", "cross-site"), 403)
}

func TestNoOtherSiteActsWithASession(t *testing.T) {
	t.Parallel()
	for name, header := range map[string][]string{
		"a form elsewhere":                    {"Sec-Fetch-Site", "cross-site"},
		"a form on another port or subdomain": {"Sec-Fetch-Site", "same-site"},
		"a form elsewhere, in an old browser": {"Origin", "https://evil.example"},
		"a form in a sandbox":                 {"Origin", "null"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			with := append([]string{"Cookie", session("a")}, header...)
			for _, request := range []string{"POST /api/v1/customers", "PATCH " + settingsURL, "DELETE " + vehicleURL, "POST /api/v1/keys", "DELETE /api/v1/keys/aaaaaaaa"} {
				method, target, _ := strings.Cut(request, " ")
				requireProblem(t, do(t, keyed(), method, target, `{"name":"x"}`, with...), http.StatusForbidden)
			}
			if header[0] == "Sec-Fetch-Site" {
				requireProblem(t, do(t, keyed(), http.MethodGet, heartbeatURL, "", with...), http.StatusForbidden)
			}
		})
	}
	assert.Equal(t, http.StatusCreated, do(t, keyed(), http.MethodPost, "/api/v1/customers", `{"name":"x"}`, "Cookie", session("a"), "Sec-Fetch-Site", "same-origin").Code)
}
