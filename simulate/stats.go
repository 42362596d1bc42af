package simulate

import (
	"sync"
	"sync/atomic"
	"time"
)

// lateAfter is how much later than planned a ping is sent and counts as late: the machine of the simulation, or the
// target, does not keep up.
const lateAfter = 250 * time.Millisecond

// stats are what is counted while a fleet plays.
type stats struct {
	pings      atomic.Int64 // heartbeats acknowledged one by one, repeats too
	duplicates atomic.Int64 // of them, those the target knew
	retries    atomic.Int64 // sendings of a heartbeat after the first that failed
	dropped    atomic.Int64 // heartbeats given up: the next was due
	late       atomic.Int64
	uploads    atomic.Int64 // answered 200
	lines      atomic.Int64 // of heartbeats in them that were taken
	rejected   atomic.Int64 // lines that were not

	answered   histogram // from sending a ping to its 202
	fromPlan   histogram // from the moment a ping was planned for to its 202
	seen       histogram // from a ping's 202 to a GET that shows it
	connects   histogram // from the receipt that connected a vehicle to its event in the feed
	disconnect histogram // from the deadline that passed to its event in the feed

	mu     sync.Mutex
	errors map[string]int64 // by kind: a status, timeout, connection, connect
}

func (s *stats) failed(kind string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.errors == nil {
		s.errors = map[string]int64{}
	}
	s.errors[kind]++
}

// failures returns a copy of the errors by kind, and their sum.
func (s *stats) failures() (byKind map[string]int64, sum int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	byKind = make(map[string]int64, len(s.errors))
	for kind, n := range s.errors {
		byKind[kind] = n
		sum += n
	}
	return byKind, sum
}
