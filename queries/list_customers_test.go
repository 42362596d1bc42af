package queries_test

import (
	"strings"
	"testing"
	"time"

	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func demoCustomers() []domain.Customer {
	return []domain.Customer{
		{ID: "c2", Name: "Haralds Värdetransporter AB", Address: "Budgetvägen 1"},
		{ID: "c1", Name: "Johans Bulk AB", Address: "Balkvägen 12"},
		{ID: "c3", Name: "Kalles Grustransporter AB", Address: "Cementvägen 8"},
	}
}

func TestListCustomersJoinsNamesAndNumbers(t *testing.T) {
	t.Parallel()
	h := queries.ListCustomersHandler{
		Relations: relations{customers: demoCustomers()},
		Counts:    counters{view: view{asOf: ago(time.Second)}, counts: map[domain.CustomerID]queries.Counts{"c1": {Connected: 2}}},
		Now:       twoSecondsLate,
	}
	list, err := h.Handle(t.Context(), queries.ListCustomers{Limit: 2})
	require.NoError(t, err)
	require.Len(t, list.Items, 2)
	assert.Equal(t, domain.CustomerID("c2"), list.Items[0].ID)
	assert.Equal(t, queries.Counts{}, list.Items[0].Counts, "a customer without vehicles has zeros")
	assert.Equal(t, queries.Counts{Connected: 2}, list.Items[1].Counts)
	assert.EqualValues(t, 3, list.Total)
	assert.NotEmpty(t, list.Next)
	assert.Equal(t, queries.Freshness{AsOf: ago(time.Second), LagMs: 3000}, list.Freshness)
}

func TestListCustomersWithoutAMatchIsEmpty(t *testing.T) {
	t.Parallel()
	h := queries.ListCustomersHandler{Relations: relations{}, Now: noon, Counts: counters{readErr: errBroken}}
	list, err := h.Handle(t.Context(), queries.ListCustomers{Text: "nobody"})
	require.NoError(t, err, "no counter is asked for")
	assert.NotNil(t, list.Items, "an empty list, never null")
	assert.Empty(t, list.Items)
}

func TestListCustomersFailsClearly(t *testing.T) {
	t.Parallel()
	ok := queries.ListCustomersHandler{Relations: relations{customers: demoCustomers()}, Counts: counters{}, Now: noon}
	_, err := ok.Handle(t.Context(), queries.ListCustomers{Limit: 201})
	requireKind(t, err, domain.Invalid, "limit")
	_, err = ok.Handle(t.Context(), queries.ListCustomers{Text: strings.Repeat("x", 201)})
	requireKind(t, err, domain.Invalid, "q")
	for name, h := range map[string]queries.ListCustomersHandler{
		"a view without a moment": {Relations: relations{view: view{err: errBroken}}, Counts: counters{}, Now: noon},
		"no customers":            {Relations: relations{readErr: errBroken}, Counts: counters{}, Now: noon},
		"no counters":             {Relations: relations{customers: demoCustomers()}, Counts: counters{readErr: errBroken}, Now: noon},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := h.Handle(t.Context(), queries.ListCustomers{})
			require.ErrorIs(t, err, errBroken)
		})
	}
}
