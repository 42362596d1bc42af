package fleet

import (
	"errors"
	"fmt"
	"time"
)

// Plan is what a fleet does. The same Plan gives the same steps, always. It is not changed while routes are taken from it,
// so any number of goroutines may.
type Plan struct {
	Fleet *Fleet
	Seed  uint64
	// Interval is the time between two heartbeats of a vehicle, Timeout how long the target lets one be silent: troubles
	// are measured in timeouts, so that some are found out and some are not.
	Interval time.Duration
	Timeout  time.Duration

	// Shares of the vehicles, from 0 to 1, that now and then are silent (Outages) or go on unheard and send what they have
	// kept when they are back (Holes), whose clocks are wrong, and that send heartbeats twice.
	Outages    float64
	Holes      float64
	BadClocks  float64
	Duplicates float64
	// MassOutageEvery is how often all vehicles of one customer are silent together; 0 is never.
	MassOutageEvery time.Duration
}

// Check returns what cannot be played, or nil.
func (p *Plan) Check() error {
	for _, share := range []struct {
		name  string
		value float64
	}{{"outages", p.Outages}, {"holes", p.Holes}, {"bad clocks", p.BadClocks}, {"duplicates", p.Duplicates}} {
		if !(share.value >= 0 && share.value <= 1) {
			return fmt.Errorf("the share of %s is from 0 to 1, not %v", share.name, share.value)
		}
	}
	switch {
	case p.Interval < MinInterval:
		return fmt.Errorf("the interval is at least %s, not %s", MinInterval, p.Interval)
	case p.Timeout <= 0:
		return errors.New("the timeout must be positive")
	case p.MassOutageEvery < 0:
		return errors.New("the time between mass outages must not be negative")
	}
	return nil
}

// MinInterval is the shortest interval that is played.
const MinInterval = 50 * time.Millisecond

// jitter is how much of an interval a heartbeat may be late. Twice the next after one that was not is still well inside
// the grace that a target gives by default.
const jitter = 0.1

// BeatAt returns when a vehicle's heartbeat of a number, from 0, is due after the start.
func (p *Plan) BeatAt(vehicle int, beat int32) time.Duration {
	phase, late := roll(p.Seed, forPhase, vehicle, 0), roll(p.Seed, forJitter, vehicle, int(beat))
	return time.Duration((phase.float() + float64(beat) + jitter*late.float()) * float64(p.Interval))
}

// has reports whether a vehicle is one of a share of all.
func (p *Plan) has(what, vehicle int, share float64) bool {
	d := roll(p.Seed, what, vehicle, 0)
	return d.float() < share
}

// Window is a time after the start.
type Window struct{ From, To time.Duration }

// troubleLimit is how many heartbeats a vehicle keeps in a hole, so that an upload stays an upload.
const troubleLimit = 500

// trouble returns a vehicle's next trouble of a kind, which begins after the last one has ended. Its length is between
// half a timeout, which a target may not notice, and four.
func (p *Plan) trouble(what, vehicle, number int, after time.Duration) Window {
	d := roll(p.Seed, what, vehicle, number)
	pause := d.between(2*p.Timeout, 6*p.Timeout)
	if number == 0 {
		pause = d.between(0, 6*p.Timeout)
	}
	from := after + pause
	return Window{from, from + min(d.between(p.Timeout/2, 4*p.Timeout), troubleLimit*p.Interval)}
}

// MassOutage returns the mass outage of a number, from 0, and whose it is: one of the ten largest customers.
func (p *Plan) MassOutage(number int) (w Window, customer int) {
	d := roll(p.Seed, forMassOutage, number, 0)
	customer = d.intN(min(10, p.Fleet.Customers()))
	from := p.MassOutageEvery/2 + time.Duration(number)*p.MassOutageEvery
	return Window{from, from + min(d.between(p.Timeout+p.Interval, 3*p.Timeout), p.MassOutageEvery)}, customer
}

// massOutage reports whether a customer's vehicles are all silent at a moment.
func (p *Plan) massOutage(at time.Duration, customer int) bool {
	if p.MassOutageEvery == 0 || at < p.MassOutageEvery/2 {
		return false
	}
	w, hit := p.MassOutage(int((at - p.MassOutageEvery/2) / p.MassOutageEvery))
	return hit == customer && at < w.To
}
