package elasticsearch

import (
	"slices"

	"fleetbeat/domain"
	"fleetbeat/queries"
)

// search is one question for a list page. All of its answer, facets too, is found by one search: of one state of each shard.
type search struct {
	criteria
	order
	after  *sortKey // the place after which the list page begins
	n      int      // how many hits are wanted
	facets bool
	shards int
	asOf   domain.Instant
}

// customersOfShard is how many customers each of several shards tells of where the first ten are wanted: with up to so many, and
// none left out, the numbers are exact. One shard knows them all.
const customersOfShard = 50_000

// question returns the search. What facets ignore filters the hits after they were counted.
func (s search) question() object {
	base := slices.Concat([]object{alive()}, s.owner, s.rest, s.clashes())
	narrow := slices.Concat(s.customers, s.silence)
	after := s.statuses
	aggs := object{"counts": within(narrow, byStatus())}
	if s.facets {
		after = slices.Concat(narrow, s.statuses)
		aggs["customers"] = within(slices.Concat(s.silence, s.statuses), s.byCustomer())
		aggs["silence"] = within(slices.Concat(s.customers, s.statuses, []object{term("status", rankDisconnected)}), s.bySilence())
	} else {
		base = append(base, narrow...)
		aggs["counts"] = within(nil, byStatus())
	}
	question := object{
		"query": all(base), "sort": s.sorting(), "size": s.n, "track_total_hits": true, "_source": []string{"row"}, "aggs": aggs,
	}
	if len(after) > 0 {
		question["post_filter"] = all(after)
	}
	if s.after != nil {
		question["search_after"] = s.order.after(*s.after)
	}
	return question
}

// within counts buckets of the documents that match some queries too.
func within(queries []object, by object) object {
	return object{"filter": all(queries), "aggs": object{"by": by}}
}

func byStatus() object { return object{"terms": object{"field": "status", "size": 3}} }

// byCustomer counts the first customers in the order of facets.
func (s search) byCustomer() object {
	terms := object{
		"field": "customer", "size": queries.FacetCustomers,
		"order": []object{{"disconnected": "desc"}, {"_count": "desc"}, {"_key": "asc"}},
	}
	if s.shards > 1 {
		terms["shard_size"] = customersOfShard
	}
	return object{"terms": terms, "aggs": object{"disconnected": object{"filter": term("status", rankDisconnected)}}}
}

// bySilence counts those last heard after each of the moments between steps of silence.
func (s search) bySilence() object { return lastAfter(queries.SilentMoments(s.asOf)) }

// lastAfter counts those last heard after each of some moments. Buckets come in the order of the moments when these are newest
// first and are read by [sinceOf].
func lastAfter(moments []domain.Instant) object {
	ranges := make([]object, 0, len(moments))
	for i, moment := range moments {
		ranges = append(ranges, object{"key": rangeKey(i), "from": int64(moment) + 1})
	}
	return object{"range": object{"field": "last", "ranges": ranges}}
}
