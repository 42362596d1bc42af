package sqlite

import (
	"cmp"
	"errors"
	"slices"

	"fleetbeat/domain"
	"fleetbeat/queries"
)

// facets are numbers of matches by customer and by silence, being counted. A nil one counts nothing.
type facets struct {
	moments      []domain.Instant // of the steps of silence, newest first
	customers    map[domain.CustomerID]*queries.FacetCustomer
	since        []int64 // disconnected, last heard after each of the moments
	disconnected int64
	looked       int64
}

func newFacets(asOf domain.Instant) *facets {
	f := &facets{moments: queries.SilentMoments(asOf)}
	f.restart()
	return f
}

// restart forgets what was counted.
func (f *facets) restart() {
	if f != nil {
		*f = facets{moments: f.moments, since: make([]int64, len(f.moments)), customers: map[domain.CustomerID]*queries.FacetCustomer{}}
	}
}

// add counts the row at hand, which matches c but for the parts that facets ignore.
func (f *facets) add(c criteria, s *statement) {
	if f == nil {
		return
	}
	f.looked++
	rank := s.ColumnInt64(hitStatus)
	if !c.hasRank(rank) {
		return
	}
	if c.isSilent(s) {
		f.customer(domain.CustomerID(s.ColumnText(hitCustomer)), rank)
	}
	if rank == rankDisconnected && c.hasCustomer(s) {
		f.disconnected++
		for i, moment := range f.moments {
			if s.ColumnInt64(hitLast) > int64(moment) {
				f.since[i]++
			}
		}
	}
}

func (f *facets) customer(id domain.CustomerID, rank int64) {
	c := f.customers[id]
	if c == nil {
		c = &queries.FacetCustomer{CustomerRef: queries.CustomerRef{ID: id}}
		f.customers[id] = c
	}
	c.Total++
	if rank == rankDisconnected {
		c.Disconnected++
	}
}

// narrowed reports whether the filter has a part that a facet ignores: facets then look at more than the list does.
func (c criteria) narrowed() bool {
	return c.silent || c.owner == "" && len(c.customers) > 0 || c.owner != "" && !c.owned[string(c.owner)]
}

// countFacets returns the facets of a search. Those that the search has counted on its way are as exact as it was.
func (q search) countFacets(exact bool) (*queries.Facets, error) {
	answer := &queries.Facets{AtLeast: !exact}
	var err error
	var customers []queries.FacetCustomer
	switch {
	case q.nothing:
	case q.structural():
		answer.AtLeast = false
		if customers, err = q.customersByCounters(); err == nil {
			err = q.silenceByIndex()
		}
	case q.narrowed():
		answer.AtLeast, err = q.look()
	}
	if err != nil {
		return nil, err
	}
	for _, c := range q.facets.customers {
		customers = append(customers, *c)
	}
	answer.Customers = most(customers)
	answer.SilentFor = queries.SilentSteps(q.facets.since, q.facets.disconnected)
	s := q.prepare(`SELECT name FROM fleet_customers# WHERE id = ?1`)
	for i := range answer.Customers {
		c := &answer.Customers[i]
		if err := s.text(string(c.ID)).run(func() error { c.Name = s.nextText(); return nil }); err != nil {
			return nil, err
		}
	}
	return answer, nil
}

// look counts the matches of what facets do not ignore, up to the number that is counted of any search, and reports whether
// there are more.
func (q search) look() (more bool, err error) {
	loose := q
	loose.criteria = q.loose()
	var sources []source
	if len(q.vins) > 0 {
		sources = q.byVIN()
	} else if sources, err = loose.searchSources(); err != nil {
		return false, err
	}
	q.facets.restart()
	for _, source := range sources {
		s := q.open(source)
		err := s.run(func() error {
			if !loose.match(s) {
				return nil
			}
			if q.facets.looked == countAtMost {
				return errEnough
			}
			q.facets.add(q.criteria, s)
			return nil
		})
		if errors.Is(err, errEnough) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
	}
	return false, nil
}

