package sqlite_test

import (
	"cmp"
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

// largeFleet is enough for every plan: more than are counted of a text, and more in a row than a walk looks at.
const largeFleet = 60_000

// asOf is the moment of the views in these tests.
func asOf() domain.Instant { return domain.InstantOf(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)) }

// vehicleAt is vehicle n of the large fleet: the customers lie beside each other in the order of VINs, as they do.
func vehicleAt(n int) *projections.FleetVehicle {
	v := &projections.FleetVehicle{
		VIN: benchVIN(n), RegistrationNumber: fmt.Sprintf("P%05d", (n*7919)%largeFleet), Status: domain.Connected,
		Since: asOf() - domain.Instant(n), LastHeartbeat: asOf() - domain.Instant(n),
	}
	switch {
	case n < 100:
		v.CustomerID, v.CustomerName = "small", "Zebra AB"
	case n < 5000:
		v.CustomerID, v.CustomerName = "middle", "Nord AB"
	default:
		v.CustomerID, v.CustomerName = "large", "Ålands Bulk AB"
	}
	if n > largeFleet-20 {
		v.CustomerID, v.CustomerName = "last", "Sista Resan"
	}
	if n%5 == 1 {
		v.Status = domain.Disconnected
	}
	if n%5 == 2 {
		v.Status, v.Since, v.LastHeartbeat = domain.NeverSeen, 0, 0
	}
	return v
}

// fill makes an active generation of the fleet view with these vehicles.
func fill(t testing.TB, views *sqlite.Views, n int, vehicle func(int) *projections.FleetVehicle) projections.Generation {
	t.Helper()
	return fillVersion(t, views, projections.Fleet().Version, n, vehicle)
}

func fillVersion(
	t testing.TB, views *sqlite.Views, version, n int, vehicle func(int) *projections.FleetVehicle,
) projections.Generation {
	t.Helper()
	ctx := t.Context()
	g, err := views.Create(ctx, "fleet", version)
	require.NoError(t, err)
	for from := 0; from < n; from += 20_000 {
		var changes []projections.Change
		for i := from; i < min(n, from+20_000); i++ {
			row := vehicle(i)
			changes = append(changes, projections.Change{Key: row.Key(), After: row})
		}
		require.NoError(t, views.Fill(ctx, g, changes))
	}
	return activate(t, views, g, nil)
}

// activate makes a generation with these rows beside its own the active one.
func activate(t testing.TB, views *sqlite.Views, g projections.Generation, rows []projections.Change) projections.Generation {
	t.Helper()
	require.NoError(t, views.Fill(t.Context(), g, rows))
	g, err := views.Finish(t.Context(), g)
	require.NoError(t, err)
	g, err = views.Activate(t.Context(), g, projections.Checkpoint{LogID: "x", Position: domain.Position{Commit: 1, Prepare: 1}, AsOf: asOf()})
	require.NoError(t, err)
	return g
}

func rank(s domain.Status) int {
	return slices.Index([]domain.Status{domain.Disconnected, domain.Connected, domain.NeverSeen}, s)
}

// expected returns the vehicles of a fleet that means says, in the order of a sort.
func expected(
	fleet []*projections.FleetVehicle, sort queries.Sort, descending bool, means func(*projections.FleetVehicle) bool,
) (found []domain.VIN) {
	var all []*projections.FleetVehicle
	for _, v := range fleet {
		if means(v) {
			all = append(all, v)
		}
	}
	slices.SortFunc(all, func(a, b *projections.FleetVehicle) int {
		if descending {
			a, b = b, a
		}
		by := 0
		switch sort {
		case queries.SortStatus:
			by = cmp.Or(cmp.Compare(rank(a.Status), rank(b.Status)), cmp.Compare(a.Since, b.Since))
		case queries.SortSince:
			by = cmp.Compare(a.Since, b.Since)
		case queries.SortRegistrationNumber:
			by = cmp.Compare(a.RegistrationNumber, b.RegistrationNumber)
		case queries.SortCustomer:
			by = cmp.Compare(strings.ToLower(a.CustomerName), strings.ToLower(b.CustomerName))
		}
		return cmp.Or(by, cmp.Compare(a.VIN, b.VIN))
	})
	for _, v := range all {
		found = append(found, v.VIN)
	}
	return found
}

