package sqlite

import (
	"fleetbeat/domain"
	"fleetbeat/internal/textfold"
	"fleetbeat/projections"
)

// ranks are the statuses in the order of a list, as they are stored.
const (
	rankDisconnected = 0
	rankConnected    = 1
	rankNeverSeen    = 2
)

func rankOf(s domain.Status) int64 {
	switch s {
	case domain.Disconnected:
		return rankDisconnected
	case domain.Connected:
		return rankConnected
	}
	return rankNeverSeen
}

func statusOf(rank int64) domain.Status {
	switch rank {
	case rankDisconnected:
		return domain.Disconnected
	case rankConnected:
		return domain.Connected
	}
	return domain.NeverSeen
}

const fleetVehicleColumns = `SELECT vin, life, plate, customer, customer_name, interval, grace, status, since, last, lat, lon,
	located, registered FROM fleet_vehicles#`

// fleetVehicles is the layout of the vehicles. Filling needs an index by customer alone, for renames; finding needs
// those that finish makes. None holds a column that a ping changes, and those that a transition changes are few: status,
// since and last.
func fleetVehicles() layout {
	return layout{
		kind: projections.KindFleetVehicle,
		create: `
CREATE TABLE fleet_vehicles# (
	id              INTEGER PRIMARY KEY,
	vin             TEXT NOT NULL UNIQUE,
	life            INTEGER NOT NULL,
	plate           TEXT NOT NULL,
	plate_folded    TEXT NOT NULL,
	plate_key       TEXT NOT NULL, -- what registration numbers are the same by
	customer        TEXT NOT NULL,
	customer_name   TEXT NOT NULL,
	customer_folded TEXT NOT NULL,
	interval        INTEGER,
	grace           INTEGER,
	status          INTEGER NOT NULL, -- its rank in a list
	since           INTEGER NOT NULL,
	last            INTEGER NOT NULL,
	lat             REAL,
	lon             REAL,
	located         INTEGER,
	registered      INTEGER NOT NULL
) STRICT;
CREATE INDEX fleet_owner# ON fleet_vehicles# (customer);
CREATE TABLE fleet_counters# (
	customer TEXT NOT NULL,
	status   INTEGER NOT NULL,
	n        INTEGER NOT NULL,
	PRIMARY KEY (customer, status)
) STRICT, WITHOUT ROWID;
CREATE TABLE fleet_silence# (
	start INTEGER PRIMARY KEY,
	n     INTEGER NOT NULL
) STRICT;
CREATE TABLE fleet_clashes# (id INTEGER PRIMARY KEY) STRICT;
CREATE VIRTUAL TABLE fleet_text# USING fts5(vin, plate, customer, content='', contentless_delete=1,
	tokenize='trigram case_sensitive 1');`,
		finish: []func(tables) (bool, error){
			once(`CREATE INDEX fleet_status# ON fleet_vehicles# (status, since, vin)`),
			once(`CREATE INDEX fleet_customer_status# ON fleet_vehicles# (customer, status, since, vin); DROP INDEX fleet_owner#`),
			once(`CREATE INDEX fleet_plate# ON fleet_vehicles# (plate_folded, vin)`),
			once(`CREATE INDEX fleet_customer# ON fleet_vehicles# (customer_folded, vin)`),
			once(`CREATE INDEX fleet_silent# ON fleet_vehicles# (last) WHERE status = 0`),
			once(`CREATE INDEX fleet_customer_silent# ON fleet_vehicles# (customer, last) WHERE status = 0`),
			once(`CREATE INDEX fleet_plate_key# ON fleet_vehicles# (plate_key)`),
			once(findClashes),
			indexText,
		},
		load: func(t tables, keys []projections.Key) ([]projections.Stored, error) {
			return loadEach(t, fleetVehicleColumns+` WHERE vin = ?1`, keys, nextFleetVehicle)
		},
		save: saveFleetVehicles,
		dump: dumpAll(fleetVehicleColumns, nextFleetVehicle),
	}
}

func nextFleetVehicle(s *statement) (projections.Row, error) {
	return &projections.FleetVehicle{
		VIN: domain.VIN(s.nextText()), Life: s.nextNumber(), RegistrationNumber: s.nextText(),
		CustomerID: domain.CustomerID(s.nextText()), CustomerName: s.nextText(), Overrides: s.nextOverrides(),
		Status: statusOf(s.nextNumber()), Since: s.nextInstant(), LastHeartbeat: s.nextInstant(),
		Location: s.nextLocation(), RegisteredAt: s.nextInstant(),
	}, nil
}

