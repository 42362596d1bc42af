package eventstore_test

import (
	"time"

	"fleetbeat/domain"
)

// moment returns the Instant that text names.
func moment(text string) domain.Instant {
	t, err := time.Parse("2006-01-02T15:04:05.000Z", text)
	if err != nil {
		panic(err)
	}
	return domain.InstantOf(t)
}

func overrides(interval, grace int64) domain.Overrides {
	return domain.Overrides{IntervalSeconds: &interval, GraceSeconds: &grace}
}

const (
	kalle      = domain.CustomerID("0198c5a2-8a40-7d11-b0c2-6d5e4f3a2b10")
	unassigned = domain.CustomerID("0198c5a2-8a40-7d11-b0c2-6d5e4f3a2b11")
	lorry      = domain.VIN("YS2R4X20005399401")
	coach      = domain.VIN("1M8GDM9AXKP042788")
	importID   = "0198c5b0-1111-7222-8333-444455556666"
)

// golden returns what each file of testdata/events means, by its name: <type>.json has every field set,
// <type>.minimal.json no field that may be absent. <type>.<what>.json is one with a field that came later.
func golden() map[string]domain.Event {
	files := goldenRegistry()
	for name, e := range goldenContact() {
		files[name] = e
	}
	return files
}

func goldenRegistry() map[string]domain.Event {
	return map[string]domain.Event{
		"log.created.v1":      &domain.LogCreated{ID: "6f0d1a52-0c0e-4d2b-9c1e-5b8f4a1c7e90", At: moment("2026-01-05T08:00:00.000Z")},
		"settings.changed.v1": &domain.SettingsChanged{Settings: domain.Settings{IntervalSeconds: 60, GraceSeconds: 30}, At: moment("2026-01-05T08:00:00.012Z")},
		"key.created.v1": &domain.KeyCreated{
			ID: "0198c5a2-7e1b-7cc3-98a6-2f1c3b1f0a11", Name: "gateway Göteborg", Prefix: "fb_3kQ9xT",
			SHA256:     "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
			SessionKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", Scopes: []string{"heartbeats", "read"},
			CustomerID: kalle, At: moment("2026-01-05T08:10:00.250Z"),
		},
		"key.created.v1.minimal": &domain.KeyCreated{
			ID: "0198c5a2-7e1b-7cc3-98a6-2f1c3b1f0a12", Prefix: "fb_Zp41aa",
			SHA256: "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752", Scopes: []string{"admin"},
			At: moment("2026-01-05T08:00:00.020Z"),
		},
		"key.revoked.v1": &domain.KeyRevoked{ID: "0198c5a2-7e1b-7cc3-98a6-2f1c3b1f0a11", At: moment("2026-02-01T16:45:09.999Z")},
		"customer.registered.v1": &domain.CustomerRegistered{Customer: domain.Customer{
			ID: kalle, Name: "Kalles Grustransporter AB", Address: "Cementvägen 8, 111 11 Södertälje", Overrides: overrides(120, 0),
		}, At: moment("2026-01-05T08:05:30.000Z")},
		"customer.registered.v1.minimal": &domain.CustomerRegistered{
			Customer: domain.Customer{ID: unassigned, Name: "Unassigned"}, At: moment("2026-01-05T08:05:31.000Z"),
		},
		"customer.changed.v1": &domain.CustomerChanged{Customer: domain.Customer{
			ID: kalle, Name: "Kalles Grus & Åkeri AB", Address: "Cementvägen 10, 111 11 Södertälje", Overrides: overrides(300, 60),
		}, At: moment("2026-01-20T09:30:00.500Z")},
		"customer.changed.v1.minimal": &domain.CustomerChanged{
			Customer: domain.Customer{ID: kalle, Name: "Kalles Grus & Åkeri AB"}, At: moment("2026-01-21T09:30:00.500Z"),
		},
		"vehicle.registered.v1": &domain.VehicleRegistered{Vehicle: domain.Vehicle{
			VIN: lorry, RegistrationNumber: "ABC123", CustomerID: kalle, Overrides: overrides(30, 15),
		}, At: moment("2026-01-05T08:06:00.001Z")},
		"vehicle.registered.v1.minimal": &domain.VehicleRegistered{Vehicle: domain.Vehicle{
			VIN: "VLUR4X20009093588", RegistrationNumber: "DEF456", CustomerID: kalle,
		}, At: moment("2026-01-05T08:06:00.002Z")},
		"vehicle.changed.v1": &domain.VehicleChanged{
			VIN: lorry, RegistrationNumber: "ÅÄÖ 99X", Overrides: overrides(604_800, 0), At: moment("2026-01-22T10:00:00.000Z"),
		},
		"vehicle.changed.v1.minimal": &domain.VehicleChanged{VIN: lorry, RegistrationNumber: "ABC123", At: moment("2026-01-22T10:01:00.000Z")},
		"vehicle.transferred.v1": &domain.VehicleTransferred{
			VIN: lorry, CustomerID: "0198c5a2-8a40-7d11-b0c2-6d5e4f3a2b12", At: moment("2026-01-23T11:00:00.000Z"),
		},
		"vehicle.decommissioned.v1": &domain.VehicleDecommissioned{VIN: lorry, At: moment("2026-01-31T23:59:59.999Z")},
		"import.rows.v1": &domain.ImportRows{ID: importID, Rows: []domain.ImportRow{
			{
				Line: 2, VIN: "YS2R4X20005388011", RegistrationNumber: "JKL012", CustomerID: "0198c5b0-1111-7222-8333-444455557777",
				Customer: "Johans Bulk AB", CustomerAddress: "Balkvägen 12, 222 22 Stockholm", NewCustomer: true, Overrides: overrides(1, 604_800),
			},
			{Line: 4, VIN: "YS2R4X20005387949", RegistrationNumber: "MNO345", CustomerID: kalle, Customer: "Kalles Grustransporter AB"},
		}},
		"import.accepted.v1":  &domain.ImportAccepted{ID: importID, Rows: 2, At: moment("2026-01-06T07:00:00.750Z")},
		"import.completed.v1": &domain.ImportCompleted{ID: importID, At: moment("2026-01-06T07:00:01.125Z")},
	}
}

