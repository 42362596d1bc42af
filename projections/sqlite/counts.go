package sqlite

import (
	"context"
	"fmt"

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

// countedEach returns the counters of each of these customers, of all where there are none.
func (t tables) countedEach(customers []domain.CustomerID) (map[domain.CustomerID]ranked, error) {
	sums := map[domain.CustomerID]ranked{}
	for _, id := range unique(customers) {
		sum, err := t.counted([]domain.CustomerID{id})
		if err != nil {
			return nil, err
		}
		sums[id] = sum
	}
	if len(customers) > 0 {
		return sums, nil
	}
	s := t.prepare(`SELECT customer, status, n FROM fleet_counters# WHERE customer > ''`)
	err := s.run(func() error {
		id := domain.CustomerID(s.nextText())
		sum := sums[id]
		sum[s.nextNumber()] += s.nextNumber()
		sums[id] = sum
		return nil
	})
	return sums, err
}

// silentBy returns how many disconnected vehicles of these customers, or of all, were last heard at by or earlier.
func (t tables) silentBy(customers []domain.CustomerID, by domain.Instant) (n int64, err error) {
	if len(customers) == 0 {
		counts, err := t.counted(nil)
		if err != nil {
			return 0, err
		}
		since, err := t.silentSince(wholeFleet, []domain.Instant{by})
		if err != nil {
			return 0, err
		}
		return counts[rankDisconnected] - since[0], nil
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
	err := f.views.answer(ctx, fleetView, func(t tables) (err error) {
		found, err = t.countsByCustomer(ids)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count vehicles by customer: %w", err)
	}
	return found, nil
}

// countsByCustomer returns the counters of these customers, or of all where ids is nil, but for those without vehicles.
func (t tables) countsByCustomer(ids []domain.CustomerID) (map[domain.CustomerID]queries.Counts, error) {
	found := make(map[domain.CustomerID]queries.Counts, len(ids))
	if ids != nil && len(ids) == 0 {
		return found, nil // countedEach would take none for all
	}
	sums, err := t.countedEach(ids)
	for id, sum := range sums {
		if id != wholeFleet && sum.sum() > 0 {
			found[id] = sum.public()
		}
	}
	return found, err
}

// NumbersByCustomer returns the counters of these customers, each with the vehicle that has been disconnected the longest: the
// first in the index of its disconnected vehicles.
func (f *Fleet) NumbersByCustomer(ctx context.Context, ids []domain.CustomerID) (map[domain.CustomerID]queries.CustomerNumbers, error) {
	var found map[domain.CustomerID]queries.CustomerNumbers
	err := f.views.answer(ctx, fleetView, func(t tables) error {
		counts, err := t.countsByCustomer(append([]domain.CustomerID{}, ids...)) // never nil: that would be all
		if err != nil {
			return err
		}
		found = make(map[domain.CustomerID]queries.CustomerNumbers, len(counts))
		s := t.prepare(`SELECT vin, plate, since FROM fleet_vehicles# INDEXED BY fleet_customer_status#
			WHERE customer = ?1 AND status = 0 ORDER BY since, vin LIMIT 1`)
		for id, n := range counts {
			numbers := queries.CustomerNumbers{Counts: n}
			if n.Disconnected > 0 {
				err = s.text(string(id)).run(func() error {
					numbers.Longest = &queries.Disconnection{
						VIN: domain.VIN(s.nextText()), RegistrationNumber: s.nextText(), Since: s.nextInstant(),
					}
					return nil
				})
			}
			if err != nil {
				return err
			}
			found[id] = numbers
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the numbers of customers: %w", err)
	}
	return found, nil
}

// RankEveryCustomer returns the counters of all customers, each with the moment since which its longest disconnection lasts. It
// goes along the counters and the index of disconnected vehicles, both in order of customers, and looks at no vehicle: a
// question a customer, in any other order or with its vehicle, took up to twenty times as long.
func (f *Fleet) RankEveryCustomer(ctx context.Context) (map[domain.CustomerID]queries.CustomerRank, error) {
	var found map[domain.CustomerID]queries.CustomerRank
	err := f.views.answer(ctx, fleetView, func(t tables) error {
		found = map[domain.CustomerID]queries.CustomerRank{}
		s := t.prepare(`SELECT customer, status, n, CASE status WHEN 0 THEN (
				SELECT since FROM fleet_vehicles# INDEXED BY fleet_customer_status#
				WHERE customer = c.customer AND status = 0 ORDER BY since LIMIT 1) END
			FROM fleet_counters# AS c WHERE customer > '' AND n > 0`)
		return s.run(func() error {
			id, rank, n := domain.CustomerID(s.nextText()), s.nextNumber(), s.nextNumber()
			customer := found[id]
			switch rank {
			case rankDisconnected:
				customer.Counts.Disconnected, customer.Longest = n, s.nextInstant()
			case rankConnected:
				customer.Counts.Connected = n
			default:
				customer.Counts.NeverSeen = n
			}
			found[id] = customer
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("rank customers: %w", err)
	}
	return found, nil
}
