package sqlite

import (
	"fleetbeat/domain"
	"fleetbeat/projections"
)

const fleetCustomerColumns = `SELECT id, name, interval, grace FROM fleet_customers#`

func fleetCustomers() layout {
	return layout{
		kind: projections.KindFleetCustomer,
		create: `
CREATE TABLE fleet_customers# (
	id       TEXT PRIMARY KEY,
	name     TEXT NOT NULL,
	interval INTEGER,
	grace    INTEGER
) STRICT, WITHOUT ROWID;`,
		load: func(t tables, keys []projections.Key) ([]projections.Stored, error) {
			return loadEach(t, fleetCustomerColumns+` WHERE id = ?1`, keys, nextFleetCustomer)
		},
		save: func(t tables, changes []projections.Change) error {
			for _, c := range changes {
				row, ok := c.After.(*projections.FleetCustomer)
				if !ok {
					continue // customers are never gone
				}
				err := t.prepare(`INSERT OR REPLACE INTO fleet_customers# (id, name, interval, grace) VALUES (?1, ?2, ?3, ?4)`).
					text(string(row.ID)).text(row.Name).overrides(row.Overrides).run(nil)
				if err != nil {
					return err
				}
			}
			return nil
		},
		dump: dumpAll(fleetCustomerColumns, nextFleetCustomer),
	}
}

func nextFleetCustomer(s *statement) (projections.Row, error) {
	return &projections.FleetCustomer{
		ID: domain.CustomerID(s.nextText()), Name: s.nextText(), Overrides: s.nextOverrides(),
	}, nil
}

const fleetMetaColumns = `SELECT interval, grace, spans FROM fleet_meta#`

func fleetMeta() layout {
	return layout{
		kind: projections.KindFleetMeta,
		create: `
CREATE TABLE fleet_meta# (
	id       TEXT PRIMARY KEY,
	interval INTEGER NOT NULL,
	grace    INTEGER NOT NULL,
	spans    BLOB NOT NULL
) STRICT;`,
		load: func(t tables, keys []projections.Key) ([]projections.Stored, error) {
			return loadEach(t, fleetMetaColumns+` WHERE id = ?1`, keys, nextFleetMeta)
		},
		save: func(t tables, changes []projections.Change) error {
			for _, c := range changes {
				row, ok := c.After.(*projections.FleetMeta)
				if !ok {
					continue // it is never gone
				}
				err := t.prepare(`INSERT OR REPLACE INTO fleet_meta# (id, interval, grace, spans) VALUES (?1, ?2, ?3, ?4)`).
					text(c.Key.ID).number(row.Settings.IntervalSeconds).number(row.Settings.GraceSeconds).
					bytes(projections.PackSpans(row.Spans)).run(nil)
				if err != nil {
					return err
				}
			}
			return nil
		},
		dump: dumpAll(fleetMetaColumns, nextFleetMeta),
	}
}

func nextFleetMeta(s *statement) (projections.Row, error) {
	row := &projections.FleetMeta{Settings: domain.Settings{IntervalSeconds: s.nextNumber(), GraceSeconds: s.nextNumber()}}
	var err error
	row.Spans, err = projections.UnpackSpans(s.nextBytes())
	return row, err
}
