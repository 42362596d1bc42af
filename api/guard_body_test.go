package api_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"fleetbeat/api"
	"fleetbeat/commands"
	"fleetbeat/domain"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// heldBack is a body that does something before its first byte arrives.
type heldBack struct {
	io.Reader
	before func()
}

func (h *heldBack) Read(p []byte) (int, error) {
	if h.before != nil {
		h.before()
		h.before = nil
	}
	return h.Reader.Read(p)
}

// askHeldBack sends a request whose body arrives after before was done.
func askHeldBack(d api.Deps, method, path, body string, before func(), header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, &heldBack{strings.NewReader(body), before})
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	api.New(d, api.Options{}).ServeHTTP(w, r)
	return w
}

func TestABodyThatWasHeldBackDoesNothingForWhoIsNoLongerLetIn(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ method, path, body string }{
		"makes no key":               {"POST", "/api/v1/keys", `{"name":"Anna","scopes":["admin"]}`},
		"changes no settings":        {"PATCH", settingsURL, `{"intervalSeconds":5}`},
		"registers no vehicle":       {"POST", "/api/v1/vehicles", `{"vin":"YS2R4X20005399401","registrationNumber":"A","customerId":"c1"}`},
		"imports nothing":            {"POST", "/api/v1/vehicles:import", "vin,registration_number,customer\nYS2R4X20005399401,A,B\n"},
		"is no contact of a vehicle": {"POST", heartbeatURL, `{"readings":{"speed":1}}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for state, keys := range map[string][]domain.Event{"a revoked key": {keyMade("a", "", "admin")}, "no key, while none was needed": nil} {
				d := keyed()
				imported, pinged := &imports{}, &boundRecorder{}
				d.Commands.ImportFleet, d.Commands.RecordHeartbeats, d.Keys = imported, pinged, keyring(keys...)
				header, event := bearer("a"), domain.Event(&domain.KeyRevoked{ID: "aaaaaaaa", At: noon()})
				if keys == nil {
					header, event = nil, keyMade("a", "", "admin")
				}
				w := askHeldBack(d, test.method, test.path, test.body, func() { know(d.Keys, len(keys), event) }, header...)
				assert.Contains(t, []int{http.StatusUnauthorized, http.StatusServiceUnavailable}, w.Code, "%s: %s", state, w.Body)
				assert.Empty(t, d.Commands.CreateKey.(*answers[commands.CreateKey, commands.KeyResult]).asked, state)
				assert.Empty(t, d.Commands.ChangeSettings.(*answers[commands.ChangeSettings, commands.SettingsResult]).asked, state)
				assert.Empty(t, d.Commands.RegisterVehicle.(*answers[commands.RegisterVehicle, commands.VehicleResult]).asked, state)
				assert.Empty(t, imported.asked, state)
				assert.Empty(t, pinged.owners, state)
			}
		})
	}
	t.Run("and does what it should for who still is", func(t *testing.T) {
		t.Parallel()
		for _, test := range tests {
			d := keyed()
			d.Commands.ImportFleet = &imports{}
			w := askHeldBack(d, test.method, test.path, test.body, func() { know(d.Keys, 5, keyMade("b", "", "read")) }, bearer("a")...)
			assert.Less(t, w.Code, 300, "%s: %s", test.path, w.Body)
		}
	})
	t.Run("and lets in who logs in while the service is closed", func(t *testing.T) {
		t.Parallel()
		d := keyed()
		d.Keys = keyring()
		w := askHeldBack(d, "POST", "/api/v1/session", `{"key":"`+keyText("a")+`"}`, func() { know(d.Keys, 0, keyMade("a", "", "admin")) })
		require.Equal(t, http.StatusOK, w.Code, w.Body)
	})
}
