package queries

import (
	"cmp"
	"encoding/base64"
	"math"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"fleetbeat/domain"
	"fleetbeat/internal/textfold"
)

// customerOrder is how a list of customers is sorted.
type customerOrder struct {
	Sort CustomerSort `json:"o"`
	Desc bool         `json:"d,omitzero"`
}

// customerPlace is a customer's place in a list. An order leaves unset what it does not look at.
type customerPlace struct {
	Number int64             `json:"n,omitzero"`
	Share  float64           `json:"s,omitzero"`
	Name   string            `json:"t,omitzero"` // folded
	ID     domain.CustomerID `json:"i"`
}

// customerCursor is the last place of a list page, with the order that it is a place of.
type customerCursor struct {
	customerOrder
	customerPlace
}

// noShare is the share of connected vehicles where there are none: after all shares.
const noShare = 2

// place returns a customer's place. Equal shares are equal numbers: a division of whole numbers is rounded in one way only.
func (o customerOrder) place(l *listed) customerPlace {
	p := customerPlace{Name: l.name, ID: l.id}
	counts := l.rank.Counts
	all := counts.Connected + counts.Disconnected + counts.NeverSeen
	switch o.Sort {
	case SortBeyond:
		p.Number = l.beyond
		if all > 0 {
			p.Share = float64(counts.Disconnected) / float64(all)
		}
	case SortVehicles:
		p.Number = all
	case SortConnected:
		p.Share = noShare
		if all > 0 {
			p.Share = float64(counts.Connected) / float64(all)
		}
	case SortDisconnected:
		p.Number = counts.Disconnected
	case SortNeverSeen:
		p.Number = counts.NeverSeen
	case SortLongest:
		if p.Number = int64(l.rank.Longest); l.rank.Longest.IsZero() {
			p.Number = math.MaxInt64
		}
	}
	return p
}

// compare compares two places in the list.
func (o customerOrder) compare(a, b customerPlace) int {
	if o.Desc {
		a, b = b, a
	}
	return cmp.Or(cmp.Compare(a.Number, b.Number), cmp.Compare(a.Share, b.Share), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
}

// sort puts customers in order.
func (o customerOrder) sort(customers []Customer) {
	type placed struct {
		customerPlace
		customer Customer
	}
	all := make([]placed, len(customers))
	for i, l := range listedOf(customers) {
		all[i] = placed{o.place(&l), customers[i]}
	}
	slices.SortFunc(all, func(a, b placed) int { return o.compare(a.customerPlace, b.customerPlace) })
	for i := range all {
		customers[i] = all[i].customer
	}
}

// write returns a cursor as text.
func (o customerOrder) write(last customerPlace) (string, error) {
	raw, err := json.Marshal(customerCursor{o, last})
	return base64.RawURLEncoding.EncodeToString(raw), err
}

// read returns the place that a cursor names, nil for none, or the Invalid error where it is none of this order.
func (o customerOrder) read(text string) (*customerPlace, error) {
	if text == "" {
		return nil, nil
	}
	wrong := domain.InvalidField("cursor", "is not one that this list gave")
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, wrong
	}
	var c customerCursor
	if err := json.Unmarshal(raw, &c); err != nil {
		return nil, wrong
	}
	if again, err := o.write(c.customerPlace); err != nil || again != text {
		return nil, wrong
	}
	return &c.customerPlace, nil
}

// customerPage is the places of one list page.
type customerPage struct {
	places []customerPlace
	total  int64 // of all matches
	more   bool  // whether there are matches beyond the page
}

func (p customerPage) ids() []domain.CustomerID {
	ids := make([]domain.CustomerID, len(p.places))
	for i, place := range p.places {
		ids[i] = place.ID
	}
	return ids
}

// page finds the first n matches of a text that come after a place, or from the first on; all of them where n is 0.
func (o customerOrder) page(customers []listed, text string, after *customerPlace, n int) customerPage {
	var page customerPage
	text = textfold.Fold(text)
	enough := 4*n + 64 // are sorted at once; then most of what follows comes after the last, and is passed by
	var last *customerPlace
	trim := func() {
		slices.SortFunc(page.places, o.compare)
		if n > 0 && len(page.places) > n {
			page.places, page.more = page.places[:n], true
			worst := page.places[n-1]
			last = &worst
		}
	}
	for i := range customers {
		l := &customers[i]
		if !strings.Contains(l.name, text) && !strings.Contains(l.address, text) {
			continue
		}
		page.total++
		place := o.place(l)
		switch {
		case after != nil && o.compare(*after, place) >= 0:
			continue
		case last != nil && o.compare(*last, place) < 0:
			continue // there are more already
		}
		page.places = append(page.places, place)
		if n > 0 && len(page.places) >= enough {
			trim()
		}
	}
	trim()
	return page
}
