package sqlite_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	driver "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/projections"
	"fleetbeat/projections/projectiontest"
	"fleetbeat/projections/sqlite"
	"fleetbeat/queries"
)

func TestOpenMakesAnew(t *testing.T) {
	t.Parallel()
	log := projectiontest.Generate(t, 4, 200)
	for name, spoil := range map[string]func(t *testing.T, path string){
		"a file that is not a database": func(t *testing.T, path string) {
			require.NoError(t, os.WriteFile(path, []byte("this was never a database, and it is long enough to be read as one"), 0o600))
		},
		"a file that is cut short": func(t *testing.T, path string) { require.NoError(t, os.Truncate(path, 5000)) },
		"a file that is gone":      func(t *testing.T, path string) { require.NoError(t, os.Remove(path)) },
		"a file of a newer version": func(t *testing.T, path string) {
			conn, err := driver.OpenConn(path, driver.OpenReadWrite)
			require.NoError(t, err)
			require.NoError(t, sqlitex.ExecuteScript(conn, "PRAGMA user_version = 99", nil))
			require.NoError(t, conn.Close())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "views.db")
			views, err := sqlite.Open(path)
			require.NoError(t, err)
			from(t, views, log)
			want := projectiontest.Dump(t, views, "fleet")
			require.NoError(t, views.Close())
			spoil(t, path)

			views, err = sqlite.Open(path)
			require.NoError(t, err)
			defer func() { assert.NoError(t, views.Close()) }()
			p := projections.New(projections.Fleet(), views, log, projectiontest.LogID, projections.Options{})
			_, err = p.From(t.Context())
			for err != nil { // it may open and turn out to be corrupt when it is read
				require.ErrorIs(t, err, projections.ErrMoved)
				_, err = p.From(t.Context())
			}
			assert.Equal(t, want, projectiontest.Dump(t, views, "fleet"))
		})
	}
}

func TestOpenRefusesAForeignFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "views.db")
	conn, err := driver.OpenConn(path, driver.OpenReadWrite, driver.OpenCreate)
	require.NoError(t, err)
	require.NoError(t, sqlitex.ExecuteScript(conn, "CREATE TABLE precious (x); INSERT INTO precious VALUES (1)", nil))
	require.NoError(t, conn.Close())
	_, err = sqlite.Open(path)
	require.Error(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Positive(t, info.Size(), "it is not ours to delete")
}

// from starts a projection of the fleet view.
func from(t *testing.T, views *sqlite.Views, log projections.Log) *projections.Projection {
	t.Helper()
	p := projections.New(projections.Fleet(), views, log, projectiontest.LogID, projections.Options{})
	_, err := p.From(t.Context())
	require.NoError(t, err)
	return p
}

func TestCorruptionWhileRunning(t *testing.T) {
	t.Parallel()
	log := projectiontest.Generate(t, 4, 400)
	path := filepath.Join(t.TempDir(), "views.db")
	views, err := sqlite.Open(path)
	require.NoError(t, err)
	from(t, views, log)
	want := projectiontest.Dump(t, views, "fleet")
	require.NoError(t, views.Close())
	views, err = sqlite.Open(path) // so that everything is in the file and nothing in memory
	require.NoError(t, err)
	defer func() { assert.NoError(t, views.Close()) }()
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	require.NoError(t, err)
	info, err := file.Stat()
	require.NoError(t, err)
	for at := int64(4096); at < info.Size(); at += 4096 {
		_, err = file.WriteAt(make([]byte, 64), at)
		require.NoError(t, err)
	}
	require.NoError(t, file.Close())

	_, err = views.Fleet(nil).Vehicles(t.Context(), queries.ListVehicles{Sort: queries.SortVIN, Limit: 5}, 0)
	require.Error(t, err)
	p := projections.New(projections.Fleet(), views, log, projectiontest.LogID, projections.Options{})
	for _, err = p.From(t.Context()); err != nil; _, err = p.From(t.Context()) {
		require.ErrorIs(t, err, projections.ErrMoved)
	}
	assert.Equal(t, want, projectiontest.Dump(t, views, "fleet"))
	require.NoError(t, p.Handle(t.Context(), eventstore.Delivery{Live: true}))
}

func TestGenerationsLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	log := projectiontest.Generate(t, 4, 200)
	path := filepath.Join(t.TempDir(), "views.db")
	views, err := sqlite.Open(path)
	require.NoError(t, err)
	var all []*projections.Projection
	for _, view := range projections.All() {
		p := projections.New(view, views, log, projectiontest.LogID, projections.Options{})
		_, err := p.From(t.Context())
		require.NoError(t, err)
		all = append(all, p)
	}
	names := func() (n int) {
		conn, err := driver.OpenConn(path, driver.OpenReadOnly)
		require.NoError(t, err)
		defer func() { require.NoError(t, conn.Close()) }()
		require.NoError(t, sqlitex.Execute(conn, "SELECT count(*) FROM sqlite_master", &sqlitex.ExecOptions{ResultFunc: func(s *driver.Stmt) error {
			n = s.ColumnInt(0)
			return nil
		}}))
		return n
	}
	before := names()
	for range 12 { // past _g1 and _g11, whose names end alike
		for _, p := range all {
			require.NoError(t, p.Rebuild(t.Context(), nil))
		}
	}
	assert.Equal(t, before, names())
	require.NoError(t, views.Close())
}

func TestAnOlderTimelineIsServedUntilTheNewOneIsBuilt(t *testing.T) {
	t.Parallel()
	log := projectiontest.Generate(t, 6, 500)
	path := filepath.Join(t.TempDir(), "views.db")
	views, err := sqlite.Open(path)
	require.NoError(t, err)
	defer func() { assert.NoError(t, views.Close()) }()
	p := projections.New(projections.Timeline(), views, log, projectiontest.LogID, projections.Options{})
	_, err = p.From(t.Context())
	require.NoError(t, err)
	read := func() (whole []queries.CountsAt, each map[domain.CustomerID][]queries.CountsAt) {
		from := p.State().AsOf - p.State().AsOf%900_000 - 7_200_000
		whole, err := views.Timeline(p).Quarters(t.Context(), "", from, from+7_200_000)
		require.NoError(t, err)
		each = map[domain.CustomerID][]queries.CountsAt{}
		require.NoError(t, views.Timeline(p).EachCustomer(t.Context(), from, from+7_200_000, func(id domain.CustomerID, c []queries.CountsAt) {
			each[id] = c
		}))
		return whole, each
	}
	whole, each := read()
	require.Greater(t, len(whole), 1)

	conn, err := driver.OpenConn(path, driver.OpenReadWrite)
	require.NoError(t, err)
	require.NoError(t, sqlitex.ExecuteScript(conn, `UPDATE views SET version = 2;
		DROP TABLE timeline_totals_g1; ALTER TABLE timeline_vehicles_g1 DROP COLUMN counted`, nil))
	require.NoError(t, conn.Close())
	older, olderEach := read()
	assert.Equal(t, whole, older)
	assert.Equal(t, each, olderEach)
	_, known, err := views.Timeline(p).Statuses(t.Context(), projectiontest.VIN(1), 0, p.State().AsOf)
	require.NoError(t, err)
	assert.True(t, known)
}

func TestOpenServed(t *testing.T) {
	t.Parallel()
	for name, garbage := range map[string][]byte{"corrupt": []byte("SQLite format 3\x00 and then nothing of the kind"), "foreign": []byte("hello")} {
		t.Run("leaves a file that is "+name+" to its owner", func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "views.db")
			require.NoError(t, os.WriteFile(path, garbage, 0o600))
			_, err := sqlite.OpenServed(path)
			require.Error(t, err)
			left, err := os.ReadFile(path)
			require.NoError(t, err)
			assert.Equal(t, garbage, left)
		})
	}
}
