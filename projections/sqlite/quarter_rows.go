package sqlite

import (
	"maps"
	"slices"

	"fleetbeat/domain"
	"fleetbeat/projections"
)

const quarterColumns = `SELECT customer, start, connected, disconnected, never_seen FROM timeline_quarters#`

// totalsSince is the version of the timeline view that keeps the sums of all quarters.
const totalsSince = 3

// timelineQuarters is the layout of the numbers per quarter of an hour: how they changed in it. Beside them stands their sum
// over all time, from which the numbers of the last days are found by looking at those days alone.
func timelineQuarters() layout {
	return layout{
		kind: projections.KindQuarter,
		create: `
CREATE TABLE timeline_quarters# (
	customer     TEXT NOT NULL, -- empty: the whole fleet
	start        INTEGER NOT NULL,
	connected    INTEGER NOT NULL,
	disconnected INTEGER NOT NULL,
	never_seen   INTEGER NOT NULL,
	PRIMARY KEY (customer, start)
) STRICT, WITHOUT ROWID;
CREATE TABLE timeline_totals# (
	customer     TEXT PRIMARY KEY,
	connected    INTEGER NOT NULL,
	disconnected INTEGER NOT NULL,
	never_seen   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;`,
		save: saveQuarters,
		dump: dumpAll(quarterColumns+` WHERE connected <> 0 OR disconnected <> 0 OR never_seen <> 0`, func(s *statement) (projections.Row, error) {
			return nextQuarter(s), nil
		}),
	}
}

func nextQuarter(s *statement) *projections.Quarter {
	return &projections.Quarter{
		CustomerID: domain.CustomerID(s.nextText()), Start: s.nextInstant(),
		Connected: s.nextNumber(), Disconnected: s.nextNumber(), NeverSeen: s.nextNumber(),
	}
}

// saveQuarters adds numbers to those of their quarters, and to the sums.
func saveQuarters(t tables, changes []projections.Change) error {
	totals := map[domain.CustomerID]projections.Quarter{}
	for _, c := range changes {
		row, ok := c.After.(*projections.Quarter)
		if !ok {
			continue // numbers are added, never taken away
		}
		total := totals[row.CustomerID]
		total.Connected += row.Connected
		total.Disconnected += row.Disconnected
		total.NeverSeen += row.NeverSeen
		totals[row.CustomerID] = total
		err := t.prepare(`INSERT INTO timeline_quarters# (customer, start, connected, disconnected, never_seen)
			VALUES (?1, ?2, ?3, ?4, ?5)
			ON CONFLICT (customer, start) DO UPDATE
			SET connected = connected + ?3, disconnected = disconnected + ?4, never_seen = never_seen + ?5`).
			text(string(row.CustomerID)).number(int64(row.Start)).number(row.Connected).number(row.Disconnected).
			number(row.NeverSeen).run(nil)
		if err != nil {
			return err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(totals)) {
		total := totals[id]
		err := t.prepare(`INSERT INTO timeline_totals# (customer, connected, disconnected, never_seen) VALUES (?1, ?2, ?3, ?4)
			ON CONFLICT (customer) DO UPDATE
			SET connected = connected + ?2, disconnected = disconnected + ?3, never_seen = never_seen + ?4`).
			text(string(id)).number(total.Connected).number(total.Disconnected).number(total.NeverSeen).run(nil)
		if err != nil {
			return err
		}
	}
	return nil
}
