package api_test

import (
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

// asker returns a way to ask one API again and again, from an address.
func asker(handler http.Handler) func(from, method, target, body string, header ...string) *httptest.ResponseRecorder {
	return func(from, method, target, body string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, target, strings.NewReader(body))
		r.RemoteAddr = from
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w
	}
}

func TestAKeyMayMakeSoManyRequests(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		rate   float64
		atOnce int
		retry  string
	}{{3, 3, "1"}, {0.25, 1, "4"}} {
		t.Run(fmt.Sprint(test.rate), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ask := asker(api.New(keyed(), api.Options{KeyRate: test.rate}))
				for range 3 {
					for range test.atOnce {
						require.Equal(t, http.StatusOK, ask("10.0.0.1:1", "GET", settingsURL, "", bearer("r")...).Code)
					}
					w := ask("10.0.0.2:1", "GET", settingsURL, "", bearer("r")...)
					requireProblem(t, w, http.StatusTooManyRequests)
					assert.Equal(t, test.retry, w.Header().Get("Retry-After"))
					requireProblem(t, ask("10.0.0.2:1", "POST", heartbeatURL, "", bearer("r")...), http.StatusTooManyRequests)
					requireProblem(t, ask("10.0.0.2:1", "GET", settingsURL, "", "Cookie", session("r")), http.StatusTooManyRequests)
					assert.Equal(t, http.StatusOK, ask("10.0.0.1:1", "GET", "/healthz", "", bearer("r")...).Code, "what needs no key counts for none")
					<-time.After(time.Duration(float64(test.atOnce) / test.rate * float64(time.Second)))
				}
				assert.Equal(t, http.StatusOK, ask("10.0.0.1:1", "GET", settingsURL, "", bearer("a")...).Code, "each key for itself")
			})
		})
	}
	t.Run("any number, unless told", func(t *testing.T) {
		t.Parallel()
		ask := asker(api.New(keyed(), api.Options{}))
		for range 2000 {
			require.Equal(t, http.StatusOK, ask("10.0.0.1:1", "GET", settingsURL, "", bearer("r")...).Code)
		}
	})
}

func TestWrongKeysAreCountedByTheirAddress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ask := asker(api.New(keyed(), api.Options{}))
		wrong := func(from string) int { return ask(from, "GET", settingsURL, "", bearer("z")...).Code }
		login := func(from, key string) *httptest.ResponseRecorder {
			return ask(from, "POST", "/api/v1/session", fmt.Sprintf(`{"key":%q}`, key))
		}
		for range 10 {
			require.Equal(t, http.StatusUnauthorized, wrong("10.0.0.1:1"))
			require.Equal(t, http.StatusUnauthorized, login("10.0.0.1:2", "guess").Code)
		}
		w := ask("10.0.0.1:3", "GET", settingsURL, "", bearer("z")...)
		requireProblem(t, w, http.StatusTooManyRequests)
		assert.Equal(t, "1", w.Header().Get("Retry-After"))
		w = login("10.0.0.1:4", "guess")
		requireProblem(t, w, http.StatusTooManyRequests)
		assert.Equal(t, "1", w.Header().Get("Retry-After"))
		requireProblem(t, ask("10.0.0.1:4", "GET", "/api/v1/session", "", "Cookie", "fleetbeat_session=x.1.y"), http.StatusTooManyRequests)

		over := []string{"Cookie", "fleetbeat_session=" + domain.NewSession(keyText("r"), domain.InstantOf(time.Now()))}
		assert.Equal(t, http.StatusUnauthorized, ask("10.0.0.1:1", "GET", settingsURL, "", over...).Code, "a session that is over is no guess")
		assert.Equal(t, http.StatusOK, ask("10.0.0.1:1", "GET", "/api/v1/session", "", over...).Code)
		forged := strings.Replace(over[1], ".", ".1", 1)
		assert.Equal(t, http.StatusTooManyRequests, ask("10.0.0.1:1", "GET", settingsURL, "", "Cookie", forged).Code, "and one that nobody made is")
		assert.Equal(t, http.StatusOK, ask("10.0.0.1:1", "GET", settingsURL, "", bearer("r")...).Code, "a right key from there is let in")
		assert.Equal(t, http.StatusOK, login("10.0.0.1:1", keyText("r")).Code, "and may log in")
		assert.Equal(t, http.StatusUnauthorized, ask("10.0.0.1:1", "GET", settingsURL, "").Code, "who gives no key guesses none")
		free := 0
		for i := range 10 {
			if wrong(fmt.Sprintf("10.0.1.%d:1", i)) == http.StatusUnauthorized {
				free++
			}
		}
		assert.GreaterOrEqual(t, free, 9, "others are others, but for chance")
		<-time.After(2 * time.Second)
		assert.Equal(t, http.StatusUnauthorized, wrong("10.0.0.1:1"), "later it may try again")

		for i := range 20 {
			wrong(fmt.Sprintf("[2001:db8::%x]:1", i+1))
		}
		assert.Equal(t, http.StatusTooManyRequests, wrong("[2001:db8::ffff:1]:1"), "a network of IPv6 is one address")
		assert.NotPanics(t, func() { wrong("@") }, "a socket of this machine has none")
	})
}