func goldenContact() map[string]domain.Event {
	return map[string]domain.Event{
		"ingest.opened.v1": &domain.IngestOpened{
			At: moment("2026-01-31T12:00:08.250Z"), DeafFrom: moment("2026-01-31T12:00:00.000Z"), Why: "suspended",
		},
		"ingest.opened.v1.minimal": &domain.IngestOpened{At: moment("2026-01-05T08:00:00.100Z")},
		"heartbeats.recorded.v1": &domain.HeartbeatsRecorded{Until: moment("2026-01-31T12:00:10.500Z"), Heartbeats: []domain.Heartbeat{
			{
				VIN: lorry, ID: "trip 7/42", ReceivedAt: moment("2026-01-31T12:00:10.123Z"), SentAt: moment("2026-01-31T12:00:09.800Z"),
				Location: &domain.Location{Lat: 59.329323, Lon: 18.068581},
				Readings: domain.Readings{"engine_temperature": -12.5, "fuel": 0, "odometer": 1_234_567.8, "speed": 61.5},
			},
			{VIN: coach, ID: "b1946ac92492d234", ReceivedAt: moment("2026-01-31T12:00:10.124Z")},
		}},
		"heartbeats.recorded.v1.minimal": &domain.HeartbeatsRecorded{Until: moment("2026-01-31T12:00:11.000Z")},
		"ingest.closed.v1":               &domain.IngestClosed{At: moment("2026-01-31T18:00:00.000Z")},
		"vehicle.connected.v1": &domain.VehicleConnected{Transition: domain.Transition{
			VIN: lorry, Life: 3, CustomerID: kalle,
			At: moment("2026-01-31T12:00:10.123Z"), ProvedAt: moment("2026-01-31T12:00:10.500Z"), LastHeartbeat: moment("2026-01-31T12:00:10.123Z"),
			LastLocation: &domain.LocationAt{Lat: 59.329323, Lon: 18.068581, At: moment("2026-01-31T12:00:09.800Z")},
			Cause:        domain.Cause{Stream: "ingest-local", Revision: 81_234, Index: 17},
		}},
		"vehicle.connected.v1.minimal": &domain.VehicleConnected{Transition: domain.Transition{
			VIN: coach, CustomerID: unassigned,
			At: moment("2026-01-31T12:00:10.124Z"), ProvedAt: moment("2026-01-31T12:00:10.500Z"), LastHeartbeat: moment("2026-01-31T12:00:10.124Z"),
			Cause: domain.Cause{Stream: "ingest-local"},
		}},
		"vehicle.disconnected.v1": &domain.VehicleDisconnected{Transition: domain.Transition{
			VIN: lorry, Life: 3, CustomerID: kalle,
			At: moment("2026-01-31T12:01:40.123Z"), ProvedAt: moment("2026-01-31T12:01:40.501Z"), LastHeartbeat: moment("2026-01-31T12:00:10.123Z"),
			LastLocation: &domain.LocationAt{Lat: -33.8688, Lon: -151.2093, At: moment("2026-01-31T12:00:09.800Z")},
			Cause:        domain.Cause{Stream: "ingest-0198c5c0-aaaa-7bbb-8ccc-ddddeeeeffff", Revision: 9_007_199_254_740_991, Index: 99_999},
		}},
		"vehicle.disconnected.v1.minimal": &domain.VehicleDisconnected{Transition: domain.Transition{
			VIN: coach, CustomerID: unassigned,
			At: moment("2026-01-31T12:01:40.124Z"), ProvedAt: moment("2026-01-31T12:01:40.124Z"), LastHeartbeat: moment("2026-01-31T12:00:10.124Z"),
			Cause: domain.Cause{Stream: "settings", Revision: 1},
		}},
		"observation.interrupted.v1": &domain.ObservationInterrupted{
			Span:  domain.Span{From: moment("2026-01-31T18:00:00.000Z"), To: moment("2026-01-31T18:00:42.317Z")},
			Why:   "restart",
			Cause: domain.Cause{Stream: "ingest-local", Revision: 81_300, Index: 2},
		},
		"fleet.evaluated.v1": &domain.FleetEvaluated{
			AsOf: moment("2026-01-31T12:00:10.500Z"), Newest: moment("2026-01-31T12:00:10.750Z"),
			Through: domain.Position{Commit: 9_007_199_254_740_995, Prepare: 9_007_199_254_740_993},
		},
		"fleet.evaluated.v1.resigns": &domain.FleetEvaluated{
			AsOf: moment("2026-01-31T12:00:10.500Z"), Newest: moment("2026-01-31T12:00:10.750Z"), Resigns: true,
			Through: domain.Position{Commit: 9_007_199_254_740_995, Prepare: 9_007_199_254_740_993},
		},
		"fleet.evaluated.v1.minimal": &domain.FleetEvaluated{
			AsOf: moment("2026-01-05T08:00:00.100Z"), Newest: moment("2026-01-05T08:00:00.100Z"), Through: domain.Position{Commit: 17, Prepare: 17},
		},
	}
}
