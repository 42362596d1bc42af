package api_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"fleetbeat/api"
	"fleetbeat/commands"
	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// keyText returns the text of a key whose id is c repeated.
func keyText(c string) string {
	text, _ := domain.KeyText(strings.Repeat(c, 60))
	return text
}

// keyMade returns the event that made the key of keyText(c).
func keyMade(c string, customer domain.CustomerID, scopes ...string) *domain.KeyCreated {
	id, proof := strings.Repeat(c, 8), domain.ProofOf(keyText(c))
	return &domain.KeyCreated{
		ID: id, Name: "key " + c, Prefix: id, SHA256: proof.SHA256(), SessionKey: proof.SessionKey(), Scopes: scopes, CustomerID: customer, At: noon(),
	}
}

// keyed returns deps of a log with an admin's key (a), one that reads (r), one that pings (i), and one each bound to a
// customer (s reads, j pings). What they ask for is answered.
func keyed() api.Deps {
	d := writers()
	d.Commands.RecordHeartbeats = &recorder{}
	d.Commands.CreateKey = &answers[commands.CreateKey, commands.KeyResult]{}
	d.Commands.RevokeKey = &answers[commands.RevokeKey, commands.KeyResult]{}
	d.Queries.GetSettings = &answers[queries.GetSettings, domain.Settings]{}
	d.Queries.GetSummary = &answers[queries.GetSummary, queries.Summary]{}
	d.Metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	d.Keys = keyring(keyMade("a", "", "admin"), keyMade("r", "", "read"), keyMade("i", "", "ingest"), keyMade("s", "c1", "read"), keyMade("j", "c1", "ingest"))
	return d
}

func bearer(c string) []string { return []string{"Authorization", "Bearer " + keyText(c)} }

const settingsURL = "/api/v1/settings"

func TestWithoutAKeyNobodyIsLetInOnceThereIsOne(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		"no key":                      nil,
		"an empty header":             {"Authorization", ""},
		"a key of nobody":             bearer("z"),
		"half a key":                  {"Authorization", "Bearer " + keyText("r")[:40]},
		"another's end":               {"Authorization", "Bearer " + keyText("r")[:40] + keyText("a")[40:]},
		"a key in capitals":           {"Authorization", "Bearer " + strings.ToUpper(keyText("r"))},
		"a key without a scheme":      {"Authorization", keyText("r")},
		"a key under another scheme":  {"Authorization", "Token " + keyText("r")},
		"a key as the password":       {"Authorization", basic("device", keyText("r"))},
		"what is not base64":          {"Authorization", "Basic " + keyText("r")},
		"a session that nobody began": {"Cookie", "fleetbeat_session=" + domain.NewSession(keyText("z"), domain.InstantOf(time.Now().Add(time.Hour)))},
		"a session that is over":      {"Cookie", "fleetbeat_session=" + domain.NewSession(keyText("a"), domain.InstantOf(time.Now()))},
		"a key as a cookie":           {"Cookie", "fleetbeat_session=" + keyText("a")},
		"a wrong key and a session":   {"Authorization", "Bearer x", "Cookie", session("a")},
	}
	for name, header := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := keyed()
			for _, request := range []string{"GET " + settingsURL, "POST " + heartbeatURL, "GET /metrics", "POST /heartbeats", "DELETE " + vehicleURL, "POST /api/v1/keys"} {
				method, target, _ := strings.Cut(request, " ")
				w := do(t, d, method, target, "{}", header...)
				p := requireProblem(t, w, http.StatusUnauthorized)
				assert.Equal(t, []string{`Bearer realm="fleetbeat"`, `Basic realm="fleetbeat"`}, w.Header().Values("WWW-Authenticate"), request)
				assert.NotContains(t, p.Detail, "fb_")
			}
		})
	}
	t.Run("two keys at once", func(t *testing.T) {
		t.Parallel()
		r := httptest.NewRequest(http.MethodGet, settingsURL, nil)
		r.Header["Authorization"] = []string{bearer("r")[1], bearer("a")[1]}
		w := httptest.NewRecorder()
		api.New(keyed(), api.Options{}).ServeHTTP(w, r)
		requireProblem(t, w, http.StatusUnauthorized)
	})
}

