package elasticsearch

import (
	"context"
	"fmt"
	"strconv"

	"fleetbeat/domain"
	"fleetbeat/queries"
)

func rangeKey(i int) string { return strconv.Itoa(i) }

// sinceOf returns the numbers that lastAfter counted, in the order of its moments.
func sinceOf(a *aggregation, moments int) []int64 {
	since := make([]int64, moments)
	if a == nil {
		return since
	}
	for _, b := range a.Buckets {
		if i, err := strconv.Atoi(b.text()); err == nil && i >= 0 && i < moments {
			since[i] = b.Count
		}
	}
	return since
}

// countsOf returns numbers by status.
func countsOf(a *aggregation) (counts queries.Counts) {
	if a == nil {
		return counts
	}
	for _, b := range a.Buckets {
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

// counts returns the numbers of a customer's bucket.
func (b bucket) counts() queries.Counts {
	c := queries.Counts{Connected: b.Connected.Count, Disconnected: b.Disconnected.Count}
	c.NeverSeen = b.Count - c.Connected - c.Disconnected
	return c
}

// facetsOf returns the facets of an answer, customers without their names.
func (s search) facetsOf(a aggregations) *queries.Facets {
	facets := &queries.Facets{Customers: []queries.FacetCustomer{}}
	if by := a.Customers.By; by != nil {
		for _, b := range by.Buckets {
			facets.Customers = append(facets.Customers, queries.FacetCustomer{
				CustomerRef: queries.CustomerRef{ID: domain.CustomerID(b.text())}, Total: b.Count, Disconnected: b.Disconnected.Count,
			})
		}
	}
	moments := queries.SilentMoments(s.asOf)
	facets.SilentFor = queries.SilentSteps(sinceOf(a.Silence.By, len(moments)), a.Silence.Count)
	return facets
}

// CountsByCustomer returns the numbers of these customers, or of all that have vehicles where ids is nil.
func (f *Fleet) CountsByCustomer(ctx context.Context, ids []domain.CustomerID) (map[domain.CustomerID]queries.Counts, error) {
	found := map[domain.CustomerID]queries.Counts{}
	err := f.byCustomer(ctx, ids, nil, func(id domain.CustomerID, b bucket) error {
		found[id] = b.counts()
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count vehicles by customer: %w", unavailable(ctx, err))
	}
	return found, nil
}

// NumbersByCustomer returns the numbers of these customers, each with the vehicle that has been disconnected the longest.
func (f *Fleet) NumbersByCustomer(ctx context.Context, ids []domain.CustomerID) (map[domain.CustomerID]queries.CustomerNumbers, error) {
	found := map[domain.CustomerID]queries.CustomerNumbers{}
	longest := object{"longest": object{"top_hits": object{
		"size": 1, "sort": []object{{"since": "asc"}, {"vin": "asc"}}, "_source": []string{"row"},
	}}}
	err := f.byCustomer(ctx, append([]domain.CustomerID{}, ids...), longest, func(id domain.CustomerID, b bucket) error {
		numbers := queries.CustomerNumbers{Counts: b.counts()}
		rows, err := vehicles(b.Disconnected.Longest.Hits.Hits)
		for _, row := range rows {
			numbers.Longest = &queries.Disconnection{VIN: row.VIN, RegistrationNumber: row.RegistrationNumber, Since: row.Since}
		}
		found[id] = numbers
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the numbers of customers: %w", unavailable(ctx, err))
	}
	return found, nil
}

// RankEveryCustomer returns the numbers of all customers, each with the moment since which its longest disconnection lasts.
func (f *Fleet) RankEveryCustomer(ctx context.Context) (map[domain.CustomerID]queries.CustomerRank, error) {
	found := map[domain.CustomerID]queries.CustomerRank{}
	since := object{"since": object{"min": object{"field": "since"}}}
	err := f.byCustomer(ctx, nil, since, func(id domain.CustomerID, b bucket) error {
		rank := queries.CustomerRank{Counts: b.counts()}
		if at := b.Disconnected.Since.Value; at != nil {
			rank.Longest = domain.Instant(*at) // exact: milliseconds are far below 2^53
		}
		found[id] = rank
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("rank customers: %w", unavailable(ctx, err))
	}
	return found, nil
}

// customersAtOnce is how many customers one search counts; all of more are counted in parts, by searches of one state.
const customersAtOnce = 50_000

// byCustomer counts the vehicles of these customers, or of all where ids is nil, with more of those that are disconnected.
func (f *Fleet) byCustomer(ctx context.Context, ids []domain.CustomerID, more object, each func(domain.CustomerID, bucket) error) error {
	if ids != nil && len(ids) == 0 {
		return nil
	}
	query := []object{alive()}
	if ids != nil {
		query = append(query, terms("customer", unique(ids)))
	}
	disconnected := object{"filter": term("status", rankDisconnected)}
	if more != nil {
		disconnected["aggs"] = more
	}
	for parts := 1; ; parts *= 2 {
		buckets, whole, err := f.parts(ctx, parts, object{
			"size": 0, "track_total_hits": false, "query": all(query),
		}, object{"disconnected": disconnected, "connected": object{"filter": term("status", rankConnected)}})
		if err != nil {
			return err
		}
		if !whole {
			continue
		}
		for _, b := range buckets {
			if err := each(domain.CustomerID(b.text()), b); err != nil {
				return err
			}
		}
		return nil
	}
}

// parts counts customers in so many parts, and reports whether these were all.
func (f *Fleet) parts(ctx context.Context, parts int, question, each object) (buckets []bucket, whole bool, err error) {
	part := func(index string, i int) error {
		terms := object{"field": "customer", "size": customersAtOnce}
		if parts > 1 {
			terms["include"] = object{"partition": i, "num_partitions": parts}
		}
		question["aggs"] = object{"customers": object{"terms": terms, "aggs": each}}
		answer, err := f.views.search(ctx, index, question)
		whole = whole && answer.Aggregations.Customers.Others == 0
		buckets = append(buckets, answer.Aggregations.Customers.Buckets...)
		return err
	}
	if whole = true; parts == 1 {
		return buckets, whole, part(f.views.alias(), 0)
	}
	err = f.stable(ctx, func(index string) error {
		buckets, whole = nil, true
		for i := range parts {
			if err := part(index, i); err != nil || !whole {
				return err
			}
		}
		return nil
	})
	return buckets, whole, err
}

// SilentSince returns how many disconnected vehicles, of a customer or of all for none, were last heard after each of these
// moments, in their order.
func (f *Fleet) SilentSince(ctx context.Context, id domain.CustomerID, moments []domain.Instant) ([]int64, error) {
	query := []object{term("status", rankDisconnected)}
	if id != "" {
		query = append(query, term("customer", string(id)))
	}
	answer, err := f.views.search(ctx, f.views.alias(), object{
		"size": 0, "track_total_hits": false, "query": all(query), "aggs": object{"silence": lastAfter(moments)},
	})
	if err != nil {
		return nil, fmt.Errorf("count silent vehicles: %w", unavailable(ctx, err))
	}
	return sinceOf(&answer.Aggregations.Silence, len(moments)), nil
}
