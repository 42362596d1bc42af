package fleet

import "time"

// Kind is what a vehicle does in a step.
type Kind uint8

// The kinds of steps.
const (
	Ping   Kind = iota // one heartbeat
	Repeat             // the same heartbeat once more, under the same id
	Upload             // the heartbeats that it kept in a coverage hole
)

// Why is why a vehicle was silent.
type Why string

// The reasons of silence.
const (
	Outage     Why = "outage"
	Hole       Why = "hole"
	MassOutage Why = "mass_outage"
)

// Step is one thing that a vehicle does.
type Step struct {
	At   time.Duration // after the start; never before the step that came before it
	Kind Kind
	Beat int32 // the number of the heartbeat; of an upload the last one
	// First is the number of an upload's first heartbeat.
	First int32
	// After says why the vehicle was silent since its last step, which was at From; empty where it was not.
	After Why
	From  time.Duration
}

// Route is where a vehicle is in its plan. [Plan.Next] moves it on; the zero Route is none, [Plan.Route] begins one.
type Route struct {
	outage, hole   Window
	last           time.Duration // of the last step
	repeatAt       time.Duration // of the second sending of the last heartbeat; 0 where there is none
	beat           int32
	kept           int32 // the first heartbeat kept in a hole; -1 where there is none
	outages, holes int32
	flags          uint8
	silent         uint8 // index into whys
}

const (
	flagOutages = 1 << iota
	flagHoles
	flagDuplicates
)

// whys are the reasons a route remembers as a number: a million of them are kept.
func whys() [4]Why { return [...]Why{"", Outage, Hole, MassOutage} }

const (
	silentNot = iota
	silentOutage
	silentHole
	silentMass
)

// Route returns the beginning of a vehicle's route.
func (p *Plan) Route(vehicle int) Route {
	r := Route{kept: -1}
	if p.has(forOutages, vehicle, p.Outages) {
		r.flags |= flagOutages
		r.outage = p.trouble(forOutage, vehicle, 0, 0)
	}
	if p.has(forHoles, vehicle, p.Holes) {
		r.flags |= flagHoles
		r.hole = p.trouble(forHole, vehicle, 0, 0)
	}
	if p.has(forDuplicates, vehicle, p.Duplicates) {
		r.flags |= flagDuplicates
	}
	return r
}

// Next returns a vehicle's next step. It never ends.
func (p *Plan) Next(vehicle int, r *Route) Step {
	if at := r.repeatAt; at > 0 {
		r.repeatAt = 0
		return r.step(Step{At: at, Kind: Repeat, Beat: r.beat - 1})
	}
	customer := p.Fleet.CustomerOf(vehicle)
	for {
		at := p.BeatAt(vehicle, r.beat)
		switch p.meets(vehicle, customer, r, at) {
		case silentOutage:
			r.silent = silentOutage
		case silentMass:
			r.silent = silentMass
		case silentHole:
			if r.silent == silentNot {
				r.silent = silentHole
			}
			if r.kept < 0 {
				r.kept = r.beat
			}
		default:
			if r.kept >= 0 {
				first := r.kept
				r.kept = -1
				return r.step(Step{At: at, Kind: Upload, First: first, Beat: r.beat - 1})
			}
			r.beat++
			r.repeatAt = p.repeat(vehicle, r, at)
			return r.step(Step{At: at, Kind: Ping, Beat: r.beat - 1})
		}
		r.beat++
	}
}

// step completes a step and moves the route on.
func (r *Route) step(s Step) Step {
	s.At = max(s.At, r.last)
	s.After, s.From = whys()[r.silent], r.last
	r.last, r.silent = s.At, silentNot
	return s
}

// meets returns what keeps a heartbeat from being heard. An outage is stronger than a hole: a vehicle without power
// keeps no heartbeats.
func (p *Plan) meets(vehicle, customer int, r *Route, at time.Duration) uint8 {
	for r.flags&flagOutages != 0 && at >= r.outage.To {
		r.outages++
		r.outage = p.trouble(forOutage, vehicle, int(r.outages), r.outage.To)
	}
	for r.flags&flagHoles != 0 && at >= r.hole.To {
		r.holes++
		r.hole = p.trouble(forHole, vehicle, int(r.holes), r.hole.To)
	}
	switch {
	case p.massOutage(at, customer):
		return silentMass
	case r.flags&flagOutages != 0 && at >= r.outage.From:
		return silentOutage
	case r.flags&flagHoles != 0 && at >= r.hole.From:
		return silentHole
	}
	return silentNot
}

// repeat returns when a heartbeat is sent again: every third of a vehicle that does so, soon after, and not from where
// nobody would hear it; 0 where it is not.
func (p *Plan) repeat(vehicle int, r *Route, at time.Duration) time.Duration {
	if r.flags&flagDuplicates == 0 {
		return 0
	}
	d := roll(p.Seed, forDuplicate, vehicle, int(r.beat))
	if d.intN(3) > 0 {
		return 0
	}
	again := at + min(d.between(50*time.Millisecond, 2*time.Second), p.Interval/4)
	if r.flags&flagHoles != 0 && again >= r.hole.From || r.flags&flagOutages != 0 && again >= r.outage.From ||
		p.massOutage(again, p.Fleet.CustomerOf(vehicle)) {
		return 0
	}
	return again
}

// Lines returns the numbers of the heartbeats of an upload in the order in which they are sent. Of three uploads one is
// in the order in which they were kept, one has been shuffled, and one is the newest first; a vehicle that sends
// heartbeats twice does so here too.
func (p *Plan) Lines(vehicle int, s Step) []int32 {
	d := roll(p.Seed, forUpload, vehicle, int(s.Beat))
	var lines []int32
	twice := p.has(forDuplicates, vehicle, p.Duplicates)
	for beat := s.First; beat <= s.Beat; beat++ {
		lines = append(lines, beat)
		if twice && d.intN(3) == 0 {
			lines = append(lines, beat)
		}
	}
	switch d.intN(3) {
	case 0:
		for i := len(lines) - 1; i > 0; i-- {
			j := d.intN(i + 1)
			lines[i], lines[j] = lines[j], lines[i]
		}
	case 1:
		for i, j := 0, len(lines)-1; i < j; i, j = i+1, j-1 {
			lines[i], lines[j] = lines[j], lines[i]
		}
	}
	return lines
}
