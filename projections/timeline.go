package projections

import "fleetbeat/domain"

// Timeline returns the view of the past: changes of status, unobserved spans, the feed of changes, and numbers per
// quarter of an hour.
func Timeline() View {
	return View{Name: "timeline", Version: 3, Status: true, table: table(
		on(func(_ *domain.CustomerRegistered, _ func(Key)) {},
			func(b *Batch, e *domain.CustomerRegistered) { customerChange(b, e.ID, e.At) }),
		on(func(_ *domain.CustomerChanged, _ func(Key)) {},
			func(b *Batch, e *domain.CustomerChanged) { customerChange(b, e.ID, e.At) }),
		on(func(e *domain.VehicleRegistered, touch func(Key)) { touch(TimelineVehicleKey(e.VIN)) }, timelineRegistered),
		on(func(e *domain.VehicleChanged, touch func(Key)) { touch(TimelineVehicleKey(e.VIN)) }, timelineChanged),
		on(func(e *domain.VehicleTransferred, touch func(Key)) { touch(TimelineVehicleKey(e.VIN)) }, timelineTransferred),
		on(func(e *domain.VehicleDecommissioned, touch func(Key)) { touch(TimelineVehicleKey(e.VIN)) }, timelineDecommissioned),
		on(func(_ *domain.ObservationInterrupted, touch func(Key)) { touch(TimelineSpansKey()) }, timelineInterrupted),
		on(func(e *domain.VehicleConnected, touch func(Key)) { touch(TimelineVehicleKey(e.VIN)) },
			func(b *Batch, e *domain.VehicleConnected) { timelineTransition(b, e.Transition, domain.Connected) }),
		on(func(e *domain.VehicleDisconnected, touch func(Key)) { touch(TimelineVehicleKey(e.VIN)) },
			func(b *Batch, e *domain.VehicleDisconnected) {
				timelineTransition(b, e.Transition, domain.Disconnected)
			}),
	)}
}

func timelineRegistered(b *Batch, e *domain.VehicleRegistered) {
	counted := e.At
	if v := get[TimelineVehicle](b, TimelineVehicleKey(e.VIN)); v != nil {
		count(b, v, e.At, -1)
		counted = max(v.Counted, e.At)
	}
	v := &TimelineVehicle{
		VIN: e.VIN, Life: b.place.Revision, CustomerID: e.CustomerID, RegistrationNumber: e.RegistrationNumber,
		Status: domain.NeverSeen, Since: e.At, Counted: counted, RegisteredAt: e.At,
	}
	b.put(v)
	count(b, v, counted, 1)
	vehicleChange(b, v, e.At)
}

func timelineChanged(b *Batch, e *domain.VehicleChanged) {
	if v := edit[TimelineVehicle](b, TimelineVehicleKey(e.VIN)); v != nil {
		v.RegistrationNumber = e.RegistrationNumber
		vehicleChange(b, v, e.At)
	}
}

func timelineTransferred(b *Batch, e *domain.VehicleTransferred) {
	if v := edit[TimelineVehicle](b, TimelineVehicleKey(e.VIN)); v != nil {
		v.Counted = max(v.Counted, e.At)
		count(b, v, v.Counted, -1)
		v.CustomerID = e.CustomerID
		count(b, v, v.Counted, 1)
		vehicleChange(b, v, e.At)
	}
}

func timelineDecommissioned(b *Batch, e *domain.VehicleDecommissioned) {
	if v := get[TimelineVehicle](b, TimelineVehicleKey(e.VIN)); v != nil {
		count(b, v, e.At, -1)
		vehicleChange(b, v, e.At)
		b.remove(v.Key())
	}
}

func timelineInterrupted(b *Batch, e *domain.ObservationInterrupted) {
	if get[TimelineSpans](b, TimelineSpansKey()) == nil {
		b.put(&TimelineSpans{})
	}
	if s := edit[TimelineSpans](b, TimelineSpansKey()); s != nil {
		s.Spans, _ = s.Spans.Add(e.Span)
	}
}

// timelineTransition counts for the owner at this place in the log, which may be a later one than the transition's: the
// transfer has moved the status as it was before, and only for that owner do the numbers add up.
func timelineTransition(b *Batch, t domain.Transition, status domain.Status) {
	key := TimelineVehicleKey(t.VIN)
	if v := get[TimelineVehicle](b, key); v == nil || v.Life != t.Life {
		return
	}
	v := edit[TimelineVehicle](b, key)
	if v == nil {
		return
	}
	b.put(&FeedChange{
		Position: b.place.Position, Topic: TopicTransition, VIN: v.VIN, Life: v.Life, CustomerID: t.CustomerID,
		RegistrationNumber: v.RegistrationNumber, From: v.Status, To: status, FromSince: v.Since,
		At: t.At, ProvedAt: t.ProvedAt, LastHeartbeat: t.LastHeartbeat,
	})
	v.Counted = max(v.Counted, t.At)
	count(b, v, v.Counted, -1)
	v.Status, v.Since = status, t.At
	count(b, v, v.Counted, 1)
}

func customerChange(b *Batch, id domain.CustomerID, at domain.Instant) {
	b.put(&FeedChange{Position: b.place.Position, Topic: TopicCustomer, CustomerID: id, At: at})
}

func vehicleChange(b *Batch, v *TimelineVehicle, at domain.Instant) {
	b.put(&FeedChange{
		Position: b.place.Position, Topic: TopicVehicle, VIN: v.VIN, CustomerID: v.CustomerID,
		RegistrationNumber: v.RegistrationNumber, At: at,
	})
}

// count adds n vehicles of v's owner and status to the numbers at a moment, or at the one when v was last counted if that
// is later: with the clocks of two nodes a little apart, a vehicle would otherwise leave a status before it came to it, and
// the numbers in between be below zero.
func count(b *Batch, v *TimelineVehicle, at domain.Instant, n int64) {
	at = max(at, v.Counted)
	start := at - at%domain.Instant(QuarterLength.Milliseconds())
	for _, id := range []domain.CustomerID{"", v.CustomerID} {
		q := get[Quarter](b, QuarterKey(id, start))
		if q == nil {
			q = &Quarter{CustomerID: id, Start: start}
			b.put(q)
		}
		switch v.Status {
		case domain.Connected:
			q.Connected += n
		case domain.Disconnected:
			q.Disconnected += n
		default:
			q.NeverSeen += n
		}
	}
}
