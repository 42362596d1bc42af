package sqlite

import (
	"github.com/go-json-experiment/json"

	"fleetbeat/domain"
	"fleetbeat/projections"
)

const latestColumns = `SELECT vin, life, first, last, lat, lon, located, readings FROM latest_vehicles#`

// latestVehicles is the layout of what every ping changes: no index but its key.
func latestVehicles() layout {
	return layout{
		kind: projections.KindLatest,
		create: `
CREATE TABLE latest_vehicles# (
	vin      TEXT PRIMARY KEY,
	life     INTEGER NOT NULL,
	first    INTEGER NOT NULL,
	last     INTEGER NOT NULL,
	lat      REAL,
	lon      REAL,
	located  INTEGER,
	readings BLOB
) STRICT, WITHOUT ROWID;`,
		load: func(t tables, keys []projections.Key) ([]projections.Stored, error) {
			return loadEach(t, latestColumns+` WHERE vin = ?1`, keys, nextLatest)
		},
		save: saveLatest,
		dump: dumpAll(latestColumns, nextLatest),
	}
}

func nextLatest(s *statement) (projections.Row, error) {
	row := &projections.LatestVehicle{
		VIN: domain.VIN(s.nextText()), Life: s.nextNumber(), FirstHeartbeat: s.nextInstant(), LastHeartbeat: s.nextInstant(),
		Location: s.nextLocation(),
	}
	if s.ColumnIsNull(s.column) {
		return row, nil
	}
	return row, json.Unmarshal(s.nextBytes(), &row.Readings)
}

func saveLatest(t tables, changes []projections.Change) error {
	// Once, not for each row: looking the text up would be a part of what a ping costs.
	s := t.prepare(`INSERT INTO latest_vehicles# (vin, life, first, last, lat, lon, located, readings)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
		ON CONFLICT (vin) DO UPDATE SET life = ?2, first = ?3, last = ?4, lat = ?5, lon = ?6, located = ?7, readings = ?8`)
	for _, c := range changes {
		row, ok := c.After.(*projections.LatestVehicle)
		if !ok {
			if err := t.prepare(`DELETE FROM latest_vehicles# WHERE vin = ?1`).text(c.Key.ID).run(nil); err != nil {
				return err
			}
			continue
		}
		s.text(string(row.VIN)).number(row.Life).number(int64(row.FirstHeartbeat)).number(int64(row.LastHeartbeat)).
			location(row.Location)
		if len(row.Readings) == 0 {
			s.null()
		} else {
			raw, err := json.Marshal(row.Readings)
			if err != nil {
				return err
			}
			s.bytes(raw)
		}
		if err := s.run(nil); err != nil {
			return err
		}
	}
	return nil
}
