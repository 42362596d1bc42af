package sqlite

import (
	"slices"
	"strings"
	"unicode"

	"fleetbeat/domain"
	"fleetbeat/internal/textfold"
	"fleetbeat/queries"
)

// criteria is a filter made ready to look at rows.
type criteria struct {
	customers []domain.CustomerID // empty: any; sorted, each once
	owned     map[string]bool     // the same
	ranks     []int64             // empty: any; sorted, each once
	vins      []domain.VIN        // empty: any; each once
	wanted    map[string]bool     // the same
	silent    bool                // only disconnected vehicles last heard at lastBy or earlier
	lastBy    domain.Instant
	text      string // folded; empty: any
	vinText   string // text as a VIN is written; empty where no VIN can have it
	nothing   bool   // no vehicle can match
}

func newCriteria(f queries.Filter, asOf domain.Instant) criteria {
	c := criteria{customers: unique(f.Customers), vins: unique(f.VINs), text: textfold.Fold(f.Text)}
	for _, s := range f.Statuses {
		c.ranks = append(c.ranks, rankOf(s))
	}
	c.ranks = unique(c.ranks)
	if len(c.customers) > 0 {
		c.owned = make(map[string]bool, len(c.customers))
		for _, id := range c.customers {
			c.owned[string(id)] = true
		}
	}
	if len(c.vins) > 0 {
		c.wanted = make(map[string]bool, len(c.vins))
		for _, vin := range c.vins {
			c.wanted[string(vin)] = true
		}
	}
	if f.SilentFor > 0 {
		c.silent, c.lastBy = true, asOf.Add(-f.SilentFor)
	}
	// Upper case of other letters may be ASCII: the long s would be found in every VIN with an S.
	if strings.IndexFunc(c.text, func(r rune) bool { return r > unicode.MaxASCII }) < 0 {
		c.vinText = strings.ToUpper(c.text)
	}
	// No stored text has control characters, and the full-text index would read some as an end.
	c.nothing = strings.ContainsFunc(c.text, unicode.IsControl)
	return c
}

// unique returns values sorted, each once.
func unique[T ~string | ~int64](values []T) []T {
	values = slices.Clone(values)
	slices.Sort(values)
	return slices.Compact(values)
}

// plain reports whether counters can count the matches.
func (c criteria) plain() bool { return len(c.vins) == 0 && !c.silent && c.text == "" }

// hasRank reports whether a status is one that was asked for.
func (c criteria) hasRank(rank int64) bool {
	return len(c.ranks) == 0 || slices.Contains(c.ranks, rank)
}

// hitColumns are what is looked at to find and to order vehicles.
const (
	hitList    = `SELECT v.id, v.vin, v.status, v.since, v.last, v.customer, v.plate_folded, v.customer_folded`
	hitColumns = hitList + ` FROM fleet_vehicles# AS v`
)

// The places of hitColumns.
const (
	hitID = iota
	hitVIN
	hitStatus
	hitSince
	hitLast
	hitCustomer
	hitPlate
	hitCustomerName
)

// match reports whether the row at hand, of hitColumns, is meant, whatever its status.
func (c criteria) match(s *statement) bool {
	if c.silent && (s.ColumnInt64(hitStatus) != rankDisconnected || s.ColumnInt64(hitLast) > int64(c.lastBy)) {
		return false
	}
	if c.owned != nil && !c.owned[s.ColumnText(hitCustomer)] {
		return false
	}
	if c.wanted != nil && !c.wanted[s.ColumnText(hitVIN)] {
		return false
	}
	return c.text == "" || c.vinText != "" && strings.Contains(s.ColumnText(hitVIN), c.vinText) ||
		strings.Contains(s.ColumnText(hitPlate), c.text) || strings.Contains(s.ColumnText(hitCustomerName), c.text)
}
