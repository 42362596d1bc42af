package sqlite

import (
	"context"
	"fmt"

	"fleetbeat/domain"
	"fleetbeat/projections"
	"fleetbeat/queries"
)

// Latest finds what every heartbeat changes. All methods may be called by many goroutines at once.
type Latest struct {
	queries.View
	views *Views
}

var _ queries.LatestReader = (*Latest)(nil)

// Latest returns the reader of the latest view; view says how far it is folded.
func (v *Views) Latest(view queries.View) *Latest { return &Latest{View: view, views: v} }

// Latest returns what is known of these vehicles; those never heard are absent.
func (l *Latest) Latest(ctx context.Context, vins []domain.VIN) (map[domain.VIN]queries.Latest, error) {
	var found map[domain.VIN]queries.Latest
	err := l.views.answer(ctx, "latest", func(t tables) error {
		found = make(map[domain.VIN]queries.Latest, len(vins))
		s := t.prepare(latestColumns + ` WHERE vin = ?1`)
		for _, vin := range unique(vins) {
			if err := s.text(string(vin)).run(func() error {
				row, err := nextLatest(s)
				if v := row.(*projections.LatestVehicle); err == nil && !v.LastHeartbeat.IsZero() {
					found[vin] = latestOf(v)
				}
				return err
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read latest heartbeats: %w", err)
	}
	return found, nil
}

func latestOf(v *projections.LatestVehicle) queries.Latest {
	known := queries.Latest{FirstHeartbeat: v.FirstHeartbeat, LastHeartbeat: v.LastHeartbeat, Location: v.Location}
	if len(v.Readings) > 0 {
		known.Readings = make(map[string]queries.ReadingAt, len(v.Readings))
		for name, reading := range v.Readings {
			known.Readings[name] = queries.ReadingAt{Value: reading.Value, At: reading.At}
		}
	}
	return known
}
