package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"fleetbeat/projections/projectiontest"
	"fleetbeat/projections/sqlite"
	"fleetbeat/queries"
)

func TestEngine(t *testing.T) {
	t.Parallel()
	projectiontest.Run(t, func(t *testing.T, folder string) projectiontest.Opened {
		views, err := sqlite.Open(filepath.Join(folder, "views.db"))
		require.NoError(t, err)
		return projectiontest.Opened{
			Engine:    views,
			Fleet:     func(v queries.View) queries.FleetReader { return views.Fleet(v) },
			Counts:    func(v queries.View) queries.CountsReader { return views.Fleet(v) },
			Latest:    func(v queries.View) queries.LatestReader { return views.Latest(v) },
			Relations: func(v queries.View) queries.RelationsReader { return views.Relations(v) },
			Plates:    func(v queries.View) queries.PlateReader { return views.Relations(v) },
			Timeline:  func(v queries.View) queries.TimelineReader { return views.Timeline(v) },
			History:   func(v queries.View) queries.HistoryReader { return views.Timeline(v) },
			Changes:   func(v projectiontest.FoldingView) queries.ChangesReader { return views.Changes(v) },
			Close:     views.Close,
		}
	})
}
