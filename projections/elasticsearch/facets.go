package elasticsearch

import (
	"cmp"
	"slices"
	"strconv"

	"fleetbeat/domain"
	"fleetbeat/queries"
)

func rangeKey(i int) string { return strconv.Itoa(i) }

// sinceOf returns the numbers that lastAfter counted, in the order of its moments.
func sinceOf(a aggregation, moments int) []int64 {
	since := make([]int64, moments)
	for _, b := range a.parts().Buckets {
		if i, err := strconv.Atoi(b.text()); err == nil && i >= 0 && i < moments {
			since[i] = b.Count
		}
	}
	return since
}

// countsOf returns numbers by status.
func countsOf(a aggregation) (counts queries.Counts) {
	for _, b := range a.parts().Buckets {
		switch b.text() {
		case rankDisconnected:
			counts.Disconnected = b.Count
		case rankConnected:
			counts.Connected = b.Count
		case rankNeverSeen:
			counts.NeverSeen = b.Count
		}
	}
	return counts
}

// totalOf returns how many vehicles have a status that is asked for.
func totalOf(counts queries.Counts, statuses []domain.Status) int64 {
	if len(statuses) == 0 {
		return counts.Connected + counts.Disconnected + counts.NeverSeen
	}
	var total int64
	for _, status := range unique(statuses) {
		switch status {
		case domain.Connected:
			total += counts.Connected
		case domain.Disconnected:
			total += counts.Disconnected
		default:
			total += counts.NeverSeen
		}
	}
	return total
}

// facetsOf returns the facets of an answer, customers without their names.
func (s search) facetsOf(a aggregations) *queries.Facets {
	by := map[domain.CustomerID]*queries.FacetCustomer{}
	count := func(part aggregation) {
		for _, b := range part.parts().Buckets {
			id := domain.CustomerID(b.text())
			if by[id] == nil {
				by[id] = &queries.FacetCustomer{CustomerRef: queries.CustomerRef{ID: id}}
			}
			by[id].Total += b.Count
		}
	}
	facets := &queries.Facets{}
	if c := a.Customers; c.Disconnected != nil && c.Rest != nil {
		count(*c.Disconnected)
		for _, customer := range by {
			customer.Disconnected = customer.Total
		}
		count(*c.Rest)
		facets.AtLeast = c.Disconnected.parts().Others+c.Rest.parts().Others > 0
	}
	customers := make([]queries.FacetCustomer, 0, len(by))
	for _, c := range by {
		customers = append(customers, *c)
	}
	slices.SortFunc(customers, func(a, b queries.FacetCustomer) int {
		return cmp.Or(cmp.Compare(b.Disconnected, a.Disconnected), cmp.Compare(b.Total, a.Total), cmp.Compare(a.ID, b.ID))
	})
	facets.Customers = customers[:min(len(customers), queries.FacetCustomers):min(len(customers), queries.FacetCustomers)]
	facets.SilentFor = queries.SilentSteps(sinceOf(a.Silence, len(queries.SilentMoments(s.asOf))), a.Silence.Count)
	return facets
}
