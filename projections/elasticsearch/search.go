package elasticsearch

import (
	"slices"

	"fleetbeat/domain"
	"fleetbeat/queries"
)

// search is one question for a list page.
type search struct {
	criteria
	order
	after  *sortKey // the place after which the list page begins
	n      int      // how many hits are wanted
	facets bool
	asOf   domain.Instant
}

// page returns the search for the hits alone. Nothing is counted, so it ends where no better ones can follow: of a million
// vehicles it looks at few.
func (s search) page() object {
	question := object{
		"query": all(slices.Concat([]object{alive()}, s.owner, s.rest, s.clashes(), s.customers, s.silence, s.statuses)),
		"sort":  s.sorting(), "size": s.n, "track_total_hits": false, "_source": []string{"row"},
	}
	if s.after != nil {
		question["search_after"] = s.order.after(*s.after)
	}
	return question
}

// numbers returns the search for counts and facets. The server keeps the answer until rows change.
func (s search) numbers() object {
	base, narrow := slices.Concat(s.owner, s.rest, s.clashes()), slices.Concat(s.customers, s.silence)
	aggs := object{}
	if s.facets {
		aggs["counts"] = within(narrow, byStatus())
		aggs["customers"] = object{
			"filter": all(slices.Concat(s.silence, s.statuses)), "aggs": object{
				"disconnected": within([]object{term("status", rankDisconnected)}, byCustomer(s.limits.facets)),
				"rest":         within([]object{terms("status", []string{rankConnected, rankNeverSeen})}, byCustomer(s.limits.facets)),
			},
		}
		silence := slices.Concat(s.customers, s.statuses, []object{term("status", rankDisconnected)})
		aggs["silence"] = within(silence, lastAfter(queries.SilentMoments(s.asOf)))
	} else {
		base = append(base, narrow...)
		aggs["counts"] = byStatus()
	}
	return object{"query": all(base), "size": 0, "track_total_hits": false, "aggs": aggs}
}

// within counts buckets of the documents that match some queries too.
func within(queries []object, by object) object {
	if len(queries) == 0 {
		return by
	}
	return object{"filter": all(queries), "aggs": object{"by": by}}
}

func byStatus() object { return object{"terms": object{"field": "status", "size": 3}} }

// byCustomer counts each of up to n customers. Each shard tells of as many, so that no number misses a shard's part. Numbers by
// status are those of one status after the other: buckets within buckets took ten times as long.
func byCustomer(n int) object {
	return object{"terms": object{"field": "customer", "size": n, "shard_size": n}}
}

// lastAfter counts those last heard after each of some moments.
func lastAfter(moments []domain.Instant) object {
	ranges := make([]object, 0, len(moments))
	for i, moment := range moments {
		ranges = append(ranges, object{"key": rangeKey(i), "from": int64(moment) + 1})
	}
	return object{"range": object{"field": "last", "ranges": ranges}}
}