// large skips a test of a large fleet with -short, which the race detector runs with: SQLite is thirty times slower there, and
// it is one goroutine that reads.
func large(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("SKIPPED with -short: a large fleet")
	}
}

func TestLargeFleet(t *testing.T) {
	t.Parallel()
	large(t)
	views := openViews(t)
	vehicles := make([]*projections.FleetVehicle, largeFleet)
	for n := range vehicles {
		vehicles[n] = vehicleAt(n)
	}
	fill(t, views, largeFleet, func(n int) *projections.FleetVehicle { return vehicles[n] })
	fleet := views.Fleet(nil)
	customer := func(ids ...domain.CustomerID) func(*projections.FleetVehicle) bool {
		return func(v *projections.FleetVehicle) bool { return slices.Contains(ids, v.CustomerID) }
	}
	var nobodies []domain.CustomerID
	for n := range 40 {
		nobodies = append(nobodies, domain.CustomerID(fmt.Sprintf("nobody %d", n)))
	}
	tests := []struct {
		name    string
		filter  queries.Filter
		means   func(*projections.FleetVehicle) bool
		atLeast bool
	}{
		{"all", queries.Filter{}, func(*projections.FleetVehicle) bool { return true }, false},
		{"a customer at the end of every walk", queries.Filter{Customers: []domain.CustomerID{"last"}}, customer("last"), false},
		{"a customer with more than a few", queries.Filter{Customers: []domain.CustomerID{"middle"}}, customer("middle"), false},
		{"more customers than are walked side by side", queries.Filter{Customers: append(nobodies, "large", "last")}, customer("large", "last"), false},
		{"a status", queries.Filter{Statuses: []domain.Status{domain.NeverSeen}}, func(v *projections.FleetVehicle) bool { return v.Status == domain.NeverSeen }, false},
		{"a text that few have", queries.Filter{Text: "sista"}, customer("last"), false},
		{"a text that few have of many customers", queries.Filter{Text: "P0000"}, func(v *projections.FleetVehicle) bool { return strings.HasPrefix(v.RegistrationNumber, "P0000") }, false},
		{"a text that most have", queries.Filter{Text: "ålands bulk"}, customer("large"), true},
		{"a text that most have, typed in parts", queries.Filter{Text: "Å" + "LANDS"}, customer("large"), true},
		{"a text that most have, of a few", queries.Filter{Text: "YS2R4X", Customers: []domain.CustomerID{"small"}}, customer("small"), false},
		{"a text that most have, of some at the end", queries.Filter{Text: "bulk", Customers: []domain.CustomerID{"last", "large"}}, customer("large"), true},
		{"two letters that few have", queries.Filter{Text: "zz"}, func(*projections.FleetVehicle) bool { return false }, false},
		{"two letters that most have", queries.Filter{Text: "YS"}, func(*projections.FleetVehicle) bool { return true }, true},
		{"silence of many", queries.Filter{SilentFor: 2 * time.Second}, func(v *projections.FleetVehicle) bool {
			return v.Status == domain.Disconnected && v.LastHeartbeat <= asOf()-2000
		}, false},
		{"silence of few", queries.Filter{SilentFor: 59 * time.Second}, func(v *projections.FleetVehicle) bool {
			return v.Status == domain.Disconnected && v.LastHeartbeat <= asOf()-59_000
		}, false},
		{"silence and text", queries.Filter{SilentFor: time.Second, Text: "ålands"}, func(v *projections.FleetVehicle) bool {
			return v.Status == domain.Disconnected && v.LastHeartbeat <= asOf()-1000 && v.CustomerID == "large"
		}, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, sort := range []queries.Sort{queries.SortStatus, queries.SortSince, queries.SortVIN, queries.SortRegistrationNumber, queries.SortCustomer} {
				for _, descending := range ways(sort) {
					want := expected(vehicles, sort, descending, test.means)
					q := queries.ListVehicles{Filter: test.filter, Sort: sort, Descending: descending, Limit: 150}
					var got []domain.VIN
					for range 2 {
						list, err := fleet.Vehicles(t.Context(), q, asOf())
						require.NoError(t, err)
						if test.atLeast && list.Total == nil {
							assert.LessOrEqual(t, *list.TotalAtLeast, int64(len(want)))
							assert.GreaterOrEqual(t, *list.TotalAtLeast, int64(10_000))
						} else {
							require.NotNil(t, list.Total, "%s %v", sort, descending)
							assert.EqualValues(t, len(want), *list.Total)
						}
						for _, v := range list.Items {
							got = append(got, v.VIN)
						}
						if q.Cursor = list.Next; q.Cursor == "" {
							break
						}
					}
					require.Equal(t, want[:min(len(want), 300)], got, "%s %v", sort, descending)
				}
			}
		})
	}
}

