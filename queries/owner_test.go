package queries_test

import (
	"testing"
	"time"

	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// twoOwners is a fleet of which c1 owns abc and def, and c3 owns ghi.
func twoOwners() fleet {
	rows := []queries.FleetRow{
		row(def, domain.Connected, ago(time.Hour), ago(time.Minute)),
		row(ghi, domain.Disconnected, ago(time.Hour), ago(2*time.Hour)),
		row(abc, domain.NeverSeen, ago(time.Hour), 0),
	}
	rows[1].Customer = queries.CustomerRef{ID: "c3", Name: "Kalles Grustransporter AB"}
	return fleet{rows: rows}
}

func TestForACallerWhoIsBoundToACustomerVehiclesOfOthersDoNotExist(t *testing.T) {
	t.Parallel()
	f := twoOwners()

	t.Run("in a list", func(t *testing.T) {
		t.Parallel()
		for _, test := range []struct {
			asked, want []domain.CustomerID
		}{
			{nil, []domain.CustomerID{"c1"}},
			{[]domain.CustomerID{"c3", "c1", "c2"}, []domain.CustomerID{"c1"}},
			{[]domain.CustomerID{"c3"}, []domain.CustomerID{"nobody"}},
			{[]domain.CustomerID{"no such"}, []domain.CustomerID{"nobody"}},
			{[]domain.CustomerID{""}, []domain.CustomerID{"nobody"}},
		} {
			var asked []queries.ListVehicles
			f := f
			f.asked = &asked
			q := queries.ListVehicles{Filter: queries.Filter{Customers: test.asked}, Owner: "c1"}
			_, err := queries.ListVehiclesHandler{Fleet: f, Latest: latest{}, Now: noon}.Handle(t.Context(), q)
			require.NoError(t, err)
			assert.Equal(t, test.want, asked[0].Customers, "%v", test.asked)
		}
		var asked []queries.ListVehicles
		f := f
		f.asked = &asked
		q := queries.ListVehicles{Filter: queries.Filter{Customers: []domain.CustomerID{"c3", "x"}}}
		_, err := queries.ListVehiclesHandler{Fleet: f, Latest: latest{}, Now: noon}.Handle(t.Context(), q)
		require.NoError(t, err)
		assert.Equal(t, q.Customers, asked[0].Customers, "who is bound to none asks for whom he likes")
	})

	t.Run("one by one", func(t *testing.T) {
		t.Parallel()
		h := queries.GetVehicleHandler{Fleet: f, Latest: latest{}, Now: noon}
		_, err := h.Handle(t.Context(), queries.GetVehicle{VIN: abc, Owner: "c1"})
		require.NoError(t, err)
		_, err = h.Handle(t.Context(), queries.GetVehicle{VIN: ghi, Owner: "c1"})
		requireKind(t, err, domain.NotFound, "")
		others := err
		h.Fleet = fleet{}
		_, err = h.Handle(t.Context(), queries.GetVehicle{VIN: ghi, Owner: "c1"})
		assert.Equal(t, err, others, "in the words for what does not exist")
	})

	t.Run("nor does their past, whatever else is wrong with the question", func(t *testing.T) {
		t.Parallel()
		h := queries.GetTimelineHandler{Fleet: f, Timeline: past{}, Now: noon}
		_, err := h.Handle(t.Context(), queries.GetTimeline{VIN: abc, Owner: "c1"})
		require.NoError(t, err)
		gone := queries.GetTimelineHandler{Fleet: fleet{}, Timeline: past{unknown: true}, Now: noon}
		for _, q := range []queries.GetTimeline{
			{VIN: ghi, Owner: "c1"}, {VIN: ghi, Owner: "c1", Cursor: "none"}, {VIN: ghi, Owner: "c1", From: ago(time.Hour), To: ago(2 * time.Hour)},
		} {
			_, others := h.Handle(t.Context(), q)
			requireKind(t, others, domain.NotFound, "")
			_, none := gone.Handle(t.Context(), q)
			assert.Equal(t, none, others)
		}
		broken := queries.GetTimelineHandler{Fleet: fleet{readErr: errBroken}, Timeline: past{}, Now: noon}
		_, err = broken.Handle(t.Context(), queries.GetTimeline{VIN: abc, Owner: "c1"})
		require.ErrorIs(t, err, errBroken)
		_, err = broken.Handle(t.Context(), queries.GetTimeline{VIN: abc})
		require.NoError(t, err, "who is bound to none needs no look at the fleet")
	})

	t.Run("in the classic search", func(t *testing.T) {
		t.Parallel()
		h := queries.ClassicSearchHandler{Fleet: f, Latest: latest{}, Relations: relations{customers: demoCustomers()}}
		found := func(q queries.ClassicSearch) (vins []domain.VIN) {
			q.Owner = "c1"
			answer, err := h.Handle(t.Context(), q)
			require.NoError(t, err)
			for _, v := range answer {
				vins = append(vins, v.ID)
			}
			return vins
		}
		ab, kalles, online, offline := "ab", "kalles", true, false
		assert.ElementsMatch(t, []domain.VIN{def, abc}, found(queries.ClassicSearch{CustomerName: new(string)}))
		assert.ElementsMatch(t, []domain.VIN{def, abc}, found(queries.ClassicSearch{CustomerName: &ab}))
		assert.Empty(t, found(queries.ClassicSearch{CustomerName: &kalles}))
		assert.Equal(t, []domain.VIN{def}, found(queries.ClassicSearch{Online: &online}))
		assert.Equal(t, []domain.VIN{abc}, found(queries.ClassicSearch{Online: &offline}))
	})
}

func TestForACallerWhoIsBoundToACustomerOthersDoNotExist(t *testing.T) {
	t.Parallel()
	known := relations{customers: demoCustomers()}
	counted := counters{
		counts: map[domain.CustomerID]queries.Counts{"c1": {Connected: 2, Disconnected: 3}, "c3": {Disconnected: 7}},
	}

	t.Run("in the list", func(t *testing.T) {
		t.Parallel()
		h := queries.ListCustomersHandler{Roster: rosterOf(known, counted)}
		list, err := h.Handle(t.Context(), queries.ListCustomers{Owner: "c1"})
		require.NoError(t, err)
		require.Len(t, list.Items, 1)
		assert.Equal(t, domain.CustomerID("c1"), list.Items[0].ID)
		assert.EqualValues(t, 1, list.Total)
		list, err = h.Handle(t.Context(), queries.ListCustomers{Owner: "c1", Text: "kalles"})
		require.NoError(t, err)
		assert.Empty(t, list.Items)
	})

	t.Run("one by one", func(t *testing.T) {
		t.Parallel()
		h := queries.GetCustomerHandler{Roster: rosterOf(known, counted)}
		_, err := h.Handle(t.Context(), queries.GetCustomer{ID: "c1", Owner: "c1"})
		require.NoError(t, err)
		_, others := h.Handle(t.Context(), queries.GetCustomer{ID: "c3", Owner: "c1"})
		requireKind(t, others, domain.NotFound, "")
		_, none := h.Handle(t.Context(), queries.GetCustomer{ID: "c9", Owner: "c1"})
		assert.Equal(t, none, others)
	})
}
