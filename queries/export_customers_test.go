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

func TestExportCustomers(t *testing.T) {
	t.Parallel()
	t.Run("yields every match once, in order, list page after list page", func(t *testing.T) {
		t.Parallel()
		c := manyCustomers(4_001)
		h := queries.ExportCustomersHandler{Roster: rosterOf(relations{customers: c}, counters{view: view{asOf: ago(time.Second)}})}
		var got []domain.CustomerID
		sizes := []int{}
		for list, err := range h.Pages(t.Context(), queries.ListCustomers{Text: "åkeri", Descending: true, Limit: 7, Cursor: "left out"}) {
			require.NoError(t, err)
			assert.Equal(t, queries.Freshness{AsOf: ago(time.Second), LagMs: 3000}, list.Freshness)
			assert.EqualValues(t, 4_001, list.Total)
			sizes = append(sizes, len(list.Items))
			for _, customer := range list.Items {
				got = append(got, customer.ID)
			}
		}
		assert.Equal(t, []int{2_000, 2_000, 1}, sizes)
		for i, id := range got {
			require.Equal(t, c[4_000-i].ID, id)
		}
	})
	t.Run("yields one empty list page where nothing matches", func(t *testing.T) {
		t.Parallel()
		n := 0
		for list, err := range (queries.ExportCustomersHandler{Roster: rosterOf(relations{}, counters{})}).Pages(t.Context(), queries.ListCustomers{}) {
			require.NoError(t, err)
			assert.NotNil(t, list.Items)
			assert.Empty(t, list.Items)
			n++
		}
		assert.Equal(t, 1, n)
	})
	t.Run("is its owner's", func(t *testing.T) {
		t.Parallel()
		h := queries.ExportCustomersHandler{Roster: rosterOf(relations{customers: demoCustomers()}, someNumbers())}
		for list, err := range h.Pages(t.Context(), queries.ListCustomers{Owner: "c2"}) {
			require.NoError(t, err)
			assert.Equal(t, "c2", idsOf(list.Items))
		}
	})
	t.Run("ends with an error", func(t *testing.T) {
		t.Parallel()
		for _, broken := range brokenRosters() {
			n := 0
			for _, err := range (queries.ExportCustomersHandler{Roster: broken}).Pages(t.Context(), queries.ListCustomers{}) {
				require.ErrorIs(t, err, errBroken)
				n++
			}
			assert.Equal(t, 1, n)
		}
		for _, err := range (queries.ExportCustomersHandler{}).Pages(t.Context(), queries.ListCustomers{Text: strings.Repeat("x", 201)}) {
			requireKind(t, err, domain.Invalid, "q")
		}
	})
	t.Run("stops where its reader does", func(t *testing.T) {
		t.Parallel()
		h := queries.ExportCustomersHandler{Roster: rosterOf(relations{customers: manyCustomers(2_001)}, counters{})}
		n := 0
		for _, err := range h.Pages(t.Context(), queries.ListCustomers{}) {
			require.NoError(t, err)
			n++
			break
		}
		assert.Equal(t, 1, n)
	})
}
