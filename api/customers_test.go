package api_test

import (
	"net/http"
	"testing"

	"fleetbeat/commands"
	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
)

func aCustomer() domain.Customer {
	five := int64(5)
	return domain.Customer{ID: "c1", Name: "Johans Bulk AB", Address: "Balkvägen 12", Overrides: domain.Overrides{GraceSeconds: &five}}
}

const aCustomerJSON = `"id":"c1","name":"Johans Bulk AB","address":"Balkvägen 12","graceSeconds":5`

const unusualJSON = `"counts":{"connected":283,"disconnected":29,"never_seen":1},"usual":{"lo":2,"hi":5},"beyond":24,
	"longest":{"vin":"YS2R4X20005399401","registrationNumber":"ABC123","since":"2026-06-01T11:00:00.000Z"}`

func TestListCustomers(t *testing.T) {
	t.Parallel()
	a := &answers[queries.ListCustomers, queries.CustomerList]{answer: queries.CustomerList{
		Items: []queries.Customer{unusualCustomer(), {Customer: domain.Customer{ID: "c2", Name: "H"}}},
		Next:  "n", Total: 7, Freshness: fresh(),
	}}
	d := deps()
	d.Queries.ListCustomers = a
	requireJSON(t, do(t, d, http.MethodGet, "/api/v1/customers?q=bulk&sort=-beyond&limit=2&cursor=c&after=0f8fad5b.3", ""), http.StatusOK,
		`{"items":[{`+aCustomerJSON+`,`+unusualJSON+`},
		{"id":"c2","name":"H","counts":{"connected":0,"disconnected":0,"never_seen":0}}],"next":"n","total":7,`+freshJSON+`}`)
	assert.Equal(t, []queries.ListCustomers{{Text: "bulk", Sort: queries.SortBeyond, Descending: true, Limit: 2, Cursor: "c", After: at(3)}}, a.asked)
	for query, location := range map[string]string{"limit=0": "limit", "sort=-": "sort", "format=xml": "format", "status=connected": "status"} {
		requireAbout(t, do(t, d, http.MethodGet, "/api/v1/customers?"+query, ""), http.StatusUnprocessableEntity, location)
	}
}

func TestGetCustomer(t *testing.T) {
	t.Parallel()
	a := &answers[queries.GetCustomer, queries.CustomerDetail]{answer: queries.CustomerDetail{
		Customer: unusualCustomer(), Freshness: fresh(),
	}}
	d := deps()
	d.Queries.GetCustomer = a
	requireJSON(t, do(t, d, http.MethodGet, "/api/v1/customers/c1?after=0f8fad5b.3", ""), http.StatusOK,
		`{`+aCustomerJSON+`,`+unusualJSON+`,`+freshJSON+`}`)
	assert.Equal(t, []queries.GetCustomer{{ID: "c1", After: at(3)}}, a.asked)
	requireAbout(t, do(t, d, http.MethodGet, "/api/v1/customers/c1?after=3", ""), http.StatusBadRequest, "after")
	a.err = domain.Errorf(domain.NotFound, "no customer has the id %q", "c1")
	requireProblem(t, do(t, d, http.MethodGet, "/api/v1/customers/c1", ""), http.StatusNotFound)
}

func TestRegisterCustomer(t *testing.T) {
	t.Parallel()
	a := &answers[commands.RegisterCustomer, commands.CustomerResult]{answer: commands.CustomerResult{Customer: aCustomer(), Position: at(5)}}
	d := deps()
	d.Commands.RegisterCustomer = a
	w := do(t, d, http.MethodPost, "/api/v1/customers", `{"name":"Johans Bulk AB","address":"Balkvägen 12","graceSeconds":5}`)
	requireJSON(t, w, http.StatusCreated, `{`+aCustomerJSON+`,"position":"0f8fad5b.5"}`)
	assert.Equal(t, "customers/c1", w.Header().Get("Location"))
	want := aCustomer()
	assert.Equal(t, []commands.RegisterCustomer{{Name: want.Name, Address: want.Address, Overrides: want.Overrides}}, a.asked)

	a.err = &domain.Error{Kind: domain.Taken, Message: "taken", Fields: []domain.Problem{{Field: "name", Message: "taken"}}}
	requireAbout(t, do(t, d, http.MethodPost, "/api/v1/customers", `{"name":"x"}`), http.StatusConflict, "name")
}

func TestChangeCustomer(t *testing.T) {
	t.Parallel()
	name := "Johans Bulk AB"
	tests := []struct {
		body string
		want commands.ChangeCustomer
	}{
		{`{}`, commands.ChangeCustomer{}},
		{`{"name":"Johans Bulk AB"}`, commands.ChangeCustomer{Name: &name}},
		{`{"address":null,"intervalSeconds":null}`, commands.ChangeCustomer{Address: commands.Away[string](), IntervalSeconds: commands.Away[int64]()}},
		{`{"address":"here","graceSeconds":5}`, commands.ChangeCustomer{Address: commands.To("here"), GraceSeconds: commands.To[int64](5)}},
	}
	for _, test := range tests {
		t.Run(test.body, func(t *testing.T) {
			t.Parallel()
			a := &answers[commands.ChangeCustomer, commands.CustomerResult]{answer: commands.CustomerResult{Customer: aCustomer(), Position: at(5)}}
			d := deps()
			d.Commands.ChangeCustomer = a
			requireJSON(t, do(t, d, http.MethodPatch, "/api/v1/customers/c1", test.body), http.StatusOK, `{`+aCustomerJSON+`,"position":"0f8fad5b.5"}`)
			test.want.ID = "c1"
			assert.Equal(t, []commands.ChangeCustomer{test.want}, a.asked)
		})
	}
}
