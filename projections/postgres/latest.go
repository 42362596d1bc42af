package postgres

import (
	"context"
	"fmt"

	"github.com/go-json-experiment/json"

	"fleetbeat/domain"
	"fleetbeat/projections"
	"fleetbeat/queries"
)

// latestVehicles is the layout of what every ping changes: no index but its key, and room on each page for the next version
// of a row, so that a ping touches no index and leaves nothing behind that a vacuum must find.
func latestVehicles() layout {
	return layout{
		kind: projections.KindLatest,
		columns: []column{
			{"vin", text, false}, {"life", number, false}, {"first", number, false}, {"last", number, false},
			{"lat", float, true}, {"lon", float, true}, {"located", number, true},
			{"readings", text, true}, // JSON
		},
		keys:    1,
		storage: "fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05",
		write:   writeLatest,
		read:    readLatest,
	}
}

func writeLatest(row projections.Row) (cells, error) {
	v := row.(*projections.LatestVehicle)
	c := cells{}.text(string(v.VIN)).number(v.Life).instant(v.FirstHeartbeat).instant(v.LastHeartbeat).location(v.Location)
	if len(v.Readings) == 0 {
		return append(c, nil), nil
	}
	raw, err := json.Marshal(v.Readings)
	return c.text(string(raw)), err
}

func readLatest(r *reader) (projections.Row, error) {
	row := &projections.LatestVehicle{
		VIN: domain.VIN(r.text()), Life: r.number(), FirstHeartbeat: r.instant(), LastHeartbeat: r.instant(), Location: r.location(),
	}
	if readings := r.text(); readings != "" {
		return row, json.Unmarshal([]byte(readings), &row.Readings)
	}
	return row, nil
}

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
	err := l.views.answer(ctx, latestView, func(ctx context.Context, t tables) error {
		found = make(map[domain.VIN]queries.Latest, len(vins))
		return t.each(ctx, func(r *reader) error {
			row, err := readLatest(r)
			if v, ok := row.(*projections.LatestVehicle); ok && !v.LastHeartbeat.IsZero() {
				found[v.VIN] = latestOf(v)
			}
			return err
		}, latestVehicles().selects()+` WHERE vin = ANY ($1)`, unique(vins))
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
