package elasticsearch

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"fleetbeat/domain"
	"fleetbeat/projections"
)

// vehicleRow is a vehicle as it is stored. Moments are milliseconds: text would cost twice as much to read.
type vehicleRow struct {
	VIN        domain.VIN        `json:"vin"`
	Life       int64             `json:"life"`
	Plate      string            `json:"plate"`
	Customer   domain.CustomerID `json:"customer"`
	Name       string            `json:"name"`
	Overrides  domain.Overrides  `json:"overrides,omitzero"`
	Status     string            `json:"status"`
	Since      int64             `json:"since,omitzero"`
	Last       int64             `json:"last,omitzero"`
	Location   *locationRow      `json:"location,omitzero"`
	Registered int64             `json:"registered"`
}

type locationRow struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
	At  int64   `json:"at"`
}

func vehicleRowOf(v *projections.FleetVehicle) vehicleRow {
	r := vehicleRow{
		VIN: v.VIN, Life: v.Life, Plate: v.RegistrationNumber, Customer: v.CustomerID, Name: v.CustomerName, Overrides: v.Overrides,
		Status: rankOf(v.Status), Since: int64(v.Since), Last: int64(v.LastHeartbeat), Registered: int64(v.RegisteredAt),
	}
	if l := v.Location; l != nil {
		r.Location = &locationRow{l.Lat, l.Lon, int64(l.At)}
	}
	return r
}

func decodeVehicle(raw jsontext.Value) (*projections.FleetVehicle, error) {
	var r vehicleRow
	if err := json.Unmarshal(raw, &r); err != nil {
		return nil, err
	}
	v := &projections.FleetVehicle{
		VIN: r.VIN, Life: r.Life, RegistrationNumber: r.Plate, CustomerID: r.Customer, CustomerName: r.Name, Overrides: r.Overrides,
		Status: statusOf(r.Status), Since: domain.Instant(r.Since), LastHeartbeat: domain.Instant(r.Last), RegisteredAt: domain.Instant(r.Registered),
	}
	if l := r.Location; l != nil {
		v.Location = &domain.LocationAt{Lat: l.Lat, Lon: l.Lon, At: domain.Instant(l.At)}
	}
	return v, nil
}

type customerRow struct {
	ID        domain.CustomerID `json:"id"`
	Name      string            `json:"name"`
	Overrides domain.Overrides  `json:"overrides,omitzero"`
}

type metaRow struct {
	Settings domain.Settings `json:"settings"`
	Spans    []byte          `json:"spans"`
}

func decodeMeta(raw jsontext.Value) (*projections.FleetMeta, error) {
	var r metaRow
	if err := json.Unmarshal(raw, &r); err != nil {
		return nil, err
	}
	spans, err := projections.UnpackSpans(r.Spans)
	return &projections.FleetMeta{Settings: r.Settings, Spans: spans}, err
}
