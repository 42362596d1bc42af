package api_test

import (
	"net/http"
	"testing"

	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestClassicSearchReadsItsParameters(t *testing.T) {
	t.Parallel()
	name := func(s string) *string { return &s }
	online := func(b bool) *bool { return &b }
	tests := []struct {
		query string
		want  queries.ClassicSearch
	}{
		{"", queries.ClassicSearch{}},
		{"?customer_name=Bulk", queries.ClassicSearch{CustomerName: name("Bulk")}},
		{"?customer_name=100%25_", queries.ClassicSearch{CustomerName: name("100%_")}},
		{"?customer_name=", queries.ClassicSearch{CustomerName: name("")}},
		{"?online=true", queries.ClassicSearch{Online: online(true)}},
		{"?online=false", queries.ClassicSearch{Online: online(false)}},
		{"?online=TRUE", queries.ClassicSearch{Online: online(false)}},
		{"?online=banana", queries.ClassicSearch{Online: online(false)}},
		{"?online=", queries.ClassicSearch{Online: online(false)}},
		{"?customer_name=a&online=true&after=0f8fad5b.4", queries.ClassicSearch{CustomerName: name("a"), Online: online(true), After: at(4)}},
	}
	for _, test := range tests {
		t.Run(test.query, func(t *testing.T) {
			t.Parallel()
			a := &answers[queries.ClassicSearch, []queries.ClassicVehicle]{}
			d := deps()
			d.Queries.ClassicSearch = a
			requireJSON(t, do(t, d, http.MethodGet, "/search"+test.query, ""), http.StatusOK, `[]`)
			assert.Equal(t, []queries.ClassicSearch{test.want}, a.asked)
		})
	}
}

func TestClassicSearchHasTheOriginalShape(t *testing.T) {
	t.Parallel()
	a := &answers[queries.ClassicSearch, []queries.ClassicVehicle]{answer: []queries.ClassicVehicle{
		{ID: abc, RegNo: "ABC123", HeartbeatTS: noon(), Online: true, Customer: queries.ClassicCustomer{ID: "c1", Name: "K", Address: "A"}},
		{ID: abc, RegNo: "DEF456", Customer: queries.ClassicCustomer{ID: "c1", Name: "K"}},
	}}
	d := deps()
	d.Queries.ClassicSearch = a
	requireJSON(t, do(t, d, http.MethodGet, "/search?online=x", ""), http.StatusOK,
		`[{"id":"YS2R4X20005399401","reg_no":"ABC123","heartbeat_ts":"2026-06-01T12:00:00.000Z","online":true,"customer":{"id":"c1","name":"K","address":"A"}},
		{"id":"YS2R4X20005399401","reg_no":"DEF456","online":false,"customer":{"id":"c1","name":"K","address":""}}]`)
	requireAbout(t, do(t, d, http.MethodGet, "/search?after=x", ""), http.StatusBadRequest, "after")
	a.err = domain.InvalidField("customer_name", "is too long")
	requireAbout(t, do(t, d, http.MethodGet, "/search?customer_name=x", ""), http.StatusUnprocessableEntity, "customer_name")
}

func TestPingsSayThatSomebodyIsThere(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/heartbeat/ping", "/search/ping"} {
		requireJSON(t, do(t, deps(), http.MethodGet, path, ""), http.StatusOK, `{"status":"ok"}`)
		w := do(t, deps(), http.MethodHead, path, "")
		require.Equal(t, http.StatusOK, w.Code)
	}
}
