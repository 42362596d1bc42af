package domain_test

import (
	"testing"

	"fleetbeat/domain"
)

func TestRegistryEventsAsJSON(t *testing.T) {
	t.Parallel()
	noon := at("2026-01-31T12:00:00.000Z")
	for _, c := range []struct {
		promise string
		event   domain.Event
		want    string
	}{
		{"what a customer does not set is absent, not null", domain.CustomerRegistered{Customer: domain.Customer{ID: "c", Name: "n"}, At: noon},
			`{"id":"c","name":"n","at":"2026-01-31T12:00:00.000Z"}`},
		{"a grace of zero is set, not absent", domain.VehicleChanged{VIN: "V", RegistrationNumber: "R", Overrides: overrides(-1, 0), At: noon},
			`{"vin":"V","registrationNumber":"R","graceSeconds":0,"at":"2026-01-31T12:00:00.000Z"}`},
		{"a vehicle lies flat in its event", domain.VehicleRegistered{Vehicle: domain.Vehicle{VIN: "V", RegistrationNumber: "R", CustomerID: "c", Overrides: overrides(60, -1)}, At: noon},
			`{"vin":"V","registrationNumber":"R","customerId":"c","intervalSeconds":60,"at":"2026-01-31T12:00:00.000Z"}`},
		{"settings of zero are still there", domain.SettingsChanged{At: noon},
			`{"intervalSeconds":0,"graceSeconds":0,"at":"2026-01-31T12:00:00.000Z"}`},
		{"a key of nobody in particular names no customer", domain.KeyCreated{ID: "k", Prefix: "p", SHA256: "s", Scopes: []string{"read"}, At: noon},
			`{"id":"k","prefix":"p","sha256":"s","scopes":["read"],"at":"2026-01-31T12:00:00.000Z"}`},
		{"a row of a known customer does not say that it is new", domain.ImportRows{ID: "i", Rows: []domain.ImportRow{{Line: 2, VIN: "V", RegistrationNumber: "R", CustomerID: "c", Customer: "n"}}},
			`{"id":"i","rows":[{"line":2,"vin":"V","registrationNumber":"R","customerId":"c","customer":"n"}]}`},
	} {
		t.Run(c.promise, func(t *testing.T) {
			t.Parallel()
			requireJSON(t, c.want, c.event)
		})
	}
}
