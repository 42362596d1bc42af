package sqlite

import (
	"strings"

	"fleetbeat/queries"
)

// source is a statement that yields rows of hitColumns.
type source struct {
	sql  string
	args []any // string or int64
}

// open prepares a source.
func (q search) open(src source) *statement {
	if q.clash {
		src.sql = strings.Replace(src.sql, hitList, hitClashList, 1)
	}
	if q.g.Version < fleetWithClashes { // which has no keys: an older view is served until the new one is built
		src.sql = strings.Replace(src.sql, `v.plate_key`, `v.plate_folded`, 1)
	}
	s := q.prepare(src.sql)
	for _, arg := range src.args {
		switch v := arg.(type) {
		case int64:
			s.number(v)
		case string:
			s.text(v)
		}
	}
	return s
}

// byVIN returns the vehicles with the VINs asked for.
func (q search) byVIN() []source {
	sources := make([]source, 0, len(q.vins))
	for _, vin := range q.vins {
		sources = append(sources, source{hitColumns + ` WHERE vin = ?1`, []any{string(vin)}})
	}
	return sources
}

// structured returns the vehicles of the customers asked for, with these statuses; none means any.
func (q search) structured(ranks []int64) []source {
	switch {
	case len(q.customers) == 0 && len(ranks) == 0:
		return []source{{sql: hitColumns}}
	case len(q.customers) == 0:
		sources := make([]source, 0, len(ranks))
		for _, rank := range ranks {
			sources = append(sources, source{hitColumns + ` INDEXED BY fleet_status# WHERE status = ?1`, []any{rank}})
		}
		return sources
	case len(ranks) == 0:
		ranks = []int64{rankDisconnected, rankConnected, rankNeverSeen}
	}
	sources := make([]source, 0, len(q.customers)*len(ranks))
	for _, id := range q.customers {
		for _, rank := range ranks {
			sources = append(sources, source{
				hitColumns + ` INDEXED BY fleet_customer_status# WHERE customer = ?1 AND status = ?2`, []any{string(id), rank},
			})
		}
	}
	return sources
}

// bySilence returns the vehicles of the customers asked for that have been silent for long enough.
func (q search) bySilence() []source {
	if len(q.customers) == 0 {
		return []source{{hitColumns + ` INDEXED BY fleet_silent# WHERE status = 0 AND last <= ?1`, []any{int64(q.lastBy)}}}
	}
	sources := make([]source, 0, len(q.customers))
	for _, id := range q.customers {
		sources = append(sources, source{
			hitColumns + ` INDEXED BY fleet_customer_silent# WHERE status = 0 AND customer = ?1 AND last <= ?2`,
			[]any{string(id), int64(q.lastBy)},
		})
	}
	return sources
}

// paths returns the indexes to walk along for the list page: those of one side together, one side after the other.
func (q search) paths() [][]source {
	switch q.sort {
	case queries.SortStatus:
		var sides [][]source
		for _, rank := range q.ranksInOrder() {
			if side := q.sinceWithin(rank); len(side) > 0 {
				sides = append(sides, side)
			}
		}
		return sides
	case queries.SortSince:
		var side []source
		for _, rank := range q.ranksInOrder() {
			side = append(side, q.sinceWithin(rank)...)
		}
		return [][]source{side}
	case queries.SortRegistrationNumber:
		return [][]source{{q.along(` INDEXED BY fleet_plate#`, "plate_folded")}}
	case queries.SortCustomer:
		return [][]source{{q.along(` INDEXED BY fleet_customer#`, "customer_folded")}}
	}
	return [][]source{{q.along("", "")}}
}

// ranksInOrder returns the statuses asked for, in the order of the list.
func (q search) ranksInOrder() []int64 {
	var ranks []int64
	for _, rank := range []int64{rankDisconnected, rankConnected, rankNeverSeen} {
		if q.hasRank(rank) && (!q.criteria.silent || rank == rankDisconnected) {
			ranks = append(ranks, rank)
		}
	}
	if q.desc {
		for i, j := 0, len(ranks)-1; i < j; i, j = i+1, j-1 {
			ranks[i], ranks[j] = ranks[j], ranks[i]
		}
	}
	return ranks
}

// sinceWithin returns the walks along since within one status.
func (q search) sinceWithin(rank int64) []source {
	after := q.after
	if after != nil && q.sort == queries.SortStatus && after.Rank != rank {
		if (after.Rank < rank) == q.desc {
			return nil // the list page begins beyond this status
		}
		after = nil
	}
	place, since := "", []any(nil)
	if after != nil {
		place, since = ` AND (since, vin) `+q.beyond(), []any{after.Since, after.VIN}
	}
	beyond := func(parameters string) string {
		if place == "" {
			return ""
		}
		return place + parameters
	}
	tail := ` ORDER BY since` + q.direction() + `, vin` + q.direction()
	if len(q.customers) == 0 || len(q.customers) > branchesAtMost {
		return []source{{hitColumns + ` INDEXED BY fleet_status# WHERE status = ?1` + beyond(` (?2, ?3)`) + tail, append([]any{rank}, since...)}}
	}
	sources := make([]source, 0, len(q.customers))
	for _, id := range q.customers {
		sources = append(sources, source{
			hitColumns + ` INDEXED BY fleet_customer_status# WHERE customer = ?1 AND status = ?2` + beyond(` (?3, ?4)`) + tail,
			append([]any{string(id), rank}, since...),
		})
	}
	return sources
}

// along returns the walk along a column of text, or along the VINs where there is none.
func (q search) along(index, column string) source {
	src := source{sql: hitColumns + index}
	if column == "" {
		if q.after != nil {
			src.sql, src.args = src.sql+` WHERE vin `+q.beyond()+` ?1`, []any{q.after.VIN}
		}
		src.sql += ` ORDER BY vin` + q.direction()
		return src
	}
	if q.after != nil {
		src.sql += ` WHERE (` + column + `, vin) ` + q.beyond() + ` (?1, ?2)`
		src.args = []any{q.after.Text, q.after.VIN}
	}
	src.sql += ` ORDER BY ` + column + q.direction() + `, vin` + q.direction()
	return src
}

func (q search) beyond() string {
	if q.desc {
		return "<"
	}
	return ">"
}

func (q search) direction() string {
	if q.desc {
		return " DESC"
	}
	return ""
}
