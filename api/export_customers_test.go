package api_test

import (
	"context"
	"encoding/csv"
	"iter"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"fleetbeat/api"
	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const customersHead = "\ufeffid,name,address,vehicles,connected,disconnected,never_seen,usual_lo,usual_hi,beyond," +
	"longest_vin,longest_registration_number,longest_since,interval_seconds,grace_seconds,as_of\r\n"

// customerPages is a fake of the question for all customers: list pages, then an error.
type customerPages struct {
	lists []queries.CustomerList
	err   error
	asked *[]queries.ListCustomers
}

func (p customerPages) Pages(_ context.Context, q queries.ListCustomers) iter.Seq2[queries.CustomerList, error] {
	return func(yield func(queries.CustomerList, error) bool) {
		if p.asked != nil {
			*p.asked = append(*p.asked, q)
		}
		for _, list := range p.lists {
			if !yield(list, nil) {
				return
			}
		}
		if p.err != nil {
			yield(queries.CustomerList{}, p.err)
		}
	}
}

func exportingCustomers(p customerPages) api.Deps {
	d := deps()
	d.Queries.ExportCustomers = p
	return d
}

// unusualCustomer is a customer with everything that a list shows.
func unusualCustomer() queries.Customer {
	beyond := int64(24)
	return queries.Customer{
		Customer: aCustomer(), Counts: queries.Counts{Connected: 283, Disconnected: 29, NeverSeen: 1}, Usual: &queries.Range{Lo: 2, Hi: 5}, Beyond: &beyond,
		Longest: &queries.Disconnection{VIN: abc, RegistrationNumber: "ABC123", Since: noon() - 3_600_000},
	}
}

func TestExportWritesEveryCustomer(t *testing.T) {
	t.Parallel()
	var asked []queries.ListCustomers
	empty := queries.Customer{Customer: domain.Customer{ID: "c2", Name: "Grus; \"Sand\", AB"}}
	d := exportingCustomers(customerPages{asked: &asked, lists: []queries.CustomerList{
		{Items: []queries.Customer{unusualCustomer()}, Freshness: fresh()}, {Items: []queries.Customer{empty}, Freshness: fresh()},
	}})
	w := do(t, d, http.MethodGet, "/api/v1/customers?q=bulk&sort=-beyond&format=csv&after=0f8fad5b.3", "")
	require.Equal(t, http.StatusOK, w.Code, w.Body.String())
	assert.Equal(t, "text/csv; charset=utf-8; header=present", w.Header().Get("Content-Type"))
	assert.Equal(t, `attachment; filename="customers-20260601-120000.csv"`, w.Header().Get("Content-Disposition"))
	assert.Equal(t, "Accept", w.Header().Get("Vary"))
	assert.Equal(t, customersHead+
		"c1,Johans Bulk AB,Balkvägen 12,313,283,29,1,2,5,24,YS2R4X20005399401,ABC123,2026-06-01T11:00:00.000Z,,5,2026-06-01T12:00:00.000Z\r\n"+
		"c2,\"Grus; \"\"Sand\"\", AB\",,0,0,0,0,,,,,,,,,2026-06-01T12:00:00.000Z\r\n", w.Body.String())
	assert.Equal(t, []queries.ListCustomers{{Text: "bulk", Sort: queries.SortBeyond, Descending: true, After: at(3)}}, asked)
}

func TestExportOfCustomersGuardsAgainstFormulas(t *testing.T) {
	t.Parallel()
	c := unusualCustomer()
	c.Name, c.Address, c.Longest.RegistrationNumber = "=1+1", "@SUM(A1)", "-1"
	list := queries.CustomerList{Items: []queries.Customer{c}, Freshness: fresh()}
	w := do(t, exportingCustomers(customerPages{lists: []queries.CustomerList{list}}), http.MethodGet, "/api/v1/customers", "", "Accept", "text/csv")
	lines, err := csv.NewReader(strings.NewReader(w.Body.String())).ReadAll()
	require.NoError(t, err)
	assert.Equal(t, []string{"'=1+1", "'@SUM(A1)"}, lines[1][1:3])
	assert.Equal(t, "'-1", lines[1][11])
}

func TestExportOfCustomersRefusesWhatItCannotDo(t *testing.T) {
	t.Parallel()
	for query, location := range map[string]string{"limit=3": "limit", "cursor=x": "cursor", "sort=-": "sort", "status=connected": "status"} {
		w := do(t, exportingCustomers(customerPages{}), http.MethodGet, "/api/v1/customers?format=csv&"+query, "")
		requireAbout(t, w, http.StatusUnprocessableEntity, location)
		assert.Empty(t, w.Header().Get("Content-Disposition"))
	}
	requireAbout(t, do(t, deps(), http.MethodGet, "/api/v1/customers?format=xml", ""), http.StatusUnprocessableEntity, "format")
	broken := exportingCustomers(customerPages{err: domain.InvalidField("sort", "is odd")})
	requireAbout(t, do(t, broken, http.MethodGet, "/api/v1/customers?format=csv&sort=odd", ""), http.StatusUnprocessableEntity, "sort")
	requireProblem(t, do(t, exportingCustomers(customerPages{err: errBroken}), http.MethodGet, "/api/v1/customers?format=csv", ""), http.StatusInternalServerError)
}

func TestExportOfCustomersIsCountedOnItsOwn(t *testing.T) {
	t.Parallel()
	observed := make(chan string, 2)
	d := exportingCustomers(customerPages{lists: []queries.CustomerList{{}}})
	d.Queries.ListCustomers = &answers[queries.ListCustomers, queries.CustomerList]{}
	d = observing(d, observed)
	assert.Equal(t, customersHead, do(t, d, http.MethodGet, "/api/v1/customers?format=csv", "").Body.String(), "of nothing: the columns")
	assert.Equal(t, "exportCustomers 200", <-observed)
	do(t, d, http.MethodGet, "/api/v1/customers?format=json", "")
	assert.Equal(t, "listCustomers 200", <-observed)
}

func TestListsOfCustomersAreTheirOwners(t *testing.T) {
	t.Parallel()
	var exported []queries.ListCustomers
	d := exportingCustomers(customerPages{lists: []queries.CustomerList{{}}, asked: &exported})
	listed, got := &answers[queries.ListCustomers, queries.CustomerList]{}, &answers[queries.GetCustomer, queries.CustomerDetail]{}
	d.Queries.ListCustomers, d.Queries.GetCustomer = listed, got
	handler := api.New(d, api.Options{})
	for _, path := range []string{"/api/v1/customers?sort=beyond", "/api/v1/customers?sort=beyond&format=csv", "/api/v1/customers/c2"} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil).WithContext(api.BoundTo(t.Context(), "c1")))
		require.Equal(t, http.StatusOK, w.Code, w.Body.String())
	}
	want := []queries.ListCustomers{{Sort: queries.SortBeyond, Owner: "c1"}}
	assert.Equal(t, want, listed.asked)
	assert.Equal(t, want, exported)
	assert.Equal(t, []queries.GetCustomer{{ID: "c2", Owner: "c1"}}, got.asked)
}
