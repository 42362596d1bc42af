package elasticsearch

import (
	"slices"

	"fleetbeat/domain"
	"fleetbeat/internal/textfold"
	"fleetbeat/queries"
)

// criteria is a filter as queries, each part on its own: facets leave some of them out.
type criteria struct {
	owner     []object // that the caller is bound to
	customers []object // asked for
	statuses  []object
	silence   []object
	rest      []object // VINs and text
	clash     bool
	clashing  []string // the keys of registration numbers that are shared, where clash
	limits    limits
}

func newCriteria(q queries.ListVehicles, asOf domain.Instant, l limits) criteria {
	f := q.Filter
	c := criteria{clash: f.Clash, limits: l}
	if q.Owner != "" {
		c.owner = []object{term("customer", string(q.Owner))}
	}
	if customers := queries.Owned(f.Customers, q.Owner); len(customers) > 0 {
		c.customers = []object{terms("customer", unique(customers))}
	}
	if len(f.Statuses) > 0 {
		ranks := make([]string, 0, len(f.Statuses))
		for _, s := range f.Statuses {
			ranks = append(ranks, rankOf(s))
		}
		c.statuses = []object{terms("status", unique(ranks))}
	}
	if f.SilentFor > 0 {
		c.silence = []object{term("status", rankDisconnected), {"range": object{"last": object{"lte": int64(asOf.Add(-f.SilentFor))}}}}
	}
	if len(f.VINs) > 0 {
		c.rest = append(c.rest, terms("vin", unique(f.VINs)))
	}
	if f.Text != "" {
		c.rest = append(c.rest, mentions(f.Text))
	}
	return c
}

// mentions is the query for vehicles that a text means: the rule of [textfold.Needle], in grams.
func mentions(text string) object {
	needle := textfold.NewNeedle(text)
	parts := []object{contains("text", needle.Text)}
	if needle.Bare != "" {
		parts = append(parts, contains("key", needle.Bare))
	}
	return object{"bool": object{"should": parts, "minimum_should_match": 1}}
}

// clashes is the query for vehicles with one of the registration numbers that are shared.
func (c criteria) clashes() []object {
	if !c.clash {
		return nil
	}
	if len(c.clashing) == 0 {
		return []object{{"match_none": object{}}}
	}
	var parts []object
	for some := range slices.Chunk(c.clashing, c.limits.terms) {
		parts = append(parts, terms("plate_key", some))
	}
	return []object{{"bool": object{"should": parts, "minimum_should_match": 1}}}
}

// unique returns values sorted, each once.
func unique[T ~string](values []T) []T {
	values = slices.Clone(values)
	slices.Sort(values)
	return slices.Compact(values)
}
