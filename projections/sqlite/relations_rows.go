package sqlite

import (
	"fleetbeat/domain"
	"fleetbeat/internal/textfold"
	"fleetbeat/projections"
)

const relationsCustomerColumns = `SELECT id, name, address, interval, grace, registered FROM relations_customers#`

func relationsCustomers() layout {
	return layout{
		kind: projections.KindRelationsCustomer,
		create: `
CREATE TABLE relations_customers# (
	id         TEXT PRIMARY KEY,
	name       TEXT NOT NULL,
	folded     TEXT NOT NULL, -- read by nobody any more; there because generations of this version have it
	address    TEXT NOT NULL,
	interval   INTEGER,
	grace      INTEGER,
	registered INTEGER NOT NULL
) STRICT, WITHOUT ROWID;`,
		load: func(t tables, keys []projections.Key) ([]projections.Stored, error) {
			return loadEach(t, relationsCustomerColumns+` WHERE id = ?1`, keys, nextRelationsCustomer)
		},
		save: func(t tables, changes []projections.Change) error {
			for _, c := range changes {
				row, ok := c.After.(*projections.RelationsCustomer)
				if !ok {
					continue // customers are never gone
				}
				err := t.prepare(`INSERT OR REPLACE INTO relations_customers# (id, name, folded, address, interval, grace, registered)
					VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`).
					text(string(row.Customer.ID)).text(row.Customer.Name).text(textfold.Fold(row.Customer.Name)).
					text(row.Customer.Address).overrides(row.Customer.Overrides).number(int64(row.RegisteredAt)).run(nil)
				if err != nil {
					return err
				}
			}
			return nil
		},
		dump: dumpAll(relationsCustomerColumns, nextRelationsCustomer),
	}
}

func nextRelationsCustomer(s *statement) (projections.Row, error) {
	customer := nextCustomer(s)
	return &projections.RelationsCustomer{Customer: customer, RegisteredAt: s.nextInstant()}, nil
}

func nextCustomer(s *statement) domain.Customer {
	return domain.Customer{
		ID: domain.CustomerID(s.nextText()), Name: s.nextText(), Address: s.nextText(), Overrides: s.nextOverrides(),
	}
}

const relationsVehicleColumns = `SELECT vin, life, plate, customer, interval, grace, registered FROM relations_vehicles#`

func relationsVehicles() layout {
	return layout{
		kind: projections.KindRelationsVehicle,
		create: `
CREATE TABLE relations_vehicles# (
	vin        TEXT PRIMARY KEY,
	life       INTEGER NOT NULL,
	plate      TEXT NOT NULL,
	plate_key  TEXT NOT NULL, -- letters and digits, folded: what plates are compared by
	customer   TEXT NOT NULL,
	interval   INTEGER,
	grace      INTEGER,
	registered INTEGER NOT NULL
) STRICT, WITHOUT ROWID;`,
		finish: []func(tables) (bool, error){
			once(`CREATE INDEX relations_plate# ON relations_vehicles# (plate_key, vin)`),
			once(`CREATE INDEX relations_owner# ON relations_vehicles# (customer, vin)`),
		},
		load: func(t tables, keys []projections.Key) ([]projections.Stored, error) {
			return loadEach(t, relationsVehicleColumns+` WHERE vin = ?1`, keys, nextRelationsVehicle)
		},
		save: func(t tables, changes []projections.Change) error {
			for _, c := range changes {
				if err := saveRelationsVehicle(t, c); err != nil {
					return err
				}
			}
			return nil
		},
		dump: dumpAll(relationsVehicleColumns, nextRelationsVehicle),
	}
}

func nextRelationsVehicle(s *statement) (projections.Row, error) {
	row := &projections.RelationsVehicle{}
	row.Vehicle.VIN, row.Life = domain.VIN(s.nextText()), s.nextNumber()
	row.Vehicle.RegistrationNumber, row.Vehicle.CustomerID = s.nextText(), domain.CustomerID(s.nextText())
	row.Vehicle.Overrides, row.RegisteredAt = s.nextOverrides(), s.nextInstant()
	return row, nil
}

func saveRelationsVehicle(t tables, c projections.Change) error {
	row, ok := c.After.(*projections.RelationsVehicle)
	if !ok {
		return t.prepare(`DELETE FROM relations_vehicles# WHERE vin = ?1`).text(c.Key.ID).run(nil)
	}
	v := row.Vehicle
	return t.prepare(`INSERT OR REPLACE INTO relations_vehicles# (vin, life, plate, plate_key, customer, interval, grace, registered)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`).
		text(string(v.VIN)).number(row.Life).text(v.RegistrationNumber).text(textfold.LettersAndDigits(v.RegistrationNumber)).
		text(string(v.CustomerID)).overrides(v.Overrides).number(int64(row.RegisteredAt)).run(nil)
}
