package liveness

import (
	"fmt"

	"github.com/go-json-experiment/json"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// contact is what liveness needs of a heartbeat.
type contact struct {
	VIN        vinKey           `json:"vin"`
	ReceivedAt domain.Instant   `json:"receivedAt"`
	SentAt     domain.Instant   `json:"sentAt"`
	Location   *domain.Location `json:"location"`
}

// batch is heartbeats.recorded as liveness reads it; its slice is used again and again.
type batch struct {
	Until      domain.Instant `json:"until"`
	Heartbeats []contact      `json:"heartbeats"`
}

// types are the events that liveness folds. Its own are among them: they say what another owner decided.
func types() []string {
	return []string{
		domain.TypeSettingsChanged, domain.TypeCustomerRegistered, domain.TypeCustomerChanged,
		domain.TypeVehicleRegistered, domain.TypeVehicleChanged, domain.TypeVehicleTransferred, domain.TypeVehicleDecommissioned,
		domain.TypeIngestOpened, domain.TypeHeartbeatsRecorded, domain.TypeIngestClosed,
		domain.TypeVehicleConnected, domain.TypeVehicleDisconnected, domain.TypeObservationInterrupted, domain.TypeFleetEvaluated,
	}
}

// Fold takes one event of the log, in its order. What it proves is gathered: see Decided. An error wraps
// eventstore.ErrCorrupt; the state is then as it was.
//
// index is the number of transitions and spans that are recorded under this event and were applied before: those that
// it still proves are numbered from there. It is 0 but for the event at which a crash cut the recording short.
func (s *State) Fold(r eventstore.Recorded, index int, into *batch) error {
	s.cause = domain.Cause{Stream: r.Stream, Revision: int64(r.Revision), Index: index}
	if r.Type == domain.TypeHeartbeatsRecorded {
		*into = batch{Heartbeats: into.Heartbeats[:0]}
		if err := json.Unmarshal(r.Data, into); err != nil {
			return fmt.Errorf("event %d of %q: %w: %w", r.Revision, r.Stream, eventstore.ErrCorrupt, err)
		}
		s.recorded(r.Stream, int64(r.Revision), into)
		return nil
	}
	event, err := eventstore.Decode(r)
	if err != nil {
		return err
	}
	switch e := event.(type) {
	case *domain.IngestOpened:
		s.opened(r.Stream, int64(r.Revision), e)
	case *domain.IngestClosed:
		s.closed(r.Stream, int64(r.Revision), e)
	default:
		s.foldRegistry(int32(r.Revision), event)
	}
	return nil
}

func (s *State) foldRegistry(revision int32, event domain.Event) {
	switch e := event.(type) {
	case *domain.SettingsChanged:
		s.settings = e.Settings
		s.reconsider(func(*vehicle) bool { return true })
	case *domain.CustomerRegistered:
		s.customers[s.customer(e.ID)].overrides = e.Overrides
	case *domain.CustomerChanged:
		number := s.customer(e.ID)
		if c := &s.customers[number]; !c.overrides.Equal(e.Overrides) {
			c.overrides = e.Overrides
			s.reconsider(func(v *vehicle) bool { return v.customer == number })
		}
	case *domain.VehicleRegistered:
		s.remove(keyOf(e.VIN)) // an earlier life
		v := s.at(s.add(keyOf(e.VIN)))
		v.life, v.customer = revision, s.customer(e.CustomerID)
		v.override(e.Overrides)
		s.counts[neverSeen]++
	case *domain.VehicleDecommissioned:
		s.remove(keyOf(e.VIN))
	case *domain.VehicleChanged:
		if n := s.find(keyOf(e.VIN)); n != 0 {
			s.at(n).override(e.Overrides)
			s.reconsiderOne(n)
		}
	case *domain.VehicleTransferred:
		if n := s.find(keyOf(e.VIN)); n != 0 {
			s.at(n).customer = s.customer(e.CustomerID)
			s.reconsiderOne(n)
		}
	}
}

// remove forgets a vehicle, if there is one.
func (s *State) remove(k vinKey) {
	if n := s.find(k); n != 0 {
		s.counts[s.at(n).status]--
		s.table.remove(k)
	}
}

// recorded folds a batch: first the contact, then the time that has passed.
func (s *State) recorded(stream string, revision int64, b *batch) {
	n := s.node(stream)
	if n == nil { // its ingest.opened has expired
		s.opened(stream, revision, &domain.IngestOpened{At: b.Until})
		n = s.node(stream)
	} else if revision > n.Revision+1 {
		s.blind = max(s.blind, b.Until)
	}
	n.Revision = revision
	for i := range b.Heartbeats {
		s.heard(n.Floor, &b.Heartbeats[i])
	}
	s.newest = max(s.newest, b.Until)
	if n.Open {
		n.Until = max(n.Until, b.Until)
		s.leaveOut()
		s.advance()
	}
}

// heard folds one heartbeat. Evidence only moves forward.
func (s *State) heard(floor domain.Instant, c *contact) {
	n := s.find(c.VIN)
	if n == 0 {
		return // not registered at this place of the log
	}
	v := s.at(n)
	if c.Location != nil {
		measured := domain.Heartbeat{ReceivedAt: c.ReceivedAt, SentAt: c.SentAt}.MeasuredAt()
		if measured >= v.locatedAt {
			v.lat, v.lon, v.locatedAt = c.Location.Lat, c.Location.Lon, measured
		}
	}
	stamp := max(c.ReceivedAt, floor)
	if stamp <= v.last {
		return
	}
	v.last = stamp
	if v.status == connected || !s.deciding {
		return
	}
	// What comes so late that the contact it proves is over by now is no transition.
	if domain.StatusAt(s.w, stamp, domain.Deadline(stamp, s.timeout(v), s.spans)) == domain.Connected {
		s.become(n, connected, stamp)
	}
}

// advance moves the watermark to the least until of the open nodes, if that is ahead, and finds who is silent.
func (s *State) advance() {
	least := domain.Instant(0)
	for _, n := range s.nodes {
		if n.Open && (least == 0 || n.Until < least) {
			least = n.Until
		}
	}
	if least <= s.w {
		return
	}
	s.w = least
	if !s.deciding {
		return
	}
	s.wheel.advance(s.w, s.at, func(n uint32, v *vehicle) {
		if v.status != connected {
			return
		}
		deadline := s.deadline(v)
		if domain.StatusAt(s.w, v.last, deadline) == domain.Connected {
			s.wheel.put(n, v, deadline)
			return
		}
		s.change(n, disconnected, deadline, deadline)
	})
	s.settle()
}

// reconsider asks again, at the watermark, for the status of the vehicles whose timeout changed.
func (s *State) reconsider(affected func(*vehicle) bool) {
	if !s.deciding {
		return
	}
	s.each(func(n uint32, v *vehicle) {
		if affected(v) {
			s.reconsiderVehicle(n, v)
		}
	})
	s.settle()
}

func (s *State) reconsiderOne(n uint32) {
	if s.deciding {
		s.reconsiderVehicle(n, s.at(n))
		s.settle()
	}
}

func (s *State) reconsiderVehicle(n uint32, v *vehicle) {
	if v.status == neverSeen {
		return
	}
	deadline := s.deadline(v)
	is := domain.StatusAt(s.w, v.last, deadline)
	switch {
	case v.status == connected && is == domain.Disconnected:
		s.change(n, disconnected, max(deadline, s.w), deadline)
	case v.status == connected:
		s.wheel.put(n, v, deadline)
	case is == domain.Connected:
		s.change(n, connected, s.w, deadline)
	}
}
