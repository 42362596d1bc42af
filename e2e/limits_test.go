package e2e

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBadInput(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	s := serve(t, data)
	s.register(firstOfKalles, "ABC123", "Kalles Grustransporter AB")
	before := len(readLog(t, data).heartbeats)
	for name, bad := range map[string]struct {
		status int
		method string
		path   string
		body   string
		says   string
	}{
		"a body over 64 KiB":            {413, "POST", "/heartbeat/" + firstOfKalles, `{"id":"` + strings.Repeat("x", 64<<10) + `"}`, "64 KiB"},
		"a registration over 64 KiB":    {413, "POST", "/api/v1/vehicles", strings.Repeat(" ", 64<<10+1), "64 KiB"},
		"a VIN that nobody knows":       {404, "POST", "/heartbeat/" + vin(1), "", vin(1)},
		"the same by GET":               {404, "GET", "/heartbeat/" + vin(1), "", vin(1)},
		"a VIN that is none":            {422, "POST", "/heartbeat/SHORT", "", "17"},
		"a VIN with a letter O":         {422, "POST", "/heartbeat/YS2R4X2000539940O", "", "vin"},
		"a body that is no JSON":        {400, "POST", "/heartbeat/" + firstOfKalles, "{", ""},
		"a field that there is not":     {422, "POST", "/heartbeat/" + firstOfKalles, `{"speed":1}`, "speed"},
		"a location that is nowhere":    {422, "POST", "/heartbeat/" + firstOfKalles, `{"location":{"lat":91,"lon":0}}`, "location.lat"},
		"half a location":               {422, "POST", "/heartbeat/" + firstOfKalles, `{"location":{"lat":1}}`, "location.lon"},
		"a time that is none":           {422, "POST", "/heartbeat/" + firstOfKalles, `{"sentAt":"yesterday"}`, "sentAt"},
		"an id that cannot be printed":  {422, "POST", "/heartbeat/" + firstOfKalles, `{"id":"a\u0000b"}`, "id"},
		"an id of 65 characters":        {422, "POST", "/heartbeat/" + firstOfKalles, `{"id":"` + strings.Repeat("x", 65) + `"}`, "id"},
		"a reading with a bad name":     {422, "POST", "/heartbeat/" + firstOfKalles, `{"readings":{"Speed":1}}`, "readings"},
		"a path that there is not":      {404, "GET", "/api/v1/nothing", "", "nothing at this path"},
		"a method that there is not":    {405, "DELETE", "/api/v1/customers", "", "GET"},
		"a status that there is not":    {422, "GET", "/api/v1/vehicles?status=lost", "", "status"},
		"a limit over 200":              {422, "GET", "/api/v1/vehicles?limit=201", "", "limit"},
		"a position of another log":     {400, "GET", "/api/v1/vehicles?after=aaaaaaaa.1", "", "another log"},
		"a position that is none":       {400, "GET", "/api/v1/vehicles?after=7", "", "after"},
		"a parameter that there is not": {422, "GET", "/api/v1/vehicles?colour=red", "", "colour"},
	} {
		t.Run(name+" is refused in a problem document", func(t *testing.T) {
			t.Parallel()
			var body any
			if bad.body != "" {
				body = []byte(bad.body)
			}
			text := s.problem(bad.status, bad.method, bad.path, body)
			assert.Contains(t, text, bad.says)
			for _, inside := range []string{"sqlite", "SQL", ".go", "goroutine", data} {
				assert.NotContains(t, text, inside, "nothing of our inside reaches a client")
			}
		})
	}
	t.Cleanup(func() { // after all of the above
		l := readLog(t, data)
		assert.Len(t, l.heartbeats, before, "and nothing of it is stored")
		assert.Equal(t, 1, l.count("vehicle.registered.v1"))
	})
}

