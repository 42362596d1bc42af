package liveness

import (
	"context"
	"fmt"
	"iter"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// Apply makes a recorded transition or span true, in place of deciding it.
func (s *State) Apply(event domain.Event) {
	switch e := event.(type) {
	case *domain.VehicleConnected:
		s.apply(connected, e.Transition)
	case *domain.VehicleDisconnected:
		s.apply(disconnected, e.Transition)
	case *domain.ObservationInterrupted:
		spans, _ := s.spans.Add(e.Span)
		s.setSpans(spans)
	}
}

func (s *State) apply(to status, t domain.Transition) {
	n := s.find(keyOf(t.VIN))
	if n == 0 || int64(s.at(n).life) != t.Life {
		return // of an earlier life
	}
	v := s.at(n)
	s.setStatus(v, to, t.At)
	v.last = max(v.last, t.LastHeartbeat)
	if l := t.LastLocation; l != nil && l.At > v.locatedAt {
		v.lat, v.lon, v.locatedAt = l.Lat, l.Lon, l.At
	}
}

// causeOf returns the cause of a recorded transition or span; the zero Cause of anything else.
func causeOf(event domain.Event) domain.Cause {
	switch e := event.(type) {
	case *domain.VehicleConnected:
		return e.Cause
	case *domain.VehicleDisconnected:
		return e.Cause
	case *domain.ObservationInterrupted:
		return e.Cause
	}
	return domain.Cause{}
}

// recording reads what the stream "connections" held after a revision when reading reached its end, one event ahead of
// the fold, so that each can be applied at its cause.
type recording struct {
	ctx      context.Context
	store    eventstore.Store
	revision eventstore.Revision // of the last one taken
	cause    domain.Cause        // of the last one taken

	next  func() (eventstore.Recorded, error, bool) // nil: not reading, at first and after an error
	stop  func()
	event domain.Event // the head, once peeked
	head  eventstore.Recorded
	ended bool
}

// peek returns the first one not taken; nil when there is no more. After an error it goes on where it broke off.
func (r *recording) peek() (domain.Event, error) {
	if r.event != nil || r.ended {
		return r.event, nil
	}
	if r.next == nil {
		events := r.store.ReadStream(r.ctx, domain.ConnectionsStream, r.revision+1, eventstore.Forwards)
		r.next, r.stop = iter.Pull2(events)
	}
	head, err, more := r.next()
	if !more {
		r.ended = true
		return nil, nil
	}
	event := domain.Event(nil)
	if err == nil {
		event, err = eventstore.Decode(head)
	}
	if err != nil {
		r.close()
		return nil, fmt.Errorf("read %q after revision %d: %w", domain.ConnectionsStream, r.revision, err)
	}
	r.event, r.head = event, head
	return event, nil
}

// take takes the one that peek returned.
func (r *recording) take() {
	r.revision, r.cause, r.event = r.head.Revision, causeOf(r.event), nil
}

// due reports whether the peeked one is to be applied before event e is folded: because e is its cause, or because it
// lies at or before e itself. The latter are those whose cause has expired; all others were applied at their cause.
func (r *recording) due(e eventstore.Recorded) bool {
	return caused(causeOf(r.event), e) || !e.Position.Before(r.head.Position)
}

// caused reports whether e is the event that a cause names.
func caused(c domain.Cause, e eventstore.Recorded) bool {
	return c.Stream == e.Stream && c.Revision == int64(e.Revision)
}

// close stops reading; peek would begin again.
func (r *recording) close() {
	if r.next != nil {
		r.stop()
		r.next = nil
	}
}
