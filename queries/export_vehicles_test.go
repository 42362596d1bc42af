package queries_test

import (
	"fmt"
	"testing"
	"time"

	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func exportOf(f fleet, l latest) queries.ExportVehiclesHandler {
	return queries.ExportVehiclesHandler{Fleet: f, Latest: l, Now: twoSecondsLate}
}

// manyRows are n vehicles in order of their VINs.
func manyRows(n int) (rows []queries.FleetRow) {
	for i := range n {
		rows = append(rows, row(domain.VIN(fmt.Sprintf("YS2R4X20%09d", i)), domain.Connected, ago(time.Hour), ago(time.Hour)))
	}
	return rows
}

func TestExportVehicles(t *testing.T) {
	t.Parallel()
	t.Run("yields every match once, list page after list page, each as fresh as it is", func(t *testing.T) {
		t.Parallel()
		nine := domain.Position{Commit: 9, Prepare: 9}
		var asked []queries.ListVehicles
		rows := manyRows(4_001)
		h := exportOf(fleet{rows: rows, asked: &asked, view: view{through: nine}}, latest{view: view{through: nine},
			known: map[domain.VIN]queries.Latest{rows[4_000].VIN: {LastHeartbeat: ago(time.Second)}}})
		var got []queries.Vehicle
		for list, err := range h.Pages(t.Context(), queries.ListVehicles{Sort: queries.SortVIN, Limit: 7, Cursor: "left out", After: nine}) {
			require.NoError(t, err)
			assert.Equal(t, queries.Freshness{AsOf: noon(), LagMs: 2000}, list.Freshness)
			got = append(got, list.Items...)
		}
		require.Len(t, got, len(rows))
		for i, v := range got {
			require.Equal(t, rows[i].VIN, v.VIN)
		}
		assert.Equal(t, ago(time.Second), got[4_000].LastHeartbeat, "joined with the latest view")
		require.Len(t, asked, 3)
		assert.Empty(t, asked[0].Cursor)
		assert.Equal(t, nine, asked[0].After)
		assert.Zero(t, asked[1].After, "what the first list page has waited for is there")
		assert.Equal(t, queries.SortVIN, asked[2].Sort)
	})
	t.Run("yields one empty list page where nothing matches", func(t *testing.T) {
		t.Parallel()
		n := 0
		for list, err := range exportOf(fleet{}, latest{}).Pages(t.Context(), queries.ListVehicles{}) {
			require.NoError(t, err)
			assert.Empty(t, list.Items)
			n++
		}
		assert.Equal(t, 1, n)
	})
	t.Run("holds only what is there for its owner", func(t *testing.T) {
		t.Parallel()
		rows := manyRows(2)
		rows[1].Customer.ID = "c9"
		for asked, want := range map[domain.CustomerID]int{"": 1, "c9": 1, "c1": 0} {
			q := queries.ListVehicles{Owner: "c9"}
			if asked != "" {
				q.Customers = []domain.CustomerID{asked}
			}
			for list, err := range exportOf(fleet{rows: rows}, latest{}).Pages(t.Context(), q) {
				require.NoError(t, err)
				assert.Len(t, list.Items, want, asked)
			}
		}
	})
	t.Run("stops when nobody wants more", func(t *testing.T) {
		t.Parallel()
		var asked []queries.ListVehicles
		for _, err := range exportOf(fleet{rows: manyRows(4_001), asked: &asked}, latest{}).Pages(t.Context(), queries.ListVehicles{}) {
			require.NoError(t, err)
			break
		}
		assert.Len(t, asked, 1)
	})
	for name, test := range map[string]struct {
		fleet  fleet
		latest latest
		q      queries.ListVehicles
	}{
		"the question":    {q: queries.ListVehicles{Sort: "colour"}},
		"a view's moment": {fleet: fleet{view: view{err: errBroken}}},
		"the fleet view":  {fleet: fleet{readErr: errBroken}},
		"the latest view": {fleet: fleet{rows: manyRows(1)}, latest: latest{err: errBroken}},
	} {
		t.Run("ends with the error of "+name, func(t *testing.T) {
			t.Parallel()
			n := 0
			for _, err := range exportOf(test.fleet, test.latest).Pages(t.Context(), test.q) {
				require.Error(t, err)
				n++
			}
			assert.Equal(t, 1, n)
		})
	}
}
