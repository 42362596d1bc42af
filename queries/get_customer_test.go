package queries_test

import (
	"testing"

	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGetCustomer(t *testing.T) {
	t.Parallel()
	five := int64(5)
	customers := demoCustomers()
	customers[1].IntervalSeconds = &five
	h := queries.GetCustomerHandler{
		Relations: relations{customers: customers}, Now: twoSecondsLate,
		Counts: counters{counts: map[domain.CustomerID]queries.Counts{"c1": {Disconnected: 3}, "c2": {Connected: 9}}},
	}
	t.Run("gives its settings and numbers", func(t *testing.T) {
		t.Parallel()
		got, err := h.Handle(t.Context(), queries.GetCustomer{ID: "c1"})
		require.NoError(t, err)
		assert.Equal(t, customers[1], got.Customer.Customer)
		assert.Equal(t, queries.Counts{Disconnected: 3}, got.Counts)
		assert.Equal(t, queries.Freshness{AsOf: noon(), LagMs: 2000}, got.Freshness)
	})
	t.Run("is NotFound for an unknown id", func(t *testing.T) {
		t.Parallel()
		_, err := h.Handle(t.Context(), queries.GetCustomer{ID: "nobody"})
		requireKind(t, err, domain.NotFound, "")
	})
	for name, broken := range map[string]queries.GetCustomerHandler{
		"passes on a view without a moment": {Relations: relations{view: view{err: errBroken}}, Counts: counters{}, Now: noon},
		"passes on a broken relations view": {Relations: relations{readErr: errBroken}, Counts: counters{}, Now: noon},
		"passes on broken counters":         {Relations: relations{customers: customers}, Counts: counters{readErr: errBroken}, Now: noon},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := broken.Handle(t.Context(), queries.GetCustomer{ID: "c1"})
			require.ErrorIs(t, err, errBroken)
		})
	}
}
