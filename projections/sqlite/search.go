package sqlite

import (
	"errors"

	"fleetbeat/queries"
)

const (
	// few is how many rows are rather all looked at and sorted than found by walking along an index that is in order.
	few = 4_000
	// walkAtMost is after how many rows a walk along an index is given up: where no more of them match, those that do are
	// looked for by what they have in common.
	walkAtMost = 50_000
	// branchesAtMost is how many customers are walked along side by side.
	branchesAtMost = 32
	// countAtMost is how many matches of a text are counted.
	countAtMost = 10_000
)

// search is one question for a list page.
type search struct {
	tables
	criteria
	order
	after  *sortKey // the place after which the list page begins
	n      int      // how many hits are wanted
	facets *facets  // told of what is looked at, where they are wanted and can be found on the way
}

// found is what a search found. Counts are of all statuses; where exact is false, counts and total are at least so many.
type found struct {
	hits   []hit
	counts ranked
	total  int64
	exact  bool
}

// run finds the list page and the numbers.
func (q search) run() (found, error) {
	switch {
	case q.nothing:
		return found{exact: true}, nil
	case len(q.vins) > 0:
		return q.gather(q.byVIN(), 0)
	case q.plain():
		counts, err := q.counted(q.customers)
		if err != nil {
			return found{}, err
		}
		return q.page(counts, q.structured(q.ranks))
	case q.structural():
		n, err := q.silentBy(q.customers, q.lastBy)
		if err != nil {
			return found{}, err
		}
		return q.page(ranked{rankDisconnected: n}, q.bySilence())
	}
	return q.bySearching()
}

// page finds the list page where the numbers are known. sources are where all matches are.
func (q search) page(counts ranked, sources []source) (found, error) {
	answer := found{counts: counts, total: counts.of(q.criteria), exact: true}
	if answer.total == 0 {
		return answer, nil
	}
	var err error
	walked := false
	if answer.total > few || q.ordered() {
		answer.hits, walked, err = q.walk()
	}
	if err == nil && !walked {
		var all found
		all, err = q.gather(sources, 0)
		answer.hits = all.hits
	}
	return answer, err
}

// bySearching finds the matches of a text or of clashes: all of those where they are few.
func (q search) bySearching() (found, error) {
	sources, err := q.searchSources()
	if err != nil {
		return found{}, err
	}
	answer, err := q.gather(sources, countAtMost)
	if err != nil || answer.exact {
		return answer, err
	}
	hits, walked, err := q.walk()
	if err == nil && !walked {
		q.facets.restart()
		return q.gather(sources, 0) // counted on the way
	}
	answer.hits = hits
	return answer, err
}

// searchSources returns where the matches of a text or of clashes are, among as few others as can be known beforehand.
func (q search) searchSources() ([]source, error) {
	if q.clash {
		return []source{{sql: hitList + ` FROM fleet_clashes# AS k CROSS JOIN fleet_vehicles# AS v ON v.id = k.id`}}, nil
	}
	if q.silent {
		n, err := q.silentBy(q.customers, q.lastBy)
		if err != nil || n <= few {
			return q.bySilence(), err
		}
	}
	counts, err := q.counted(q.customers)
	indexed, ok := textQuery(q.text)
	if err != nil || !ok || counts.sum() <= few {
		return q.structured(nil), err
	}
	return []source{{
		sql: hitList + ` FROM fleet_text# CROSS JOIN fleet_vehicles# AS v ON v.id = fleet_text#.rowid
			WHERE fleet_text# MATCH ?1`,
		args: []any{indexed},
	}}, nil
}

// errEnough ends a statement of which no more rows are wanted.
var errEnough = errors.New("enough")

// gather looks at all rows of sources, counts the matches and keeps the first of them. With atMost, it gives up once
// there are more matches than that.
func (q search) gather(sources []source, atMost int64) (found, error) {
	answer := found{exact: true}
	first := best{order: q.order, n: q.n}
	for _, source := range sources {
		s := q.open(source)
		err := s.run(func() error {
			if !q.match(s) {
				return nil
			}
			rank := s.ColumnInt64(hitStatus)
			q.facets.add(q.criteria, s)
			answer.counts[rank]++
			if atMost > 0 && answer.counts.sum() > atMost {
				answer.exact = false
				return errEnough
			}
			if !q.hasRank(rank) {
				return nil
			}
			answer.total++
			if key := q.key(s); q.after == nil || q.compare(*q.after, key) < 0 {
				first.add(hit{s.ColumnInt64(hitID), key})
			}
			return nil
		})
		if errors.Is(err, errEnough) {
			return answer, nil
		}
		if err != nil {
			return found{}, err
		}
	}
	answer.hits = first.trim()
	return answer, nil
}

// walk goes along indexes that are in the order of the list. false means that it gave up.
func (q search) walk() ([]hit, bool, error) {
	first := best{order: q.order, n: q.n}
	looked, gaveUp := 0, false
	for _, side := range q.paths() {
		if len(first.hits) >= q.n {
			break // all that follows comes after
		}
		for _, path := range side {
			kept := 0
			s := q.open(path)
			err := s.run(func() error {
				if looked++; looked > walkAtMost {
					gaveUp = true
					return errEnough
				}
				if !q.match(s) || !q.hasRank(s.ColumnInt64(hitStatus)) {
					return nil
				}
				first.hits = append(first.hits, hit{s.ColumnInt64(hitID), q.key(s)})
				if kept++; kept == q.n {
					return errEnough
				}
				return nil
			})
			if err != nil && !errors.Is(err, errEnough) {
				return nil, false, err
			}
			if gaveUp {
				return nil, false, nil
			}
		}
	}
	return first.trim(), true, nil
}

// ordered reports whether an index holds exactly the matches in the order of the list.
func (q search) ordered() bool {
	return q.plain() && len(q.customers) <= branchesAtMost && (q.sort == queries.SortStatus || q.sort == queries.SortSince)
}
