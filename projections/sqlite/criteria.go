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
	text      textfold.Needle
	nothing   bool // no vehicle can match
	clash     bool // only registration numbers that are used twice
	owner     domain.CustomerID
	ownClash  map[string]bool // the keys of registration numbers that owner uses twice; nil without an owner
}

func newCriteria(q queries.ListVehicles, asOf domain.Instant) criteria {
	f := q.Filter
	c := criteria{vins: unique(f.VINs), text: textfold.NewNeedle(f.Text), clash: f.Clash, owner: q.Owner}
	for _, s := range f.Statuses {
		c.ranks = append(c.ranks, rankOf(s))
	}
	c.ranks = unique(c.ranks)
	c = c.of(unique(queries.Owned(f.Customers, q.Owner)))
	if len(c.vins) > 0 {
		c.wanted = make(map[string]bool, len(c.vins))
		for _, vin := range c.vins {
			c.wanted[string(vin)] = true
		}
	}
	if f.SilentFor > 0 {
		c.silent, c.lastBy = true, asOf.Add(-f.SilentFor)
	}
	// No stored text has control characters, and the full-text index would read some as an end.
	c.nothing = strings.ContainsFunc(c.text.Text, unicode.IsControl)
	return c
}

// of returns the criteria with other customers; none means any.
func (c criteria) of(customers []domain.CustomerID) criteria {
	c.customers, c.owned = customers, nil
	if len(customers) > 0 {
		c.owned = make(map[string]bool, len(customers))
		for _, id := range customers {
			c.owned[string(id)] = true
		}
	}
	return c
}

// loose returns the criteria without the parts that facets ignore, but with the owner's bounds.
func (c criteria) loose() criteria {
	c.silent = false
	if c.owner != "" {
		return c.of([]domain.CustomerID{c.owner})
	}
	return c.of(nil)
}

// unique returns values sorted, each once.
func unique[T ~string | ~int64](values []T) []T {
	values = slices.Clone(values)
	slices.Sort(values)
	return slices.Compact(values)
}

// plain reports whether counters can count the matches.
func (c criteria) plain() bool { return c.structural() && !c.silent }

// structural reports whether customer, status and silence alone say what matches.
func (c criteria) structural() bool { return len(c.vins) == 0 && c.text.Text == "" && !c.clash }

// hasRank reports whether a status is one that was asked for.
func (c criteria) hasRank(rank int64) bool {
	return len(c.ranks) == 0 || slices.Contains(c.ranks, rank)
}

// hitColumns are what is looked at to find and to order vehicles.
const (
	hitList    = `SELECT v.id, v.vin, v.status, v.since, v.last, v.customer, v.plate_folded, v.customer_folded, v.plate_key`
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
	hitPlateKey
	hitClash // only where clashes are looked for
)

// hitClashList is hitList with whether the registration number is used twice.
const hitClashList = hitList + `, EXISTS (SELECT 1 FROM fleet_clashes# AS c WHERE c.id = v.id)`

// match reports whether the row at hand, of hitColumns, is meant, whatever its status.
func (c criteria) match(s *statement) bool { return c.isSilent(s) && c.hasCustomer(s) && c.found(s) }

// isSilent reports whether the row at hand has been silent for as long as is asked for.
func (c criteria) isSilent(s *statement) bool {
	return !c.silent || s.ColumnInt64(hitStatus) == rankDisconnected && s.ColumnInt64(hitLast) <= int64(c.lastBy)
}

// hasCustomer reports whether the row at hand belongs to a customer that is asked for.
func (c criteria) hasCustomer(s *statement) bool {
	return c.owned == nil || c.owned[s.ColumnText(hitCustomer)]
}

// found reports whether VIN, clash and text of the row at hand are what is asked for.
func (c criteria) found(s *statement) bool {
	if c.wanted != nil && !c.wanted[s.ColumnText(hitVIN)] || c.clash && !c.clashes(s) {
		return false
	}
	return c.text.Text == "" ||
		c.text.In(s.ColumnText(hitVIN), s.ColumnText(hitPlate), s.ColumnText(hitPlateKey), s.ColumnText(hitCustomerName))
}

// clashes reports whether the row at hand has a registration number that is used twice. For a bound caller what others
// have does not exist: only the owner's own count.
func (c criteria) clashes(s *statement) bool {
	if c.ownClash != nil {
		return c.ownClash[s.ColumnText(hitPlateKey)]
	}
	return s.ColumnInt64(hitClash) != 0
}
