package sqlite_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/projections"
	"fleetbeat/projections/sqlite"
	"fleetbeat/queries"
)

// manyOwners is a fleet of 40 customers, the later ones with more vehicles disconnected and for longer. The first 12,000
// vehicles have their registration numbers in pairs: more clashes than are counted.
const manyOwners = 24_000

func ownedVehicle(n int) *projections.FleetVehicle {
	owner := n % 40
	v := &projections.FleetVehicle{
		VIN: benchVIN(n), RegistrationNumber: fmt.Sprintf("u%05d", n), CustomerID: customerID(owner), CustomerName: fmt.Sprintf("Åkeri %02d", owner),
		Status: domain.Connected, Since: asOf() - domain.Instant(n), LastHeartbeat: asOf() - domain.Instant(n),
	}
	switch {
	case n >= 12_000:
	case n%2 == 0:
		v.RegistrationNumber = fmt.Sprintf("d %d", n)
	default:
		v.RegistrationNumber = fmt.Sprintf("d-%d", n-1)
	}
	if n/40%50 < owner {
		v.Status, v.LastHeartbeat = domain.Disconnected, asOf()-domain.Instant(n%7919)*domain.Instant(owner*1000)
	} else if n%7 == 0 {
		v.Status, v.Since, v.LastHeartbeat = domain.NeverSeen, 0, 0
	}
	return v
}

func ownedFleet(t *testing.T, views *sqlite.Views) []*projections.FleetVehicle {
	t.Helper()
	vehicles := make([]*projections.FleetVehicle, manyOwners)
	for n := range vehicles {
		vehicles[n] = ownedVehicle(n)
	}
	fill(t, views, manyOwners, func(n int) *projections.FleetVehicle { return vehicles[n] })
	return vehicles
}

