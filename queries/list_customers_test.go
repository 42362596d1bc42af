package queries_test

import (
	"context"
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

// rosterOf returns customers with these numbers, of whom c2 and c3 have a past.
func rosterOf(r relations, c counters) *queries.Roster {
	past := history{changes: map[domain.CustomerID][]queries.CountsAt{
		"c2": {{At: ago(5 * day), Counts: queries.Counts{Connected: 7, Disconnected: 5}}},
		"c3": {{At: ago(5 * day), Counts: queries.Counts{Connected: 1, Disconnected: 4}}},
	}}
	return queries.NewRoster(r, c, past, queries.NewUsualRanges(past), twoSecondsLate)
}

func someNumbers() counters {
	return counters{
		view: view{asOf: ago(time.Second)},
		counts: map[domain.CustomerID]queries.Counts{
			"c1": {Connected: 2, Disconnected: 2}, "c2": {Connected: 3, Disconnected: 9}, "c3": {Connected: 5, Disconnected: 1, NeverSeen: 4},
		},
		longest: map[domain.CustomerID]*queries.Disconnection{
			"c1": {VIN: abc, RegistrationNumber: "ABC123", Since: ago(time.Hour)}, "c2": {VIN: def, RegistrationNumber: "DEF", Since: ago(day)},
			"c3": {VIN: ghi, RegistrationNumber: "GHI", Since: ago(time.Minute)},
		},
	}
}

func idsOf(customers []queries.Customer) string {
	var ids []string
	for _, c := range customers {
		ids = append(ids, string(c.ID))
	}
	return strings.Join(ids, " ")
}

func TestListCustomersSaysWhatIsUnusual(t *testing.T) {
	t.Parallel()
	h := queries.ListCustomersHandler{Roster: rosterOf(relations{customers: demoCustomers()}, someNumbers())}
	list, err := h.Handle(t.Context(), queries.ListCustomers{})
	require.NoError(t, err)
	four, none := int64(4), int64(0)
	customers, numbers := demoCustomers(), someNumbers()
	assert.Equal(t, []queries.Customer{
		{Customer: customers[0], Counts: numbers.counts["c2"], Longest: numbers.longest["c2"], Usual: &queries.Range{Lo: 5, Hi: 5}, Beyond: &four},
		{Customer: customers[1], Counts: numbers.counts["c1"], Longest: numbers.longest["c1"]},
		{Customer: customers[2], Counts: numbers.counts["c3"], Longest: numbers.longest["c3"], Usual: &queries.Range{Lo: 4, Hi: 4}, Beyond: &none},
	}, list.Items, "in order of names; beyond is absent where nothing is usual, and 0 where fewer are disconnected")
	assert.EqualValues(t, 3, list.Total)
	assert.Empty(t, list.Next)
	assert.Equal(t, queries.Freshness{AsOf: ago(time.Second), LagMs: 3000}, list.Freshness)
}

func TestListCustomersInEveryOrder(t *testing.T) {
	t.Parallel()
	customers := append(demoCustomers(), domain.Customer{ID: "c4", Name: "Tomma AB"}) // has no vehicles
	h := queries.ListCustomersHandler{Roster: rosterOf(relations{customers: customers}, someNumbers())}
	for sort, want := range map[queries.CustomerSort]string{
		"":                       "c2 c1 c3 c4",
		queries.SortName:         "c2 c1 c3 c4",
		queries.SortBeyond:       "c4 c3 c1 c2",
		queries.SortVehicles:     "c4 c1 c3 c2",
		queries.SortConnected:    "c2 c1 c3 c4",
		queries.SortDisconnected: "c4 c3 c1 c2",
		queries.SortNeverSeen:    "c2 c1 c4 c3",
		queries.SortLongest:      "c2 c1 c3 c4",
	} {
		t.Run("smallest first, reversed and list page by list page, by "+string(sort), func(t *testing.T) {
			t.Parallel()
			list, err := h.Handle(t.Context(), queries.ListCustomers{Sort: sort})
			require.NoError(t, err)
			assert.Equal(t, want, idsOf(list.Items))
			var walked []string
			for q := (queries.ListCustomers{Sort: sort, Descending: true, Limit: 1}); ; {
				list, err := h.Handle(t.Context(), q)
				require.NoError(t, err)
				walked = append(walked, idsOf(list.Items))
				if q.Cursor = list.Next; q.Cursor == "" {
					break
				}
			}
			reversed := strings.Fields(want)
			for i, id := range reversed {
				assert.Equal(t, id, walked[len(walked)-1-i])
			}
		})
	}
}

func TestListCustomersFindsNamesAndAddresses(t *testing.T) {
	t.Parallel()
	h := queries.ListCustomersHandler{Roster: rosterOf(relations{customers: demoCustomers()}, someNumbers())}
	for text, want := range map[string]string{
		"": "c2 c1 c3", "BULK": "c1", "balkv": "c1", "VÄGEN": "c2 c1 c3", "vägen 1": "c2 c1", "värde": "c2", "8": "c3", "%": "", "AB Balk": "",
	} {
		list, err := h.Handle(t.Context(), queries.ListCustomers{Text: text})
		require.NoError(t, err)
		assert.Equal(t, want, idsOf(list.Items), text)
		assert.EqualValues(t, len(strings.Fields(want)), list.Total, text)
		assert.NotNil(t, list.Items, "an empty list, never null")
	}
}

func TestListCustomersIsItsOwners(t *testing.T) {
	t.Parallel()
	h := queries.ListCustomersHandler{Roster: rosterOf(relations{customers: demoCustomers()}, someNumbers())}
	for _, sort := range queries.CustomerSorts() {
		for owner, want := range map[domain.CustomerID]string{"": "c2 c1 c3", "c2": "c2", "nobody": ""} {
			list, err := h.Handle(t.Context(), queries.ListCustomers{Owner: owner, Sort: sort})
			require.NoError(t, err)
			assert.Len(t, list.Items, len(strings.Fields(want)))
			assert.EqualValues(t, len(strings.Fields(want)), list.Total, "others are not even counted")
			if owner != "" {
				assert.Equal(t, want, idsOf(list.Items))
			}
		}
	}
	list, err := h.Handle(t.Context(), queries.ListCustomers{Owner: "c2", Text: "johan"})
	require.NoError(t, err)
	assert.Empty(t, list.Items)
}

func TestListCustomersRefusesCursorsOfAnotherOrder(t *testing.T) {
	t.Parallel()
	h := queries.ListCustomersHandler{Roster: rosterOf(relations{customers: demoCustomers()}, someNumbers())}
	list, err := h.Handle(t.Context(), queries.ListCustomers{Sort: queries.SortVehicles, Limit: 1})
	require.NoError(t, err)
	for _, q := range []queries.ListCustomers{
		{Cursor: list.Next}, {Cursor: list.Next, Sort: queries.SortDisconnected}, {Cursor: list.Next, Sort: queries.SortVehicles, Descending: true},
		{Cursor: "x"}, {Cursor: "e30"}, {Cursor: "bm9uZQ"}, {Cursor: list.Next + "A", Sort: queries.SortVehicles},
	} {
		_, err := h.Handle(t.Context(), q)
		requireKind(t, err, domain.Invalid, "cursor")
	}
}

func TestListCustomersFailsClearly(t *testing.T) {
	t.Parallel()
	ok := queries.ListCustomersHandler{}
	for field, q := range map[string]queries.ListCustomers{
		"limit": {Limit: 201}, "q": {Text: strings.Repeat("x", 201)}, "sort": {Sort: "address"},
	} {
		_, err := ok.Handle(t.Context(), q)
		requireKind(t, err, domain.Invalid, field)
	}
	for name, broken := range brokenRosters() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := queries.ListCustomersHandler{Roster: broken}.Handle(t.Context(), queries.ListCustomers{})
			require.ErrorIs(t, err, errBroken)
			_, err = queries.ListCustomersHandler{Roster: broken}.Handle(t.Context(), queries.ListCustomers{Owner: "c1"})
			require.ErrorIs(t, err, errBroken)
		})
	}
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	roster := rosterOf(relations{customers: demoCustomers()}, someNumbers())
	_, err := queries.ListCustomersHandler{Roster: roster}.Handle(canceled, queries.ListCustomers{After: domain.Position{Commit: 9}})
	require.ErrorIs(t, err, context.Canceled)
}

func brokenRosters() map[string]*queries.Roster {
	whole, past := relations{customers: demoCustomers()}, history{}
	usual := func(h history) *queries.UsualRanges { return queries.NewUsualRanges(h) }
	return map[string]*queries.Roster{
		"a view without a moment": queries.NewRoster(relations{view: view{err: errBroken}}, counters{}, past, usual(past), noon),
		"no past":                 queries.NewRoster(whole, counters{}, history{view: view{err: errBroken}}, usual(past), noon),
		"no customers":            queries.NewRoster(relations{readErr: errBroken}, counters{}, past, usual(past), noon),
		"no counters":             queries.NewRoster(whole, counters{readErr: errBroken}, past, usual(past), noon),
		"nothing usual":           queries.NewRoster(whole, counters{}, past, usual(history{readErr: errBroken}), noon),
	}
}
