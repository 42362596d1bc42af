package ingest

import (
	"hash/maphash"
	"time"

	"fleetbeat/domain"
)

const (
	// remembered is for how long a heartbeat's id is known again, at least.
	remembered = 10 * time.Minute
	// maxRemembered is how many ids are known at most; beyond it the oldest are forgotten sooner.
	maxRemembered = 1_000_000
)

// seen remembers the ids of heartbeats, as 64 bits each, in two generations: the older one is dropped whole when the
// younger one is ten minutes old or holds half of what is allowed. That two ids share their 64 bits happens once in
// twenty million million; then a location is lost, and no contact. It is not safe for concurrent use.
type seen struct {
	limit      int // of one generation
	young, old map[uint64]struct{}
	since      domain.Instant
	seed       maphash.Seed
}

func newSeen(limit int) *seen {
	return &seen{limit: max(limit/2, 1), young: map[uint64]struct{}{}, seed: maphash.MakeSeed()}
}

// key returns the 64 bits that stand for an id of a VIN. It may be called by many goroutines at once.
func (s *seen) key(vin domain.VIN, id string) uint64 {
	return maphash.Comparable(s.seed, [2]string{string(vin), id})
}

// again reports whether key came before, and remembers it.
func (s *seen) again(key uint64, now domain.Instant) bool {
	if s.since.IsZero() || now.Sub(s.since) >= remembered || len(s.young) >= s.limit {
		s.old, s.young, s.since = s.young, map[uint64]struct{}{}, now
	}
	if _, known := s.young[key]; known {
		return true
	}
	_, known := s.old[key]
	s.young[key] = struct{}{}
	return known
}