// saveFleetVehicles writes vehicles and counts them. Most changes are transitions: they touch neither the text nor the
// indexes of what does not change.
func saveFleetVehicles(t tables, changes []projections.Change) error {
	counted, silent := counters{}, silences{}
	var texts texts
	for _, c := range changes {
		before, _ := c.Before.(*projections.FleetVehicle)
		after, _ := c.After.(*projections.FleetVehicle)
		counted.add(before, -1)
		counted.add(after, 1)
		silent.add(before, -1)
		silent.add(after, 1)
		var err error
		switch {
		case after == nil:
			err = deleteFleetVehicle(t, before, &texts)
		case before != nil && sameRegistration(before, after):
			err = t.prepare(`UPDATE fleet_vehicles# SET status = ?1, since = ?2, last = ?3, lat = ?4, lon = ?5, located = ?6 WHERE vin = ?7`).
				number(rankOf(after.Status)).number(int64(after.Since)).number(int64(after.LastHeartbeat)).
				location(after.Location).text(string(after.VIN)).run(nil)
		default:
			err = upsertFleetVehicle(t, before, after, &texts)
		}
		if err != nil {
			return err
		}
	}
	if err := texts.save(t); err != nil {
		return err
	}
	if err := counted.save(t); err != nil {
		return err
	}
	return silent.save(t)
}

func sameRegistration(a, b *projections.FleetVehicle) bool {
	return a.Life == b.Life && a.RegistrationNumber == b.RegistrationNumber && a.CustomerID == b.CustomerID &&
		a.CustomerName == b.CustomerName && a.RegisteredAt == b.RegisteredAt && a.Overrides.Equal(b.Overrides)
}

func deleteFleetVehicle(t tables, v *projections.FleetVehicle, changed *texts) error {
	if v == nil {
		return nil
	}
	var id int64
	s := t.prepare(`DELETE FROM fleet_vehicles# WHERE vin = ?1 RETURNING id`).text(string(v.VIN))
	if err := s.run(func() error { id = s.nextNumber(); return nil }); err != nil || id == 0 || !t.g.Finished {
		return err
	}
	changed.add(text{id: id, known: true, gone: true})
	if err := t.noClash(id); err != nil {
		return err
	}
	return t.leaves(textfold.Key(v.RegistrationNumber))
}

func upsertFleetVehicle(t tables, before, v *projections.FleetVehicle, changed *texts) error {
	plate, key, customer := textfold.Fold(v.RegistrationNumber), textfold.Key(v.RegistrationNumber), textfold.Fold(v.CustomerName)
	s := t.prepare(`INSERT INTO fleet_vehicles# (vin, life, plate, plate_folded, customer, customer_name, customer_folded, interval,
			grace, status, since, last, lat, lon, located, registered, plate_key)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
		ON CONFLICT (vin) DO UPDATE SET life = ?2, plate = ?3, plate_folded = ?4, customer = ?5, customer_name = ?6,
			customer_folded = ?7, interval = ?8, grace = ?9, status = ?10, since = ?11, last = ?12, lat = ?13, lon = ?14,
			located = ?15, registered = ?16, plate_key = ?17
		RETURNING id`).
		text(string(v.VIN)).number(v.Life).text(v.RegistrationNumber).text(plate).text(string(v.CustomerID)).
		text(v.CustomerName).text(customer).overrides(v.Overrides).number(rankOf(v.Status)).number(int64(v.Since)).
		number(int64(v.LastHeartbeat)).location(v.Location).number(int64(v.RegisteredAt)).
		text(key)
	var id int64
	if err := s.run(func() error { id = s.nextNumber(); return nil }); err != nil {
		return err
	}
	if !t.g.Finished {
		return nil // it gets its text and its clashes all at once
	}
	if err := followPlate(t, id, before, v); err != nil {
		return err
	}
	if before != nil && before.RegistrationNumber == v.RegistrationNumber && before.CustomerName == v.CustomerName {
		return nil
	}
	changed.add(text{id: id, known: before != nil, vin: v.VIN, plate: plate, plateKey: key, customer: customer})
	return nil
}

// followPlate keeps the clashes right where a vehicle is new or has another registration number.
func followPlate(t tables, id int64, before, v *projections.FleetVehicle) error {
	if before == nil {
		return t.comes(id, textfold.Key(v.RegistrationNumber))
	}
	if before.RegistrationNumber == v.RegistrationNumber {
		return nil
	}
	if err := t.comes(id, textfold.Key(v.RegistrationNumber)); err != nil {
		return err
	}
	return t.leaves(textfold.Key(before.RegistrationNumber))
}

// counter names a number of vehicles.
type counter struct {
	customer domain.CustomerID
	rank     int64
}

// wholeFleet stands in place of a customer for all of them.
const wholeFleet domain.CustomerID = ""

// counters are changes of numbers of vehicles.
type counters map[counter]int64

func (c counters) add(v *projections.FleetVehicle, n int64) {
	if v != nil {
		c[counter{v.CustomerID, rankOf(v.Status)}] += n
		c[counter{wholeFleet, rankOf(v.Status)}] += n
	}
}

func (c counters) save(t tables) error {
	for key, n := range c {
		if n == 0 {
			continue
		}
		err := t.prepare(`INSERT INTO fleet_counters# (customer, status, n) VALUES (?1, ?2, ?3)
			ON CONFLICT (customer, status) DO UPDATE SET n = n + ?3`).
			text(string(key.customer)).number(key.rank).number(n).run(nil)
		if err != nil {
			return err
		}
	}
	return nil
}
