package sqlite

import (
	"fleetbeat/domain"
	"fleetbeat/projections"
)

const timelineVehicleColumns = `SELECT vin, life, customer, plate, status, since, counted, registered FROM timeline_vehicles#`

func timelineVehicles() layout {
	return layout{
		kind: projections.KindTimelineVehicle,
		create: `
CREATE TABLE timeline_vehicles# (
	vin        TEXT PRIMARY KEY,
	life       INTEGER NOT NULL,
	customer   TEXT NOT NULL,
	plate      TEXT NOT NULL,
	status     INTEGER NOT NULL,
	since      INTEGER NOT NULL,
	counted    INTEGER NOT NULL,
	registered INTEGER NOT NULL
) STRICT, WITHOUT ROWID;`,
		load: func(t tables, keys []projections.Key) ([]projections.Stored, error) {
			return loadEach(t, timelineVehicleColumns+` WHERE vin = ?1`, keys, nextTimelineVehicle)
		},
		save: func(t tables, changes []projections.Change) error {
			for _, c := range changes {
				if err := saveTimelineVehicle(t, c); err != nil {
					return err
				}
			}
			return nil
		},
		dump: dumpAll(timelineVehicleColumns, nextTimelineVehicle),
	}
}

func nextTimelineVehicle(s *statement) (projections.Row, error) {
	return &projections.TimelineVehicle{
		VIN: domain.VIN(s.nextText()), Life: s.nextNumber(), CustomerID: domain.CustomerID(s.nextText()),
		RegistrationNumber: s.nextText(), Status: statusOf(s.nextNumber()), Since: s.nextInstant(), Counted: s.nextInstant(),
		RegisteredAt: s.nextInstant(),
	}, nil
}

func saveTimelineVehicle(t tables, c projections.Change) error {
	row, ok := c.After.(*projections.TimelineVehicle)
	if !ok {
		return t.prepare(`DELETE FROM timeline_vehicles# WHERE vin = ?1`).text(c.Key.ID).run(nil)
	}
	return t.prepare(`INSERT OR REPLACE INTO timeline_vehicles# (vin, life, customer, plate, status, since, counted, registered)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`).
		text(string(row.VIN)).number(row.Life).text(string(row.CustomerID)).text(row.RegistrationNumber).
		number(rankOf(row.Status)).number(int64(row.Since)).number(int64(row.Counted)).number(int64(row.RegisteredAt)).run(nil)
}

const timelineSpansColumns = `SELECT spans FROM timeline_spans#`

func timelineSpans() layout {
	next := func(s *statement) (projections.Row, error) {
		spans, err := projections.UnpackSpans(s.nextBytes())
		return &projections.TimelineSpans{Spans: spans}, err
	}
	return layout{
		kind:   projections.KindTimelineSpans,
		create: `CREATE TABLE timeline_spans# (id TEXT PRIMARY KEY, spans BLOB NOT NULL) STRICT;`,
		load: func(t tables, keys []projections.Key) ([]projections.Stored, error) {
			return loadEach(t, timelineSpansColumns+` WHERE id = ?1`, keys, next)
		},
		save: func(t tables, changes []projections.Change) error {
			for _, c := range changes {
				row, ok := c.After.(*projections.TimelineSpans)
				if !ok {
					continue // it is never gone
				}
				err := t.prepare(`INSERT OR REPLACE INTO timeline_spans# (id, spans) VALUES (?1, ?2)`).
					text(c.Key.ID).bytes(projections.PackSpans(row.Spans)).run(nil)
				if err != nil {
					return err
				}
			}
			return nil
		},
		dump: dumpAll(timelineSpansColumns, next),
	}
}

const changeColumns = `SELECT commit_position, prepare_position, topic, vin, life, customer, plate, status_before, status,
	before_since, at, proved_at, last FROM timeline_changes#`

// timelineChanges is the layout of the feed. A vehicle's timeline is its transitions in it.
func timelineChanges() layout {
	return layout{
		kind: projections.KindChange,
		create: `
CREATE TABLE timeline_changes# (
	commit_position  INTEGER NOT NULL,
	prepare_position INTEGER NOT NULL,
	topic            TEXT NOT NULL,
	vin              TEXT NOT NULL,
	life             INTEGER NOT NULL,
	customer         TEXT NOT NULL,
	plate            TEXT NOT NULL,
	status_before    TEXT NOT NULL,
	status           TEXT NOT NULL,
	before_since     INTEGER NOT NULL,
	at               INTEGER NOT NULL,
	proved_at        INTEGER NOT NULL,
	last             INTEGER NOT NULL,
	PRIMARY KEY (commit_position, prepare_position)
) STRICT, WITHOUT ROWID;`,
		finish: []func(tables) (bool, error){
			once(`CREATE INDEX timeline_transitions#
				ON timeline_changes# (vin, life, at, commit_position, prepare_position, status) WHERE topic = 'transition'`),
			// The last transitions of a customer, or to a status: a walk back along the feed would end at the first one.
			once(`CREATE INDEX timeline_owners#
				ON timeline_changes# (customer, commit_position, prepare_position) WHERE topic = 'transition'`),
			once(`CREATE INDEX timeline_statuses#
				ON timeline_changes# (status, commit_position, prepare_position) WHERE topic = 'transition'`),
		},
		save: func(t tables, changes []projections.Change) error {
			for _, c := range changes {
				if err := saveChange(t, c); err != nil {
					return err
				}
			}
			return nil
		},
		dump: dumpAll(changeColumns, func(s *statement) (projections.Row, error) { return nextChange(s), nil }),
	}
}

func nextChange(s *statement) *projections.FeedChange {
	return &projections.FeedChange{
		Position: s.nextPosition(), Topic: projections.Topic(s.nextText()), VIN: domain.VIN(s.nextText()), Life: s.nextNumber(),
		CustomerID: domain.CustomerID(s.nextText()), RegistrationNumber: s.nextText(),
		From: domain.Status(s.nextText()), To: domain.Status(s.nextText()), FromSince: s.nextInstant(),
		At: s.nextInstant(), ProvedAt: s.nextInstant(), LastHeartbeat: s.nextInstant(),
	}
}

func saveChange(t tables, c projections.Change) error {
	row, ok := c.After.(*projections.FeedChange)
	if !ok {
		return nil // what has happened is never gone
	}
	return t.prepare(`INSERT INTO timeline_changes# (commit_position, prepare_position, topic, vin, life, customer, plate,
			status_before, status, before_since, at, proved_at, last)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)`).
		position(row.Position).text(string(row.Topic)).text(string(row.VIN)).number(row.Life).text(string(row.CustomerID)).
		text(row.RegistrationNumber).text(string(row.From)).text(string(row.To)).number(int64(row.FromSince)).
		number(int64(row.At)).number(int64(row.ProvedAt)).number(int64(row.LastHeartbeat)).run(nil)
}
