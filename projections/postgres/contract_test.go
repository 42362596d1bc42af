package postgres_test

import (
	"testing"

	"fleetbeat/projections"
	"fleetbeat/projections/projectiontest"
	"fleetbeat/queries"
)

func TestEngine(t *testing.T) {
	t.Parallel()
	server := newServer(t)
	projectiontest.Run(t, func(t *testing.T, folder string) projectiontest.Opened {
		views := server.open(t, named(folder))
		return projectiontest.Opened{
			Engine:    views,
			Views:     []projections.View{projections.Relations(), projections.Latest(), projections.Timeline()},
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
