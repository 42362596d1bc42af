package projectiontest

import (
	"cmp"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/queries"
)

// customerNumbers returns the numbers of a customer's vehicles.
func (m *model) customerNumbers(id domain.CustomerID) (found queries.CustomerNumbers) {
	matches, counts := m.list(queries.ListVehicles{Filter: queries.Filter{Customers: []domain.CustomerID{id}}, Sort: queries.SortSince}, m.asOf)
	found.Counts = counts
	for _, v := range matches {
		if v.Status == domain.Disconnected {
			found.Longest = &queries.Disconnection{VIN: v.VIN, RegistrationNumber: v.RegistrationNumber, Since: v.Since}
			break
		}
	}
	return found
}

// numbers compares the numbers of customers with those of all their vehicles.
func numbers(t *testing.T, m *model, reader queries.CountsReader) {
	want := map[domain.CustomerID]queries.CustomerNumbers{}
	for id := range m.customers {
		if n := m.customerNumbers(id); n.Counts != (queries.Counts{}) {
			want[id] = n
		}
	}
	ranks := map[domain.CustomerID]queries.CustomerRank{}
	for id, n := range want {
		rank := queries.CustomerRank{Counts: n.Counts}
		if n.Longest != nil {
			rank.Longest = n.Longest.Since
		}
		ranks[id] = rank
	}
	ranked, err := reader.RankEveryCustomer(t.Context())
	require.NoError(t, err)
	require.Equal(t, ranks, ranked)
	got, err := reader.NumbersByCustomer(t.Context(), append(slices.Collect(maps.Keys(m.customers)), "c1", "nobody", ""))
	require.NoError(t, err)
	require.Equal(t, want, got)
	for _, none := range [][]domain.CustomerID{nil, {}} {
		got, err = reader.NumbersByCustomer(t.Context(), none)
		require.NoError(t, err)
		assert.Empty(t, got, "of none, none")
	}
}

// customerLists compares lists of customers, walked list page by list page, and files with those of a model that looks at all.
func customerLists(t *testing.T, m *model, roster *queries.Roster, random *rand.Rand) {
	list, file := queries.ListCustomersHandler{Roster: roster}, queries.ExportCustomersHandler{Roster: roster}
	for _, text := range []string{"", "AB", "åkeri", "%", "100 %", "nobody", `\`, "VÄGEN", "vägen c2", "1"} {
		for _, sort := range queries.CustomerSorts() {
			q := queries.ListCustomers{
				Text: text, Sort: sort, Descending: random.IntN(2) == 0, Owner: []domain.CustomerID{"", "", "c1", "c3", "nobody"}[random.IntN(5)],
			}
			want := m.customerList(q)
			written := []queries.Customer{}
			for page, err := range file.Pages(t.Context(), q) {
				require.NoError(t, err)
				written = append(written, page.Items...)
			}
			require.Equal(t, want, written, "%+v", q)
			got := []queries.Customer{}
			for q.Limit = 1 + random.IntN(3); ; {
				page, err := list.Handle(t.Context(), q)
				require.NoError(t, err)
				require.EqualValues(t, len(want), page.Total, "%+v", q)
				require.Equal(t, m.asOf, page.AsOf)
				got = append(got, page.Items...)
				if page.Next == "" {
					break
				}
				require.Len(t, page.Items, q.Limit, "only the last list page is shorter")
				q.Cursor = page.Next
			}
			require.Equal(t, want, got, "%+v", q)
		}
	}
}

// customerList returns every customer that a question means, in order. Generated logs are too short for anything to be usual.
func (m *model) customerList(q queries.ListCustomers) []queries.Customer {
	found := []queries.Customer{}
	for id, c := range m.customers {
		text := strings.ToLower(q.Text)
		if (q.Owner == "" || q.Owner == id) && (strings.Contains(strings.ToLower(c.Name), text) || strings.Contains(strings.ToLower(c.Address), text)) {
			n := m.customerNumbers(id)
			found = append(found, queries.Customer{Customer: c, Counts: n.Counts, Longest: n.Longest})
		}
	}
	slices.SortFunc(found, func(a, b queries.Customer) int {
		if q.Descending {
			a, b = b, a
		}
		return cmp.Or(cmp.Compare(customerValue(a, q.Sort), customerValue(b, q.Sort)),
			cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	return found
}

// customerValue returns what a customer is sorted by before its name.
func customerValue(c queries.Customer, sort queries.CustomerSort) float64 {
	all := c.Counts.Connected + c.Counts.Disconnected + c.Counts.NeverSeen
	switch sort {
	case queries.SortVehicles:
		return float64(all)
	case queries.SortDisconnected:
		return float64(c.Counts.Disconnected)
	case queries.SortNeverSeen:
		return float64(c.Counts.NeverSeen)
	case queries.SortLongest:
		if c.Longest == nil {
			return math.Inf(1)
		}
		return float64(c.Longest.Since)
	case queries.SortConnected:
		if all == 0 {
			return math.Inf(1)
		}
		return float64(c.Counts.Connected) / float64(all)
	case queries.SortBeyond:
		return float64(c.Counts.Disconnected) / math.Max(1, float64(all))
	}
	return 0
}