// compareFacets orders customers, those with most disconnected first.
func compareFacets(a, b queries.FacetCustomer) int {
	return cmp.Or(cmp.Compare(b.Disconnected, a.Disconnected), cmp.Compare(b.Total, a.Total), cmp.Compare(a.ID, b.ID))
}

// most returns the first customers, of those that have any matches.
func most(customers []queries.FacetCustomer) []queries.FacetCustomer {
	customers = slices.DeleteFunc(customers, func(c queries.FacetCustomer) bool { return c.Total == 0 })
	slices.SortFunc(customers, compareFacets)
	return append([]queries.FacetCustomer{}, customers[:min(len(customers), queries.FacetCustomers)]...)
}

// customersByCounters returns the numbers of customers where counters and the index of silence know them.
func (q search) customersByCounters() ([]queries.FacetCustomer, error) {
	all, err := q.countedEach(q.loose().customers)
	if err != nil {
		return nil, err
	}
	customers := make([]queries.FacetCustomer, 0, len(all))
	for id, counts := range all {
		c := queries.FacetCustomer{CustomerRef: queries.CustomerRef{ID: id}, Total: counts.of(q.criteria)}
		if q.hasRank(rankDisconnected) {
			c.Disconnected = counts[rankDisconnected]
		}
		if q.silent {
			c.Total = c.Disconnected
		}
		customers = append(customers, c)
	}
	if !q.silent {
		return customers, nil
	}
	return q.mostSilent(customers)
}

// mostSilent returns the customers with most vehicles that have been silent for as long as is asked for. No customer has more
// of them than disconnected vehicles, so it ends where ten have more than any that follows can have.
func (q search) mostSilent(customers []queries.FacetCustomer) ([]queries.FacetCustomer, error) {
	counts, err := q.counted(q.loose().customers)
	if err != nil {
		return nil, err
	}
	older, err := q.silentBy(q.loose().customers, q.lastBy)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(customers, compareFacets)
	var found []queries.FacetCustomer
	for _, c := range customers {
		if c.Disconnected == 0 {
			break
		}
		if len(found) == queries.FacetCustomers {
			last := found[len(found)-1]
			if c.Disconnected < last.Disconnected {
				break
			}
			if c.Disconnected == last.Disconnected && c.ID > last.ID {
				continue // at most as many
			}
		}
		n, err := q.silentOf(c, older > counts[rankDisconnected]/2)
		if err != nil {
			return nil, err
		}
		c.Total, c.Disconnected = n, n
		found = append(found, c)
		slices.SortFunc(found, compareFacets)
		found = found[:min(len(found), queries.FacetCustomers)]
	}
	return found, nil
}

// silentOf returns how many vehicles of a customer have been silent for as long as is asked for: counting them or, where most
// have, the others.
func (q search) silentOf(c queries.FacetCustomer, most bool) (int64, error) {
	if !most {
		return q.silentBy([]domain.CustomerID{c.ID}, q.lastBy)
	}
	since, err := q.silentSince(c.ID, []domain.Instant{q.lastBy})
	if err != nil {
		return 0, err
	}
	return c.Disconnected - since[0], nil
}

// silenceByIndex counts the steps of silence of the customers asked for.
func (q search) silenceByIndex() error {
	if !q.hasRank(rankDisconnected) {
		return nil
	}
	counts, err := q.counted(q.customers)
	if err != nil {
		return err
	}
	q.facets.disconnected = counts[rankDisconnected]
	ids := q.customers
	if len(ids) == 0 {
		ids = []domain.CustomerID{wholeFleet}
	}
	for _, id := range ids {
		since, err := q.silentSince(id, q.facets.moments)
		if err != nil {
			return err
		}
		for i, n := range since {
			q.facets.since[i] += n
		}
	}
	return nil
}
