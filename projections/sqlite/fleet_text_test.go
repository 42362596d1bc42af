package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	driver "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"fleetbeat/domain"
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
