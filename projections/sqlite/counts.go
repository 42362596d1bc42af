package sqlite

import (
	"context"
	"fmt"
	"math"
	"slices"

	"fleetbeat/domain"
	"fleetbeat/queries"
)

// ranked are numbers of vehicles by rank.
type ranked [3]int64

func (r ranked) sum() int64 { return r[0] + r[1] + r[2] }

func (r ranked) public() queries.Counts {
	return queries.Counts{Connected: r[rankConnected], Disconnected: r[rankDisconnected], NeverSeen: r[rankNeverSeen]}
}

// of returns the numbers of the statuses that c asks for.
func (r ranked) of(c criteria) (sum int64) {
	for rank, n := range r {
		if c.hasRank(int64(rank)) {
			sum += n
		}
	}
	return sum
}

// counted returns the counters of these customers together, of all where there are none.
func (t tables) counted(customers []domain.CustomerID) (sum ranked, err error) {
	if len(customers) == 0 {
		customers = []domain.CustomerID{wholeFleet}
	}
	s := t.prepare(`SELECT status, n FROM fleet_counters# WHERE customer = ?1`)
	for _, id := range customers {
		if err := s.text(string(id)).run(func() error { sum[s.nextNumber()] += s.nextNumber(); return nil }); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// silentBy returns how many disconnected vehicles of these customers, or of all, were last heard at by or earlier.
func (t tables) silentBy(customers []domain.CustomerID, by domain.Instant) (n int64, err error) {
	if len(customers) == 0 {
		s := t.prepare(`SELECT count(*) FROM fleet_vehicles# INDEXED BY fleet_silent# WHERE status = 0 AND last <= ?1`)
		err := s.number(int64(by)).run(func() error { n = s.nextNumber(); return nil })
		return n, err
	}
	s := t.prepare(`SELECT count(*) FROM fleet_vehicles# INDEXED BY fleet_customer_silent#
		WHERE status = 0 AND customer = ?1 AND last <= ?2`)
	for _, id := range customers {
		if err := s.text(string(id)).number(int64(by)).run(func() error { n += s.nextNumber(); return nil }); err != nil {
			return n, err
		}
	}
	return n, nil
}

// CountsByCustomer returns the counters of these customers, or of all that have vehicles where ids is nil.
func (f *Fleet) CountsByCustomer(ctx context.Context, ids []domain.CustomerID) (map[domain.CustomerID]queries.Counts, error) {
	var found map[domain.CustomerID]queries.Counts
	err := f.views.answer(ctx, fleetView, func(t tables) error {
		sums := map[domain.CustomerID]ranked{}
		if ids == nil {
			s := t.prepare(`SELECT customer, status, n FROM fleet_counters# WHERE customer > ''`)
			if err := s.run(func() error {
				id := domain.CustomerID(s.nextText())
				sum := sums[id]
				sum[s.nextNumber()] += s.nextNumber()
				sums[id] = sum
				return nil
			}); err != nil {
				return err
			}
		}
		for _, id := range unique(ids) {
			sum, err := t.counted([]domain.CustomerID{id})
			if err != nil {
				return err
			}
			sums[id] = sum
		}
		found = make(map[domain.CustomerID]queries.Counts, len(sums))
		for id, sum := range sums {
			if id != wholeFleet && sum.sum() > 0 {
				found[id] = sum.public()
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count vehicles by customer: %w", err)
	}
	return found, nil
}

// SilentSince returns how many disconnected vehicles, of a customer or of all for none, were last heard after each of these
// moments, in their order. It goes through what is newer than the oldest of them once, whatever their number.
func (f *Fleet) SilentSince(ctx context.Context, id domain.CustomerID, moments []domain.Instant) ([]int64, error) {
	var found []int64
	err := f.views.answer(ctx, fleetView, func(t tables) (err error) {
		found, err = t.silentSince(id, moments)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count silent vehicles: %w", err)
	}
	return found, nil
}

func (t tables) silentSince(id domain.CustomerID, moments []domain.Instant) ([]int64, error) {
	s := t.prepare(`SELECT count(*) FROM fleet_vehicles# INDEXED BY fleet_silent# WHERE status = 0 AND last > ?1 AND last <= ?2`)
	if id != "" {
		s = t.prepare(`SELECT count(*) FROM fleet_vehicles# INDEXED BY fleet_customer_silent#
			WHERE status = 0 AND last > ?1 AND last <= ?2 AND customer = ?3`)
	}
	after := make(map[domain.Instant]int64, len(moments))
	n, until := int64(0), int64(math.MaxInt64)
	newestFirst := unique(moments)
	slices.Reverse(newestFirst)
	for _, moment := range newestFirst {
		s.number(int64(moment)).number(until)
		if id != "" {
			s.text(string(id))
		}
		if err := s.run(func() error { n += s.nextNumber(); return nil }); err != nil {
			return nil, err
		}
		after[moment], until = n, int64(moment)
	}
	found := make([]int64, len(moments))
	for i, moment := range moments {
		found[i] = after[moment]
	}
	return found, nil
}