func TestUnknownVehiclesAreRegisteredOnRequest(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "--unknown-vehicles", "register")
	v := s.getAfter(vin(1), s.ping(strings.ToLower(vin(1)), nil).Position)
	assert.Equal(t, vin(1), v.VIN)
	assert.Equal(t, "Unassigned", v.Customer.Name)
	assert.Equal(t, "connected", v.Status)
	s.problem(422, "POST", "/heartbeat/SHORT", nil)
	var page list[vehicle]
	s.ask(200, "GET", "/api/v1/vehicles?after="+s.ping(vin(2), nil).Position, nil, &page)
	assert.Equal(t, counts{Connected: 2}, page.Counts)
	var customers list[customer]
	s.ask(200, "GET", "/api/v1/customers", nil, &customers)
	assert.Equal(t, 1, customers.Total, "both under the same customer")
}

func TestOperatorsEndpoints(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir())
	s.register(firstOfKalles, "ABC123", "Kalles Grustransporter AB")
	s.getAfter(firstOfKalles, s.ping(firstOfKalles, nil).Position)
	var health struct{ Status, Version string }
	s.ask(200, "GET", "/healthz", nil, &health)
	assert.Equal(t, "ok", health.Status)
	assert.Equal(t, builtVersion, health.Version)
	var ready struct{ Ready bool }
	s.ask(200, "GET", "/readyz", nil, &ready)
	assert.True(t, ready.Ready)

	for _, path := range []string{"/", "/docs", "/openapi.json", "/heartbeat/ping", "/search/ping"} {
		status, text := s.try("GET", path, nil)
		assert.Equal(t, 200, status, path)
		assert.NotEmpty(t, text, path)
	}
	for _, method := range []string{"GET", "HEAD"} {
		status, _ := s.try(method, "/heartbeat/"+firstOfKalles, nil)
		assert.Equal(t, 202, status, "%s is a ping", method)
	}
	status, text := s.try("GET", "/metrics", nil)
	require.Equal(t, 200, status)
	for _, metric := range []string{
		`fleetbeat_vehicles{status="connected"} 1`, "fleetbeat_view_lag_seconds", "fleetbeat_ping_visible_seconds_count 1", "go_goroutines",
	} {
		assert.True(t, strings.Contains(string(text), metric), "/metrics shows %s", metric)
	}
}

// The original demo's clients are still answered, in its shape.
func TestClassicSearch(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir())
	s.register(firstOfKalles, "ABC123", "Kalles Grustransporter AB")
	s.register(vin(1), "JKL012", "Johans Bulk AB")
	w := s.ping(firstOfKalles, nil)
	for query, want := range map[string][]string{
		"":                            {},
		"?customer_name=KALLES":       {firstOfKalles},
		"?customer_name=%25":          {},
		"?online=true":                {firstOfKalles},
		"?online=false":               {vin(1)},
		"?customer_name=ab&online=no": {vin(1)},
		"?customer_name=b":            {firstOfKalles, vin(1)},
	} {
		glue := "?"
		if query != "" {
			glue = "&"
		}
		var found []struct {
			ID       string   `json:"id"`
			RegNo    string   `json:"reg_no"`
			Online   bool     `json:"online"`
			Customer customer `json:"customer"`
		}
		s.ask(200, "GET", "/search"+query+glue+"after="+w.Position, nil, &found)
		ids := []string{}
		for _, v := range found {
			ids = append(ids, v.ID)
			assert.Equal(t, v.ID == firstOfKalles, v.Online)
		}
		assert.ElementsMatch(t, want, ids, "/search%s", query)
	}
}

func TestRefusedCompression(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir())
	request, err := http.NewRequestWithContext(t.Context(), "POST", s.base+"/heartbeat/"+firstOfKalles, bytes.NewReader([]byte{31, 139}))
	require.NoError(t, err)
	request.Header.Set("Content-Encoding", "gzip")
	answer, err := client.Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	assert.Equal(t, 415, answer.StatusCode)
	assert.Equal(t, "application/problem+json", answer.Header.Get("Content-Type"))
}
