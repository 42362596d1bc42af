package fleet

import "time"

// ClockKind is how a vehicle's clock goes.
type ClockKind string

// The kinds of clocks.
const (
	ClockRight    ClockKind = "right"    // within a second
	ClockOff      ClockKind = "off"      // by minutes to years, always the same
	ClockStepping ClockKind = "stepping" // off, and every few heartbeats by something else
	ClockStuck    ClockKind = "stuck"    // says the same moment for ever, as a clock does that lost its battery
)

// Clock returns how a vehicle's clock goes.
func (p *Plan) Clock(vehicle int) ClockKind {
	if !p.has(forClocks, vehicle, p.BadClocks) {
		return ClockRight
	}
	d := roll(p.Seed, forClock, vehicle, 0)
	return [...]ClockKind{ClockOff, ClockStepping, ClockStuck}[d.intN(3)]
}

// stepEvery is how many heartbeats a stepping clock goes before it steps.
const stepEvery = 4

// SentAt returns what a vehicle's clock says when it sends a heartbeat at a moment.
func (p *Plan) SentAt(vehicle int, beat int32, at time.Time) time.Time {
	number := 1
	switch p.Clock(vehicle) {
	case ClockRight:
		d := roll(p.Seed, forClock, vehicle, 0)
		return at.Add(d.between(-time.Second, time.Second))
	case ClockStuck:
		d := roll(p.Seed, forClock, vehicle, 1)
		return time.Date(1990+d.intN(50), 1, 1, 0, 0, 0, 0, time.UTC)
	case ClockStepping:
		number = 1 + int(beat)/stepEvery
	}
	d := roll(p.Seed, forClock, vehicle, number)
	// Each of minutes, hours, days and years is as likely as the others.
	unit := [...]time.Duration{time.Minute, time.Hour, 24 * time.Hour, 365 * 24 * time.Hour}[d.intN(4)]
	off := d.between(unit, 10*unit)
	if d.intN(2) == 0 {
		off = -off
	}
	return at.Add(off)
}
