package elasticsearch

import (
	"context"
	"fmt"

	"fleetbeat/domain"
	"fleetbeat/queries"
)

// tally is the numbers of a customer.
type tally struct {
	queries.Counts
	longest domain.Instant // since when the longest disconnection lasts, where that was asked for
	vehicle *queries.Disconnection
}

// CountsByCustomer returns the numbers of these customers, or of all that have vehicles where ids is nil.
func (f *Fleet) CountsByCustomer(ctx context.Context, ids []domain.CustomerID) (map[domain.CustomerID]queries.Counts, error) {
	tallies, err := f.tallies(ctx, ids, nil)
	if err != nil {
		return nil, fmt.Errorf("count vehicles by customer: %w", unavailable(ctx, err))
	}
	found := make(map[domain.CustomerID]queries.Counts, len(tallies))
	for id, t := range tallies {
		found[id] = t.Counts
	}
	return found, nil
}

// NumbersByCustomer returns the numbers of these customers, each with the vehicle that has been disconnected the longest.
func (f *Fleet) NumbersByCustomer(ctx context.Context, ids []domain.CustomerID) (map[domain.CustomerID]queries.CustomerNumbers, error) {
	tallies, err := f.tallies(ctx, append([]domain.CustomerID{}, ids...), object{"longest": object{"top_hits": object{
		"size": 1, "sort": []object{{"since": "asc"}, {"vin": "asc"}}, "_source": []string{"row"},
	}}})
	if err != nil {
		return nil, fmt.Errorf("read the numbers of customers: %w", unavailable(ctx, err))
	}
	found := make(map[domain.CustomerID]queries.CustomerNumbers, len(tallies))
	for id, t := range tallies {
		found[id] = queries.CustomerNumbers{Counts: t.Counts, Longest: t.vehicle}
	}
	return found, nil
}

// RankEveryCustomer returns the numbers of all customers, each with the moment since which its longest disconnection lasts.
func (f *Fleet) RankEveryCustomer(ctx context.Context) (map[domain.CustomerID]queries.CustomerRank, error) {
	tallies, err := f.tallies(ctx, nil, object{"since": object{"min": object{"field": "since"}}})
	if err != nil {
		return nil, fmt.Errorf("rank customers: %w", unavailable(ctx, err))
	}
	found := make(map[domain.CustomerID]queries.CustomerRank, len(tallies))
	for id, t := range tallies {
		found[id] = queries.CustomerRank{Counts: t.Counts, Longest: t.longest}
	}
	return found, nil
}

// tallies counts the vehicles of these customers, or of all where ids is nil, with more of those that are disconnected.
func (f *Fleet) tallies(ctx context.Context, ids []domain.CustomerID, more object) (found map[domain.CustomerID]*tally, err error) {
	if ids != nil && len(ids) == 0 {
		return nil, nil
	}
	var query []object
	if ids != nil {
		query = []object{terms("customer", unique(ids))}
	}
	for parts, whole := 1, false; !whole; parts *= 2 {
		count := func(at where) (err error) {
			found, whole = map[domain.CustomerID]*tally{}, true
			for part := 0; part < parts && whole && err == nil; part++ {
				whole, err = f.tallyPart(ctx, at, query, more, part, parts, found)
			}
			return err
		}
		if parts == 1 {
			err = count(now(f.views.alias()))
		} else {
			err = f.atMoment(ctx, count)
		}
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// tallyPart counts one part of the customers, and reports whether that is whole.
func (f *Fleet) tallyPart(
	ctx context.Context, at where, query []object, more object, part, parts int, found map[domain.CustomerID]*tally,
) (bool, error) {
	by := func(rank string, more object) object {
		counted := byCustomer(f.views.limits.customers)
		if parts > 1 {
			counted["terms"].(object)["include"] = object{"partition": part, "num_partitions": parts}
		}
		if more != nil {
			counted["aggs"] = more
		}
		return within([]object{term("status", rank)}, counted)
	}
	answer, err := f.views.search(ctx, at, object{
		"size": 0, "track_total_hits": false, "query": all(query), "aggs": object{
			"disconnected": by(rankDisconnected, more), "connected": by(rankConnected, nil), "neverSeen": by(rankNeverSeen, nil),
		},
	})
	if err != nil {
		return false, err
	}
	a, others := answer.Aggregations, int64(0)
	each := func(part aggregation, note func(*tally, bucket) error) {
		others += part.parts().Others
		for _, b := range part.parts().Buckets {
			id := domain.CustomerID(b.text())
			if found[id] == nil {
				found[id] = &tally{}
			}
			if failed := note(found[id], b); failed != nil {
				err = failed
			}
		}
	}
	each(a.Connected, func(t *tally, b bucket) error { t.Connected = b.Count; return nil })
	each(a.NeverSeen, func(t *tally, b bucket) error { t.NeverSeen = b.Count; return nil })
	each(a.Disconnected, (*tally).disconnected)
	return others == 0, err
}

// disconnected notes the bucket of a customer's disconnected vehicles.
func (t *tally) disconnected(b bucket) error {
	t.Disconnected = b.Count
	if at := b.Since.Value; at != nil {
		t.longest = domain.Instant(*at) // exact: milliseconds are far below 2^53
	}
	rows, err := vehicles(b.Longest.Hits.Hits)
	for _, row := range rows {
		t.vehicle = &queries.Disconnection{VIN: row.VIN, RegistrationNumber: row.RegistrationNumber, Since: row.Since}
	}
	return err
}

// SilentSince returns how many disconnected vehicles, of a customer or of all for none, were last heard after each of these
// moments, in their order.
func (f *Fleet) SilentSince(ctx context.Context, id domain.CustomerID, moments []domain.Instant) ([]int64, error) {
	query := []object{term("status", rankDisconnected)}
	if id != "" {
		query = append(query, term("customer", string(id)))
	}
	answer, err := f.views.search(ctx, now(f.views.alias()), object{
		"size": 0, "track_total_hits": false, "query": all(query), "aggs": object{"silence": lastAfter(moments)},
	})
	if err != nil {
		return nil, fmt.Errorf("count silent vehicles: %w", unavailable(ctx, err))
	}
	return sinceOf(answer.Aggregations.Silence, len(moments)), nil
}
