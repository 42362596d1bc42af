package sqlite_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	driver "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"fleetbeat/domain"
	"fleetbeat/internal/textfold"
	"fleetbeat/projections"
	"fleetbeat/projections/sqlite"
	"fleetbeat/queries"
)

func TestTextOfAPage(t *testing.T) {
	t.Parallel()
	const n = 4_500 // more than are searched without the full-text index
	saved := func(t *testing.T, views *sqlite.Views, changes ...projections.Change) {
		t.Helper()
		g := fill(t, views, n, vehicleAt)
		at := g.Checkpoint
		at.Position = domain.Position{Commit: 2, Prepare: 2}
		for i := range changes {
			row := changes[i].After
			if row == nil {
				row = changes[i].Before
			}
			changes[i].Key = row.Key()
		}
		require.NoError(t, views.Save(t.Context(), g, g.Checkpoint, at, changes))
	}

	t.Run("is one piece of the index, however many vehicles it adds", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "views.db")
		views, err := sqlite.Open(path)
		require.NoError(t, err)
		var changes []projections.Change
		for i := range 50 {
			changes = append(changes, projections.Change{After: vehicleAt(n + i)})
		}
		saved(t, views, changes...)
		require.NoError(t, views.Close())
		conn, err := driver.OpenConn(path, driver.OpenReadOnly)
		require.NoError(t, err)
		defer func() { assert.NoError(t, conn.Close()) }()
		newest := 0
		require.NoError(t, sqlitex.ExecuteTransient(conn, `SELECT max(segid) FROM fleet_text_g1_idx`, &sqlitex.ExecOptions{
			ResultFunc: func(s *driver.Stmt) error { newest = s.ColumnInt(0); return nil },
		}))
		assert.LessOrEqual(t, newest, 2, "the first is what the fleet was filled with")
	})

	t.Run("is right where a new vehicle takes the place of one that is gone", func(t *testing.T) {
		t.Parallel()
		views := openViews(t)
		gone, added := vehicleAt(n-1), *vehicleAt(n)
		added.RegistrationNumber = "WWW 888"
		saved(t, views, projections.Change{Before: gone}, projections.Change{After: &added})
		for text, want := range map[string]int{gone.RegistrationNumber: 0, string(gone.VIN): 0, "www 8": 1, string(added.VIN): 1} {
			list, err := views.Fleet(nil).Vehicles(t.Context(), queries.ListVehicles{Filter: queries.Filter{Text: text}, Sort: queries.SortVIN, Limit: 200}, 0)
			require.NoError(t, err)
			assert.Len(t, list.Items, want, text)
		}
	})
}

// oddly is vehicle n of a fleet whose plates are written in every way that two people may.
func oddly(n int) *projections.FleetVehicle {
	forms := []string{"ABC %03d", "abc-%03d", "A.B.C%03d", "ÅÄÖ %d", "A\u030AB/%d", "\u1100-\u1161b %d", "- %d -", "x\u030A.%d", "%%_%d*", `"%d"`}
	v := *vehicleAt(n)
	v.RegistrationNumber = fmt.Sprintf(forms[n%len(forms)], n*7919%1000)
	return &v
}

func TestTextThatIsFoundByTheIndexIsFoundByLooking(t *testing.T) {
	t.Parallel()
	const n = 4_500 // more than are searched without the full-text index
	views := openViews(t)
	g := fill(t, views, n, oddly)
	var changes []projections.Change
	for i := range 40 { // half of the forms came with the index, half after it
		before, after := oddly(i), *oddly(i)
		after.RegistrationNumber = oddly(i + 1).RegistrationNumber
		changes = append(changes, projections.Change{Key: after.Key(), Before: before, After: &after})
	}
	at := g.Checkpoint
	at.Position = domain.Position{Commit: 2, Prepare: 2}
	require.NoError(t, views.Save(t.Context(), g, g.Checkpoint, at, changes))
	vehicles := vehiclesTo(n)
	for i := range vehicles {
		if vehicles[i] = oddly(i); i < len(changes) {
			vehicles[i] = changes[i].After.(*projections.FleetVehicle)
		}
	}

	random := rand.New(rand.NewPCG(1, 1))
	texts := []string{"abc123", "abc-1", "a b c", "ÅÄÖ1", "åb1", "\u1161b 1", "\u1161b1", "가b", "가b1", "---", " - ", "-1-1", "x\u030A1", `"1"`, `"" OR 1`, "%_1", "plate", "nord ab"}
	for range 60 {
		plate := []rune(vehicles[random.IntN(n)].RegistrationNumber)
		from := random.IntN(len(plate))
		texts = append(texts, string(plate[from:from+1+random.IntN(len(plate)-from)]))
	}
	for _, text := range texts {
		needle := textfold.NewNeedle(text)
		want := expected(vehicles, queries.SortVIN, false, func(v *projections.FleetVehicle) bool {
			return needle.Matches(string(v.VIN), v.RegistrationNumber, v.CustomerName)
		})
		list, err := views.Fleet(nil).Vehicles(t.Context(), queries.ListVehicles{Filter: queries.Filter{Text: text}, Sort: queries.SortVIN, Limit: n}, asOf())
		require.NoError(t, err, "%q", text)
		var got []domain.VIN
		for _, v := range list.Items {
			got = append(got, v.VIN)
		}
		require.Equal(t, want, got, "%q", text)
	}
}

func TestTextInAFileOfAFormerVersion(t *testing.T) {
	t.Parallel()
	const n = 4_500
	path := filepath.Join(t.TempDir(), "views.db")
	views, err := sqlite.Open(path)
	require.NoError(t, err)
	fillVersion(t, views, 1, n, vehicleAt)
	require.NoError(t, views.Close())
	conn, err := driver.OpenConn(path, driver.OpenReadWrite)
	require.NoError(t, err)
	require.NoError(t, sqlitex.ExecuteScript(conn, `DROP INDEX fleet_plate_key_g1; ALTER TABLE fleet_vehicles_g1 DROP COLUMN plate_key`, nil))
	require.NoError(t, conn.Close())

	views, err = sqlite.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, views.Close()) })
	for text, want := range map[string]int{strings.ToLower(vehicleAt(7).RegistrationNumber): 1, "zebra": 100, "ys": n} {
		list, err := views.Fleet(nil).Vehicles(t.Context(), queries.ListVehicles{Filter: queries.Filter{Text: text}, Sort: queries.SortVIN, Limit: n}, asOf())
		require.NoError(t, err, text)
		assert.Len(t, list.Items, want, "%s: served until the new one is built", text)
	}
}