// narrowing counts facets by looking at every vehicle: means leaves out the customers and the silence of f.
func narrowing(vehicles []*projections.FleetVehicle, f queries.Filter, means func(*projections.FleetVehicle) bool) queries.Facets {
	by := map[domain.CustomerID]queries.FacetCustomer{}
	facets := queries.Facets{SilentFor: []queries.SilentStep{{Under: 300}, {Under: 3600}, {Under: 86400}, {Under: 604800}, {}}}
	for _, v := range vehicles {
		if !means(v) || len(f.Statuses) > 0 && !slices.Contains(f.Statuses, v.Status) {
			continue
		}
		silent := asOf().Sub(v.LastHeartbeat)
		off := v.Status == domain.Disconnected
		if f.SilentFor == 0 || off && silent >= f.SilentFor {
			c := by[v.CustomerID]
			c.ID, c.Total = v.CustomerID, c.Total+1
			if off {
				c.Disconnected++
			}
			by[v.CustomerID] = c
		}
		if off && (len(f.Customers) == 0 || slices.Contains(f.Customers, v.CustomerID)) {
			step := slices.IndexFunc(facets.SilentFor, func(s queries.SilentStep) bool {
				return s.Under == 0 || silent < time.Duration(s.Under)*time.Second
			})
			facets.SilentFor[step].Count++
		}
	}
	for _, c := range by {
		facets.Customers = append(facets.Customers, c)
	}
	slices.SortFunc(facets.Customers, func(a, b queries.FacetCustomer) int {
		switch {
		case a.Disconnected != b.Disconnected:
			return int(b.Disconnected - a.Disconnected)
		case a.Total != b.Total:
			return int(b.Total - a.Total)
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	facets.Customers = facets.Customers[:min(10, len(facets.Customers))]
	return facets
}

func TestFacetsOfALargeFleet(t *testing.T) {
	t.Parallel()
	large(t)
	views := openViews(t)
	vehicles := ownedFleet(t, views)
	fleet := views.Fleet(nil)
	some := []domain.CustomerID{customerID(3), customerID(39)}
	plate := func(text string) func(*projections.FleetVehicle) bool {
		return func(v *projections.FleetVehicle) bool { return strings.Contains(v.RegistrationNumber, text) }
	}
	for _, test := range []struct {
		name    string
		filter  queries.Filter
		means   func(*projections.FleetVehicle) bool
		atLeast bool
	}{
		{"all", queries.Filter{}, all, false},
		{"some customers", queries.Filter{Customers: some}, all, false},
		{"a status that has no silence", queries.Filter{Statuses: []domain.Status{domain.Connected}}, all, false},
		{"the disconnected", queries.Filter{Statuses: []domain.Status{domain.Disconnected}}, all, false},
		{"an hour of silence", queries.Filter{SilentFor: time.Hour}, all, false},
		{"a day of silence of some", queries.Filter{SilentFor: 24 * time.Hour, Customers: some}, all, false},
		{"a silence that few have", queries.Filter{SilentFor: 83 * time.Hour}, all, false},
		{"a silence that nobody has", queries.Filter{SilentFor: 5000 * time.Hour}, all, false},
		{"silence of the connected", queries.Filter{SilentFor: time.Hour, Statuses: []domain.Status{domain.Connected}}, all, false},
		{"a text that few have", queries.Filter{Text: "u123"}, plate("u123"), false},
		{"a text that few have, of some and silent", queries.Filter{Text: "u1", Customers: some, SilentFor: time.Hour}, plate("u1"), false},
		{"a text that most have", queries.Filter{Text: "YS2"}, all, true},
		{"a text that most have, of some", queries.Filter{Text: "YS2", Customers: some}, all, true},
		{"clashes", queries.Filter{Clash: true}, func(v *projections.FleetVehicle) bool { return v.RegistrationNumber[0] == 'd' }, true},
		{"clashes with a text", queries.Filter{Clash: true, Text: "1234"}, func(v *projections.FleetVehicle) bool {
			return v.RegistrationNumber[0] == 'd' && (strings.Contains(v.RegistrationNumber, "1234") || strings.Contains(string(v.VIN), "1234"))
		}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			list, err := fleet.Vehicles(t.Context(), queries.ListVehicles{Filter: test.filter, Facets: true, Sort: queries.SortVIN, Limit: 1}, asOf())
			require.NoError(t, err)
			require.NotNil(t, list.Facets)
			got := *list.Facets
			assert.Equal(t, test.atLeast, got.AtLeast)
			want := narrowing(vehicles, test.filter, test.means)
			if test.atLeast {
				for i, step := range got.SilentFor {
					assert.LessOrEqual(t, step.Count, want.SilentFor[i].Count)
				}
				assert.Len(t, got.Customers, len(want.Customers))
				return
			}
			assert.Equal(t, want.SilentFor, got.SilentFor)
			require.Len(t, got.Customers, len(want.Customers))
			for i, c := range got.Customers {
				assert.NotEmpty(t, c.ID)
				c.Name = ""
				assert.Equal(t, want.Customers[i], c)
			}
		})
	}
}

func TestMoreClashesThanAreCounted(t *testing.T) {
	t.Parallel()
	large(t)
	views := openViews(t)
	vehicles := ownedFleet(t, views)
	clashes := func(v *projections.FleetVehicle) bool { return v.RegistrationNumber[0] == 'd' }
	for _, sort := range []queries.Sort{queries.SortStatus, queries.SortSince, queries.SortVIN, queries.SortRegistrationNumber, queries.SortCustomer} {
		t.Run("by "+string(sort), func(t *testing.T) {
			t.Parallel()
			want := expected(vehicles, sort, false, clashes)
			q := queries.ListVehicles{Filter: queries.Filter{Clash: true}, Sort: sort, Limit: 150}
			var got []domain.VIN
			for range 2 {
				list, err := views.Fleet(nil).Vehicles(t.Context(), q, asOf())
				require.NoError(t, err)
				if list.Total == nil {
					assert.Greater(t, *list.TotalAtLeast, int64(9_999))
				} else {
					assert.EqualValues(t, len(want), *list.Total)
				}
				for _, v := range list.Items {
					got = append(got, v.VIN)
				}
				q.Cursor = list.Next
			}
			assert.Equal(t, want[:300], got)
		})
	}
	t.Run("of one customer they are all counted", func(t *testing.T) {
		t.Parallel()
		one := customerID(8)
		q := queries.ListVehicles{Filter: queries.Filter{Clash: true, Customers: []domain.CustomerID{one}}, Sort: queries.SortVIN, Limit: 200}
		list, err := views.Fleet(nil).Vehicles(t.Context(), q, asOf())
		require.NoError(t, err)
		require.NotNil(t, list.Total)
		assert.EqualValues(t, 300, *list.Total)
		q.Owner = one
		list, err = views.Fleet(nil).Vehicles(t.Context(), q, asOf())
		require.NoError(t, err)
		assert.Zero(t, *list.Total, "for a bound caller the other halves do not exist")
	})
}

func TestAnOlderFleetIsServedUntilTheNewOneIsBuilt(t *testing.T) {
	t.Parallel()
	views := openViews(t)
	vehicles := make([]*projections.FleetVehicle, 200)
	for n := range vehicles {
		vehicles[n] = ownedVehicle(n)
	}
	g := fillVersion(t, views, 1, len(vehicles), func(n int) *projections.FleetVehicle { return vehicles[n] })
	require.Equal(t, 1, g.Version)
	fleet := views.Fleet(nil)
	list, err := fleet.Vehicles(t.Context(), queries.ListVehicles{Filter: queries.Filter{SilentFor: time.Minute}, Facets: true, Sort: queries.SortVIN, Limit: 1}, asOf())
	require.NoError(t, err)
	want := narrowing(vehicles, queries.Filter{SilentFor: time.Minute}, all)
	assert.Equal(t, want.SilentFor, list.Facets.SilentFor, "without counters of silence")
	_, err = fleet.Vehicles(t.Context(), queries.ListVehicles{Filter: queries.Filter{Clash: true}, Sort: queries.SortVIN, Limit: 1}, asOf())
	var known *domain.Error
	require.ErrorAs(t, err, &known)
	assert.Equal(t, domain.Unavailable, known.Kind, "clashes are not known yet")
}
