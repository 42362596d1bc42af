package simulate

import (
	"sync"
	"time"

	"fleetbeat/simulate/fleet"
)

// job is something to send: a step of a vehicle.
type job struct {
	vehicle int
	step    fleet.Step
	attempt int // 0 for the first
}

// entry is a job's place in the schedule. A vehicle's next step is kept with the vehicle: a million entries are sorted.
type entry struct {
	at      time.Duration
	vehicle int32
	again   *job // of a retry
}

// schedule hands out what is due, in the order of its moments: a heap with four children a node, which is half as deep as
// one with two. It may be used by many goroutines at once.
type schedule struct {
	mu      sync.Mutex
	entries []entry
	sooner  chan struct{} // told when there is something earlier than before
}

func newSchedule(size int) *schedule {
	return &schedule{entries: make([]entry, 0, size), sooner: make(chan struct{}, 1)}
}

// add adds an entry.
func (s *schedule) add(e entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := len(s.entries)
	s.entries = append(s.entries, e)
	for i > 0 {
		parent := (i - 1) / 4
		if s.entries[parent].at <= e.at {
			break
		}
		s.entries[i] = s.entries[parent]
		i = parent
	}
	s.entries[i] = e
	if i == 0 {
		select {
		case s.sooner <- struct{}{}:
		default: // it has been told and not yet heard
		}
	}
}

// due takes the earliest entry that is due at now. Without one it returns how long it is until there is; negative where
// there is nothing at all.
func (s *schedule) due(now time.Duration) (e entry, wait time.Duration, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.entries) == 0 {
		return entry{}, -1, false
	}
	e = s.entries[0]
	if e.at > now {
		return entry{}, e.at - now, false
	}
	end := len(s.entries) - 1
	last := s.entries[end]
	s.entries[end] = entry{}
	if s.entries = s.entries[:end]; end > 0 {
		s.sink(last)
	}
	return e, 0, true
}

// sink puts an entry where it belongs, from the top.
func (s *schedule) sink(e entry) {
	i := 0
	for {
		least := 4*i + 1
		if least >= len(s.entries) {
			break
		}
		for child := least + 1; child < min(4*i+5, len(s.entries)); child++ {
			if s.entries[child].at < s.entries[least].at {
				least = child
			}
		}
		if s.entries[least].at >= e.at {
			break
		}
		s.entries[i] = s.entries[least]
		i = least
	}
	s.entries[i] = e
}

// len returns how many entries there are.
func (s *schedule) len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.entries)
}