func TestTextFollowsTheRows(t *testing.T) {
	t.Parallel()
	views := openViews(t)
	const n = 4_500 // more than are searched without the full-text index
	g := fill(t, views, n, vehicleAt)
	renamed, again := *vehicleAt(1), *vehicleAt(2)
	renamed.CustomerName, again.RegistrationNumber = "Ösel Frakt", "QQQ 777"
	added := *vehicleAt(n)
	added.RegistrationNumber = "WWW 888"
	var changes []projections.Change
	for _, c := range []projections.Change{
		{Before: vehicleAt(1), After: &renamed}, {Before: vehicleAt(2), After: &again}, {After: &added}, {Before: vehicleAt(3)},
	} {
		if c.Key = added.Key(); c.Before != nil {
			c.Key = c.Before.Key()
		}
		changes = append(changes, c)
	}
	at := g.Checkpoint
	at.Position = domain.Position{Commit: 2, Prepare: 2}
	require.NoError(t, views.Save(t.Context(), g, g.Checkpoint, at, changes))
	for text, want := range map[string][]domain.VIN{
		"ÖSEL": {renamed.VIN}, "zebra": expected(vehiclesTo(100, 1, 3), queries.SortVIN, false, all),
		"qqq 7": {again.VIN}, vehicleAt(2).RegistrationNumber: nil, "www": {added.VIN},
		string(vehicleAt(3).VIN): nil, string(added.VIN): {added.VIN}, vehicleAt(3).RegistrationNumber: nil,
	} {
		list, err := views.Fleet(nil).Vehicles(t.Context(), queries.ListVehicles{Filter: queries.Filter{Text: text}, Sort: queries.SortVIN, Limit: 200}, 0)
		require.NoError(t, err)
		var got []domain.VIN
		for _, v := range list.Items {
			got = append(got, v.VIN)
		}
		assert.Equal(t, want, got, text)
	}
}

// ways returns the directions in which a sort is tried: each costs seconds with the race detector.
func ways(sort queries.Sort) []bool {
	if sort == queries.SortStatus || sort == queries.SortCustomer {
		return []bool{false, true}
	}
	return []bool{false}
}

func all(*projections.FleetVehicle) bool { return true }

// vehiclesTo returns the first n vehicles but for some.
func vehiclesTo(n int, without ...int) (found []*projections.FleetVehicle) {
	for i := range n {
		if !slices.Contains(without, i) {
			found = append(found, vehicleAt(i))
		}
	}
	return found
}

func TestTextIsFolded(t *testing.T) {
	t.Parallel()
	views := openViews(t)
	fill(t, views, 3, func(n int) *projections.FleetVehicle {
		names := []string{"A\u030akeri O\u0308st", "Åkeri ÖST", "Akeri"} // decomposed, composed, and without the ring
		return &projections.FleetVehicle{VIN: benchVIN(n), RegistrationNumber: "S%_1", CustomerID: "c", CustomerName: names[n], Status: domain.NeverSeen}
	})
	fleet := views.Fleet(nil)
	for text, want := range map[string]int64{
		"åkeri öst": 2, "ÅKERI": 2, "a\u030ak": 2, "ö": 2, "akeri": 1, "s%_": 3, "%": 3, "s*1": 3, "s*2": 0, "1s": 0, "y\u017f2": 0, "a\x00b": 0, "ys2r4x": 3, "é": 0, `"`: 0, `"""`: 0,
	} {
		list, err := fleet.Vehicles(t.Context(), queries.ListVehicles{Filter: queries.Filter{Text: text}, Sort: queries.SortVIN, Limit: 10}, 0)
		require.NoError(t, err, text)
		assert.Equal(t, want, *list.Total, "%q", text)
	}
}
