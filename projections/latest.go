package projections

import (
	"maps"

	"fleetbeat/domain"
)

// LatestVehicle is what every heartbeat changes of a vehicle. A vehicle has a row from its registration on, which is how
// heartbeats of unregistered VINs are told apart.
type LatestVehicle struct {
	VIN            domain.VIN
	Life           int64
	FirstHeartbeat domain.Instant // the moment of the first transition to connected: heartbeats expire, transitions do not
	LastHeartbeat  domain.Instant
	Location       *domain.LocationAt
	Readings       map[string]Reading
}

// Reading is a reading and the moment it was true.
type Reading struct {
	Value float64        `json:"value"`
	At    domain.Instant `json:"at"`
}

// Key returns the row's name.
func (v *LatestVehicle) Key() Key { return LatestKey(v.VIN) }
func (v *LatestVehicle) clone() Row {
	c := *v
	c.Readings = maps.Clone(v.Readings)
	return &c
}

// LatestKey returns the key of a vehicle's row.
func LatestKey(vin domain.VIN) Key { return Key{KindLatest, string(vin)} }

// Latest returns the view of last heartbeats, locations and readings.
func Latest() View {
	return View{Name: "latest", Version: 2, Status: true, table: table(
		on(func(e *domain.VehicleRegistered, touch func(Key)) { touch(LatestKey(e.VIN)) },
			func(b *Batch, e *domain.VehicleRegistered) {
				b.put(&LatestVehicle{VIN: e.VIN, Life: b.place.Revision})
			}),
		on(func(e *domain.VehicleDecommissioned, touch func(Key)) { touch(LatestKey(e.VIN)) },
			func(b *Batch, e *domain.VehicleDecommissioned) { b.remove(LatestKey(e.VIN)) }),
		on(func(e *domain.HeartbeatsRecorded, touch func(Key)) {
			for i := range e.Heartbeats {
				touch(LatestKey(e.Heartbeats[i].VIN))
			}
		}, latestHeartbeats),
		on(func(e *domain.VehicleConnected, touch func(Key)) { touch(LatestKey(e.VIN)) },
			func(b *Batch, e *domain.VehicleConnected) { latestTransition(b, e.Transition, true) }),
		on(func(e *domain.VehicleDisconnected, touch func(Key)) { touch(LatestKey(e.VIN)) },
			func(b *Batch, e *domain.VehicleDisconnected) { latestTransition(b, e.Transition, false) }),
		// It changes no row. A log that was restored and went its own way has one of its own, which is not folded here and so
		// shows that the heartbeats folded here may be none of that log's.
		on(func(*domain.ObservationInterrupted, func(Key)) {}, func(*Batch, *domain.ObservationInterrupted) {}),
	)}
}

func latestHeartbeats(b *Batch, e *domain.HeartbeatsRecorded) {
	for i := range e.Heartbeats {
		h := &e.Heartbeats[i]
		v := edit[LatestVehicle](b, LatestKey(h.VIN))
		if v == nil {
			continue
		}
		v.LastHeartbeat = max(v.LastHeartbeat, h.ReceivedAt)
		if h.Location == nil && len(h.Readings) == 0 {
			continue
		}
		at := h.MeasuredAt()
		if h.Location != nil && (v.Location == nil || at >= v.Location.At) {
			v.Location = &domain.LocationAt{Lat: h.Location.Lat, Lon: h.Location.Lon, At: at}
		}
		for name, value := range h.Readings {
			if known, ok := v.Readings[name]; ok && at < known.At {
				continue
			}
			if v.Readings == nil {
				v.Readings = map[string]Reading{}
			}
			v.Readings[name] = Reading{Value: value, At: at}
		}
	}
}

// latestTransition fills in what heartbeats that have expired would have given. A location of the same moment as the one
// known is no news: a heartbeat later in the log, but before the transition, may have given the other.
func latestTransition(b *Batch, t domain.Transition, connected bool) {
	key := LatestKey(t.VIN)
	if v := get[LatestVehicle](b, key); v == nil || v.Life != t.Life {
		return
	}
	v := edit[LatestVehicle](b, key)
	if v == nil {
		return
	}
	if connected && v.FirstHeartbeat.IsZero() {
		v.FirstHeartbeat = t.At
	}
	v.LastHeartbeat = max(v.LastHeartbeat, t.LastHeartbeat)
	if t.LastLocation != nil && (v.Location == nil || t.LastLocation.At > v.Location.At) {
		v.Location = t.LastLocation
	}
}
