package elasticsearch

import (
	"encoding/base64"

	"github.com/go-json-experiment/json"

	"fleetbeat/domain"
	"fleetbeat/internal/textfold"
	"fleetbeat/projections"
	"fleetbeat/queries"
)

// sortKey is a vehicle's place in a list: what the list is sorted by, then the VIN. An order leaves unset what it does not look
// at.
type sortKey struct {
	Rank  string `json:"r,omitzero"`
	Since int64  `json:"s,omitzero"`
	Text  string `json:"t,omitzero"`
	VIN   string `json:"v"`
}

// order is how a list is sorted.
type order struct {
	sort queries.Sort
	desc bool
}

// sorting returns the fields by which the list is sorted.
func (o order) sorting() []object {
	fields := map[queries.Sort][]string{
		queries.SortStatus: {"place"}, queries.SortSince: {"since"}, queries.SortRegistrationNumber: {"plate"},
		queries.SortCustomer: {"name"},
	}[o.sort]
	direction := "asc"
	if o.desc {
		direction = "desc"
	}
	var sorting []object
	for _, field := range append(fields, "vin") {
		sorting = append(sorting, object{field: direction})
	}
	return sorting
}

// after returns a place as the values of those fields.
func (o order) after(k sortKey) []any {
	switch o.sort {
	case queries.SortStatus:
		return []any{placeOfStatus(k.Rank, k.Since), k.VIN}
	case queries.SortSince:
		return []any{k.Since, k.VIN}
	case queries.SortRegistrationNumber, queries.SortCustomer:
		return []any{k.Text, k.VIN}
	}
	return []any{k.VIN}
}

// placeOfStatus returns one number that orders by status and then by since: a list sorted by one number need not look at every
// vehicle, one sorted by two must.
func placeOfStatus(rank string, since int64) int64 {
	const room = 1 << 54 // for moments before and after 1970, of any rank
	switch rank {
	case rankDisconnected:
		return since
	case rankConnected:
		return room + since
	}
	return 2*room + since
}

// key returns the place of a vehicle.
func (o order) key(v *projections.FleetVehicle) sortKey {
	k := sortKey{VIN: string(v.VIN)}
	switch o.sort {
	case queries.SortStatus:
		k.Rank, k.Since = rankOf(v.Status), int64(v.Since)
	case queries.SortSince:
		k.Since = int64(v.Since)
	case queries.SortRegistrationNumber:
		k.Text = textfold.Fold(v.RegistrationNumber)
	case queries.SortCustomer:
		k.Text = textfold.Fold(v.CustomerName)
	}
	return k
}

// cursor is the last place of a list page, with the order that it is a place of.
type cursor struct {
	Sort queries.Sort `json:"o"`
	Desc bool         `json:"d,omitzero"`
	sortKey
}

// write returns a cursor as text.
func (o order) write(last sortKey) (string, error) {
	raw, err := json.Marshal(cursor{Sort: o.sort, Desc: o.desc, sortKey: last})
	return base64.RawURLEncoding.EncodeToString(raw), err
}

// read returns the place that a cursor names, nil for none, or the Invalid error.
func (o order) read(text string) (*sortKey, error) {
	if text == "" {
		return nil, nil
	}
	wrong := domain.InvalidField("cursor", "is not one that this list gave")
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, wrong
	}
	var c cursor
	if err := json.Unmarshal(raw, &c); err != nil {
		return nil, wrong
	}
	if again, err := o.write(c.sortKey); err != nil || again != text {
		return nil, wrong
	}
	return &c.sortKey, nil
}
