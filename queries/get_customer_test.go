package queries_test

import (
	"testing"
	"time"

	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGetCustomer(t *testing.T) {
	t.Parallel()
	five, four := int64(5), int64(4)
	customers := demoCustomers()
	customers[0].IntervalSeconds = &five
	h := queries.GetCustomerHandler{Roster: rosterOf(relations{customers: customers}, someNumbers())}
	t.Run("gives its settings, its numbers and what is unusual", func(t *testing.T) {
		t.Parallel()
		got, err := h.Handle(t.Context(), queries.GetCustomer{ID: "c2", Owner: "c2"})
		require.NoError(t, err)
		assert.Equal(t, queries.CustomerDetail{
			Customer: queries.Customer{
				Customer: customers[0], Counts: queries.Counts{Connected: 3, Disconnected: 9}, Usual: &queries.Range{Lo: 5, Hi: 5}, Beyond: &four,
				Longest: &queries.Disconnection{VIN: def, RegistrationNumber: "DEF", Since: ago(day)},
			},
			Freshness: queries.Freshness{AsOf: ago(time.Second), LagMs: 3000},
		}, got)
	})
	t.Run("leaves out what there is not", func(t *testing.T) {
		t.Parallel()
		h := queries.GetCustomerHandler{Roster: rosterOf(relations{customers: customers}, counters{})}
		got, err := h.Handle(t.Context(), queries.GetCustomer{ID: "c1"})
		require.NoError(t, err)
		assert.Equal(t, queries.Customer{Customer: customers[1]}, got.Customer)
	})
	t.Run("is NotFound for an unknown id, and for that of another customer", func(t *testing.T) {
		t.Parallel()
		_, unknown := h.Handle(t.Context(), queries.GetCustomer{ID: "nobody"})
		requireKind(t, unknown, domain.NotFound, "")
		_, other := h.Handle(t.Context(), queries.GetCustomer{ID: "c1", Owner: "c2"})
		assert.Equal(t, unknown, other)
	})
	for name, broken := range brokenRosters() {
		t.Run("passes on "+name, func(t *testing.T) {
			t.Parallel()
			_, err := queries.GetCustomerHandler{Roster: broken}.Handle(t.Context(), queries.GetCustomer{ID: "c1"})
			require.ErrorIs(t, err, errBroken)
		})
	}
}
