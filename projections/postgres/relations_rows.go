package postgres

import (
	"fleetbeat/domain"
	"fleetbeat/internal/textfold"
	"fleetbeat/projections"
)

func relationsCustomers() layout {
	return layout{
		kind: projections.KindRelationsCustomer,
		columns: []column{
			{"id", text, false}, {"name", text, false}, {"address", text, false},
			{"interval_seconds", number, true}, {"grace_seconds", number, true}, {"registered", number, false},
		},
		keys: 1,
		write: func(row projections.Row) (cells, error) {
			c := row.(*projections.RelationsCustomer)
			return cells{}.text(string(c.Customer.ID)).text(c.Customer.Name).text(c.Customer.Address).
				overrides(c.Customer.Overrides).instant(c.RegisteredAt), nil
		},
		read: func(r *reader) (projections.Row, error) {
			return &projections.RelationsCustomer{Customer: readCustomer(r), RegisteredAt: r.instant()}, nil
		},
	}
}

func readCustomer(r *reader) domain.Customer {
	return domain.Customer{ID: domain.CustomerID(r.text()), Name: r.text(), Address: r.text(), Overrides: r.overrides()}
}

func relationsVehicles() layout {
	return layout{
		kind: projections.KindRelationsVehicle,
		columns: []column{
			{"vin", text, false}, {"life", number, false}, {"plate", text, false},
			{"plate_key", text, false}, // letters and digits, folded: what plates are compared by
			{"customer", text, false}, {"interval_seconds", number, true}, {"grace_seconds", number, true}, {"registered", number, false},
		},
		keys:    1,
		indexes: []string{`CREATE INDEX relations_plate# ON relations_vehicles# (plate_key, vin)`},
		write: func(row projections.Row) (cells, error) {
			r := row.(*projections.RelationsVehicle)
			v := r.Vehicle
			return cells{}.text(string(v.VIN)).number(r.Life).text(v.RegistrationNumber).text(textfold.LettersAndDigits(v.RegistrationNumber)).
				text(string(v.CustomerID)).overrides(v.Overrides).instant(r.RegisteredAt), nil
		},
		read: func(r *reader) (projections.Row, error) {
			row := &projections.RelationsVehicle{}
			row.Vehicle.VIN, row.Life, row.Vehicle.RegistrationNumber = domain.VIN(r.text()), r.number(), r.text()
			r.value() // plate_key follows from it
			row.Vehicle.CustomerID, row.Vehicle.Overrides, row.RegisteredAt = domain.CustomerID(r.text()), r.overrides(), r.instant()
			return row, nil
		},
	}
}
