package elasticsearch

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"fleetbeat/domain"
	"fleetbeat/internal/textfold"
	"fleetbeat/projections"
)

// document is a row as it lies in the index.
type document struct {
	Version domain.Position `json:"version"`
	Row     jsontext.Value  `json:"row,omitzero"` // absent: a vehicle that is decommissioned
	finding
}

// finding is what documents are found and ordered by, made of their rows and never read back. Pointers of vehicles are never
// nil: what is empty must be sorted too.
type finding struct {
	VIN        domain.VIN        `json:"vin,omitzero"`
	Status     string            `json:"status,omitzero"`
	Place      *int64            `json:"place,omitzero"` // in a list by status
	Since      *int64            `json:"since,omitzero"`
	Last       *int64            `json:"last,omitzero"`
	Customer   *string           `json:"customer,omitzero"`
	Plate      *string           `json:"plate,omitzero"`
	Name       *string           `json:"name,omitzero"`
	PlateKey   *string           `json:"plate_key,omitzero"`
	Text       string            `json:"text,omitzero"` // grams of VIN, registration number and customer's name, folded
	Key        string            `json:"key,omitzero"`  // grams of the letters and digits of the registration number
	CustomerID domain.CustomerID `json:"customer_id,omitzero"`
}

// The statuses in the order of a list.
const (
	rankDisconnected = "0"
	rankConnected    = "1"
	rankNeverSeen    = "2"
)

func rankOf(s domain.Status) string {
	switch s {
	case domain.Disconnected:
		return rankDisconnected
	case domain.Connected:
		return rankConnected
	}
	return rankNeverSeen
}

func statusOf(rank string) domain.Status {
	switch rank {
	case rankDisconnected:
		return domain.Disconnected
	case rankConnected:
		return domain.Connected
	}
	return domain.NeverSeen
}

// The first characters of ids.
const (
	idVehicle  = "v:"
	idCustomer = "c:"
	idMeta     = "m:"
	idShared   = "s:"
)

// checkpointID is the document that says how far the generation is folded.
const checkpointID = "checkpoint"

// idOf returns the id of a row's document.
func idOf(key projections.Key) (string, error) {
	switch key.Kind {
	case projections.KindFleetVehicle:
		return idVehicle + key.ID, nil
	case projections.KindFleetCustomer:
		return idCustomer + key.ID, nil
	case projections.KindFleetMeta:
		return idMeta + key.ID, nil
	}
	return "", fmt.Errorf("elasticsearch keeps no rows of kind %q", key.Kind)
}

// encode returns a change as a document.
func encode(c projections.Change) (document, error) {
	d := document{Version: c.Version}
	var row any
	switch r := c.After.(type) {
	case *projections.FleetVehicle:
		row = vehicleRowOf(r)
		d.finding = findingOf(r)
	case *projections.FleetCustomer:
		row = customerRow{ID: r.ID, Name: r.Name, Overrides: r.Overrides}
		d.CustomerID = r.ID
	case *projections.FleetMeta:
		row = metaRow{Settings: r.Settings, Spans: projections.PackSpans(r.Spans)}
	case nil:
		return d, nil
	default:
		return d, fmt.Errorf("elasticsearch keeps no rows like %T", c.After)
	}
	raw, err := json.Marshal(row)
	d.Row = raw
	return d, err
}

func findingOf(v *projections.FleetVehicle) finding {
	plate, name := textfold.Fold(v.RegistrationNumber), textfold.Fold(v.CustomerName)
	return finding{
		VIN: v.VIN, Status: rankOf(v.Status), Place: ref(placeOfStatus(rankOf(v.Status), int64(v.Since))), Since: ref(int64(v.Since)), Last: ref(int64(v.LastHeartbeat)),
		Customer: ref(string(v.CustomerID)), Plate: &plate, Name: &name, PlateKey: ref(textfold.Key(v.RegistrationNumber)),
		Text: grams(textfold.Fold(string(v.VIN)), plate, name), Key: grams(textfold.LettersAndDigits(v.RegistrationNumber)),
	}
}

// decode returns the row of a document, nil for a vehicle that is decommissioned.
func decode(id string, raw jsontext.Value) (projections.Row, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	switch {
	case strings.HasPrefix(id, idVehicle):
		return decodeVehicle(raw)
	case strings.HasPrefix(id, idCustomer):
		var r customerRow
		err := json.Unmarshal(raw, &r)
		return &projections.FleetCustomer{ID: r.ID, Name: r.Name, Overrides: r.Overrides}, err
	case strings.HasPrefix(id, idMeta):
		return decodeMeta(raw)
	}
	return nil, fmt.Errorf("document %q is of no kind", id)
}
