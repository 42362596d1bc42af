package sqlite

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"fleetbeat/domain"
	"fleetbeat/projections"
)

// silenceLength is the time of last heartbeats that one counter of silence counts, in milliseconds.
const silenceLength = 300_000

// silences are changes of the numbers of disconnected vehicles of the whole fleet by the time of their last heartbeat, by the
// beginning of that time.
type silences map[int64]int64

func (c silences) add(v *projections.FleetVehicle, n int64) {
	if v != nil && v.Status == domain.Disconnected {
		c[silenceOf(v.LastHeartbeat)] += n
	}
}

func silenceOf(last domain.Instant) int64 {
	return int64(last) - (int64(last)%silenceLength+silenceLength)%silenceLength
}

func (c silences) save(t tables) error {
	for _, start := range slices.Sorted(maps.Keys(c)) {
		if c[start] == 0 {
			continue
		}
		err := t.prepare(`INSERT INTO fleet_silence# (start, n) VALUES (?1, ?2) ON CONFLICT (start) DO UPDATE SET n = n + ?2`).
			number(start).number(c[start]).run(nil)
		if err != nil {
			return err
		}
	}
	return nil
}

// SilentSince returns how many disconnected vehicles, of a customer or of all for none, were last heard after each of these
// moments, in their order. Of the whole fleet it looks at counters, and at the vehicles of five minutes a moment; of a
// customer at all its vehicles that are newer than the oldest moment, once.
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
	if id == wholeFleet && t.g.Version >= fleetWithClashes {
		return t.silentByCounters(moments)
	}
	s := t.prepare(`SELECT count(*) FROM fleet_vehicles# INDEXED BY fleet_silent# WHERE status = 0 AND last > ?1 AND last <= ?2`)
	if id != wholeFleet {
		s = t.prepare(`SELECT count(*) FROM fleet_vehicles# INDEXED BY fleet_customer_silent#
			WHERE status = 0 AND last > ?1 AND last <= ?2 AND customer = ?3`)
	}
	after := make(map[domain.Instant]int64, len(moments))
	n, until := int64(0), int64(math.MaxInt64)
	newestFirst := unique(moments)
	slices.Reverse(newestFirst)
	for _, moment := range newestFirst {
		s.number(int64(moment)).number(until)
		if id != wholeFleet {
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

// silentByCounters adds up the counters after each moment and counts the rest of the one that the moment lies in.
func (t tables) silentByCounters(moments []domain.Instant) ([]int64, error) {
	whole := t.prepare(`SELECT coalesce(sum(n), 0) FROM fleet_silence# WHERE start > ?1`)
	rest := t.prepare(`SELECT count(*) FROM fleet_vehicles# INDEXED BY fleet_silent# WHERE status = 0 AND last > ?1 AND last < ?2`)
	found := make([]int64, len(moments))
	for i, moment := range moments {
		start := silenceOf(moment)
		if err := whole.number(start).run(func() error { found[i] += whole.nextNumber(); return nil }); err != nil {
			return nil, err
		}
		err := rest.number(int64(moment)).number(start + silenceLength).run(func() error { found[i] += rest.nextNumber(); return nil })
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}