func basic(name, password string) string {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.SetBasicAuth(name, password)
	return r.Header.Get("Authorization")
}

// session returns the cookie of a session of the key of keyText(c).
func session(c string) string {
	return "fleetbeat_session=" + domain.NewSession(keyText(c), domain.InstantOf(time.Now().Add(time.Hour)))
}

func TestAKeyIsTakenInEveryFormThatItMayCome(t *testing.T) {
	t.Parallel()
	for name, header := range map[string][]string{
		"as bearer":                          bearer("r"),
		"as bearer, spelt otherwise":         {"Authorization", "bEARER  " + keyText("r") + " "},
		"as a user name":                     {"Authorization", basic(keyText("r"), "")},
		"as a user name, with any password":  {"Authorization", basic(keyText("r"), "a:b")},
		"as a user name without a colon":     {"Authorization", "Basic " + strings.TrimSuffix(basic(keyText("r"), "")[6:], "")},
		"as a session":                       {"Cookie", session("r")},
		"as a session beside other cookies":  {"Cookie", "a=b; " + session("r") + "; c=d"},
		"as a session beside one that ended": {"Cookie", "fleetbeat_session=old; " + session("r")},
		"as a key beside a session":          {"Authorization", "Bearer " + keyText("r"), "Cookie", session("i")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, http.StatusOK, do(t, keyed(), http.MethodGet, settingsURL, "", header...).Code)
		})
	}
}

func TestABrowserIsNotOfferedBasicAuthentication(t *testing.T) {
	t.Parallel()
	for _, header := range [][]string{{"Sec-Fetch-Site", "same-origin"}, {"User-Agent", "Mozilla/5.0 (X11; Linux x86_64)"}} {
		w := do(t, keyed(), http.MethodGet, settingsURL, "", header...)
		requireProblem(t, w, http.StatusUnauthorized)
		assert.Equal(t, []string{`Bearer realm="fleetbeat"`}, w.Header().Values("WWW-Authenticate"))
	}
}

func TestAMissingScopeIsNamed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		key, request, says string
		status             int
	}{
		{"i", "GET " + settingsURL, "has not the scope read; it has ingest", 403},
		{"r", "POST " + heartbeatURL, "has not the scope ingest; it has read", 403},
		{"r", "GET " + heartbeatURL, "has not the scope ingest", 403},
		{"r", "DELETE " + vehicleURL, "has not the scope admin", 403},
		{"s", "DELETE " + vehicleURL, "has not the scope admin", 403},
		{"s", "GET /metrics", "bound to a customer", 403},
		{"j", "GET /metrics", "has not the scope read", 403},
		{"a", "DELETE " + vehicleURL, "", 200},
		{"a", "POST " + heartbeatURL, "", 202},
		{"a", "GET /metrics", "", 200},
		{"r", "GET /metrics", "", 200},
		{"j", "POST " + heartbeatURL, "", 202},
		{"z", "GET /healthz", "", 200},
		{"z", "GET /docs", "", 200},
		{"z", "GET /no/such/path", "nothing at this path", 404},
	} {
		method, target, _ := strings.Cut(test.request, " ")
		w := do(t, keyed(), method, target, "", bearer(test.key)...)
		require.Equal(t, test.status, w.Code, "%s %s: %s", test.key, test.request, w.Body)
		assert.Contains(t, w.Body.String(), test.says)
	}
}

