package sqlite

import (
	"cmp"
	"encoding/base64"
	"slices"

	"github.com/go-json-experiment/json"

	"fleetbeat/domain"
	"fleetbeat/queries"
)

// sortKey is a vehicle's place in a list: what the list is sorted by, then the VIN. Numbers come before text; an order
// leaves unset what it does not look at.
type sortKey struct {
	Rank  int64  `json:"r,omitzero"`
	Since int64  `json:"s,omitzero"`
	Text  string `json:"t,omitzero"`
	VIN   string `json:"v"`
}

func compareKeys(a, b sortKey) int {
	return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Since, b.Since), cmp.Compare(a.Text, b.Text), cmp.Compare(a.VIN, b.VIN))
}

// order is how a list is sorted.
type order struct {
	sort queries.Sort
	desc bool
}

// compare compares two places in the list.
func (o order) compare(a, b sortKey) int {
	if o.desc {
		a, b = b, a
	}
	return compareKeys(a, b)
}

// key returns the place of the row at hand, of hitColumns.
func (o order) key(s *statement) sortKey {
	k := sortKey{VIN: s.ColumnText(hitVIN)}
	switch o.sort {
	case queries.SortStatus:
		k.Rank, k.Since = s.ColumnInt64(hitStatus), s.ColumnInt64(hitSince)
	case queries.SortSince:
		k.Since = s.ColumnInt64(hitSince)
	case queries.SortRegistrationNumber:
		k.Text = s.ColumnText(hitPlate)
	case queries.SortCustomer:
		k.Text = s.ColumnText(hitCustomerName)
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
	var c cursor
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	if err == nil {
		if again, writeErr := o.write(c.sortKey); writeErr != nil || again != text {
			return nil, invalidCursor()
		}
		return &c.sortKey, nil
	}
	return nil, invalidCursor()
}

func invalidCursor() error { return domain.InvalidField("cursor", "is not one that this list gave") }

// hit is a vehicle that matches.
type hit struct {
	id  int64
	key sortKey
}

// best keeps the first few of many hits.
type best struct {
	order order
	n     int
	hits  []hit
}

func (b *best) add(h hit) {
	b.hits = append(b.hits, h)
	if len(b.hits) >= 4*b.n+64 {
		b.trim()
	}
}

// trim sorts the hits and lets go of those beyond n.
func (b *best) trim() []hit {
	slices.SortFunc(b.hits, func(x, y hit) int { return b.order.compare(x.key, y.key) })
	b.hits = b.hits[:min(len(b.hits), b.n)]
	return b.hits
}
