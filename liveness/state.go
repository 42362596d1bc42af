package liveness

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"fleetbeat/domain"
)

// leftOutAfter is how far a node may fall behind the greatest until of the open nodes before it is left out.
const leftOutAfter = 10 * time.Second

// forgotten is how long a node that is closed or left out is remembered, so that a late batch of it does not open it.
const forgotten = 24 * time.Hour

// spansKept is how much observed time must follow an unobserved span before it is forgotten: three of the longest
// timeouts there can be, after which no contact from before it can still hold.
const spansKept = 3 * (domain.MaxIntervalSeconds + domain.MaxGraceSeconds) * time.Second

// node is one that receives heartbeats.
type node struct {
	Stream   string         `json:"stream"`
	Revision int64          `json:"revision"` // of its last event
	Until    domain.Instant `json:"until"`    // every heartbeat it received before this moment is in the log
	Floor    domain.Instant `json:"floor"`    // the watermark when it opened: older stamps count as this
	Open     bool           `json:"open"`
}

// State is everything liveness knows at one place of the log. It belongs to one goroutine.
type State struct {
	table
	wheel    wheel
	settings domain.Settings
	nodes    []node         // sorted by stream
	w        domain.Instant // the watermark
	newest   domain.Instant // the greatest until seen
	vacant   domain.Instant // since when no node is open; zero while one is, and before the first
	spans    domain.Spans
	blind    domain.Instant // batches before this moment have expired unread: who was connected may have been heard until then
	counts   [3]int64       // vehicles by status
	deciding bool           // false while recorded transitions say what was decided

	cause   domain.Cause // of what the event being folded proves; its Index is the next
	decided []domain.Event
	due     []due
}

// due is a vehicle whose status changes by the passing of time or by a change of timeout.
type due struct {
	at       domain.Instant // when the change became true
	deadline domain.Instant
	n        uint32
	to       status
}

// NewState returns the state before the first event. It takes recorded transitions until Decide is called.
func NewState() *State {
	return &State{
		table:    newTable(),
		wheel:    newWheel(0),
		settings: domain.Settings{IntervalSeconds: domain.DefaultIntervalSeconds, GraceSeconds: domain.DefaultGraceSeconds},
	}
}

// Watermark returns the moment up to which everything is known; zero before the first node opened.
func (s *State) Watermark() domain.Instant { return s.w }

// Newest returns the greatest until of any batch.
func (s *State) Newest() domain.Instant { return s.newest }

// Counts returns the number of vehicles by status.
func (s *State) Counts() map[domain.Status]int64 {
	return map[domain.Status]int64{
		domain.NeverSeen: s.counts[neverSeen], domain.Connected: s.counts[connected], domain.Disconnected: s.counts[disconnected],
	}
}

// Decide ends the time in which recorded transitions say what was decided: from here on folding decides.
func (s *State) Decide() {
	s.deciding = true
	s.wheel = newWheel(s.w)
	s.each(func(n uint32, v *vehicle) {
		v.slot = 0
		if v.status == connected {
			s.wheel.put(n, v, s.deadline(v))
		}
	})
}

// deadline returns the deadline of a vehicle that was heard. For one that is disconnected, only what was unobserved
// before that moved it; one that is connected was so all the time whose batches have expired.
func (s *State) deadline(v *vehicle) domain.Instant {
	last, spans := max(v.last, s.blind), s.spans
	if v.status == disconnected {
		last, spans = v.last, spans.Begun(v.since)
	}
	return domain.Deadline(last, s.timeout(v), spans)
}

func (s *State) timeout(v *vehicle) time.Duration {
	return domain.Resolve(s.settings, s.customers[v.customer].overrides, v.overrides()).Total()
}

// change gathers that a vehicle's status changes; settle makes it so.
func (s *State) change(n uint32, to status, at, deadline domain.Instant) {
	s.due = append(s.due, due{at: at, deadline: deadline, n: n, to: to})
}

// settle makes the gathered changes true, ordered by deadline, then VIN.
func (s *State) settle() {
	slices.SortFunc(s.due, func(a, b due) int {
		return cmp.Or(cmp.Compare(a.deadline, b.deadline), bytes.Compare(s.at(a.n).vin[:], s.at(b.n).vin[:]))
	})
	for _, d := range s.due {
		s.become(d.n, d.to, d.at)
	}
	s.due = s.due[:0]
}

// become changes a vehicle's status and records the transition, stamped with at, but never before the previous one.
func (s *State) become(n uint32, to status, at domain.Instant) {
	v := s.at(n)
	at = max(at, v.since)
	s.setStatus(v, to, at)
	t := domain.Transition{
		VIN: domain.VIN(v.vin[:]), Life: int64(v.life), CustomerID: s.customers[v.customer].id,
		At: at, ProvedAt: at, LastHeartbeat: v.last, Cause: s.nextCause(),
	}
	if v.locatedAt != 0 {
		t.LastLocation = &domain.LocationAt{Lat: v.lat, Lon: v.lon, At: v.locatedAt}
	}
	if to == connected {
		s.wheel.put(n, v, s.deadline(v))
		s.decided = append(s.decided, &domain.VehicleConnected{Transition: t})
		return
	}
	t.ProvedAt = max(at, s.w)
	s.decided = append(s.decided, &domain.VehicleDisconnected{Transition: t})
}

func (s *State) setStatus(v *vehicle, to status, since domain.Instant) {
	s.counts[v.status]--
	s.counts[to]++
	v.status, v.since = to, since
}

// nextCause returns the cause of the next thing that the event being folded proves.
func (s *State) nextCause() domain.Cause {
	cause := s.cause
	s.cause.Index++
	return cause
}

// unobserved adds a span. One that adds nothing to what is known moves no deadline and is not recorded.
func (s *State) unobserved(span domain.Span, why string) {
	if !s.deciding {
		return // the recorded span says so
	}
	spans, more := s.spans.Add(span)
	if !more {
		return
	}
	s.setSpans(spans)
	s.decided = append(s.decided, &domain.ObservationInterrupted{Span: span, Why: why, Cause: s.nextCause()})
}

func (s *State) setSpans(spans domain.Spans) {
	for len(spans) > 1 && spans.Observed(spans[0].To, s.w) > spansKept {
		spans = spans[1:]
	}
	s.spans = spans
}