func TestWhoActsStandsInTheEvents(t *testing.T) {
	t.Parallel()
	d := keyed()
	a := &answers[commands.DecommissionVehicle, commands.DecommissionResult]{}
	d.Commands.DecommissionVehicle = a
	do(t, d, http.MethodDelete, vehicleURL, "", append(bearer("a"), "X-Request-Id", "req-9")...)
	assert.Contains(t, contextText(a.ctx), `By:"aaaaaaaa"`)
	assert.Contains(t, contextText(a.ctx), `CorrelationID:"req-9"`)
	assert.NotContains(t, contextText(a.ctx), keyText("a"))
}

func TestABoundKeyBindsQuestionsAndPings(t *testing.T) {
	t.Parallel()
	d := keyed()
	summary := &answers[queries.GetSummary, queries.Summary]{}
	d.Queries.GetSummary = summary
	pinged := &boundRecorder{}
	d.Commands.RecordHeartbeats = pinged
	for _, key := range []string{"s", "r"} {
		require.Equal(t, http.StatusOK, do(t, d, http.MethodGet, "/api/v1/summary", "", bearer(key)...).Code)
	}
	for _, key := range []string{"j", "i"} {
		require.Equal(t, http.StatusAccepted, do(t, d, http.MethodGet, heartbeatURL, "", bearer(key)...).Code)
	}
	assert.Equal(t, []queries.GetSummary{{Owner: "c1"}, {}}, summary.asked)
	assert.Equal(t, []domain.CustomerID{"c1", ""}, pinged.owners)
}

// boundRecorder keeps whom those who pinged were bound to.
type boundRecorder struct{ owners []domain.CustomerID }

func (r *boundRecorder) One(_ context.Context, _ domain.Heartbeat, owner domain.CustomerID) (commands.Verdict, error) {
	r.owners = append(r.owners, owner)
	return commands.Verdict{}, nil
}

func TestBeforeTheKeysAreReadNobodyIsLetIn(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string]*commands.Keyring{"a keyring that was not filled": commands.NewKeyring(), "no keyring at all": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := keyed()
			d.Keys = keys
			for _, header := range [][]string{nil, bearer("a"), {"Cookie", session("a")}} {
				w := do(t, d, http.MethodGet, settingsURL, "", header...)
				requireProblem(t, w, http.StatusServiceUnavailable)
				assert.Equal(t, "1", w.Header().Get("Retry-After"))
			}
			assert.Equal(t, http.StatusOK, do(t, d, http.MethodGet, "/healthz", "").Code)
			requireProblem(t, do(t, d, http.MethodPost, "/api/v1/session", fmt.Sprintf(`{"key":%q}`, keyText("a"))), http.StatusServiceUnavailable)
		})
	}
}

func TestTheFirstKeyClosesTheServiceAtOnce(t *testing.T) {
	t.Parallel()
	d := keyed()
	d.Keys = keyring()
	handler := api.New(d, api.Options{LoopbackOnly: true})
	ask := func(host string, header ...string) int {
		r := httptest.NewRequest(http.MethodGet, settingsURL, nil)
		r.Host = host
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code
	}
	assert.Equal(t, http.StatusOK, ask("localhost"))
	assert.Equal(t, http.StatusOK, ask("localhost", bearer("a")...), "a key that is not needed does no harm")
	assert.Equal(t, http.StatusForbidden, ask("fleet.example"))
	know(d.Keys, 0, keyMade("a", "", "admin"))
	assert.Equal(t, http.StatusUnauthorized, ask("localhost"))
	assert.Equal(t, http.StatusUnauthorized, ask("fleet.example"))
	assert.Equal(t, http.StatusOK, ask("fleet.example", bearer("a")...), "whoever has a key may call it what he likes")
	know(d.Keys, 1, &domain.KeyRevoked{ID: "aaaaaaaa", At: noon()})
	assert.Equal(t, http.StatusUnauthorized, ask("localhost", bearer("a")...))
	assert.Equal(t, http.StatusUnauthorized, ask("localhost"), "without any key in force it stays closed")
}
