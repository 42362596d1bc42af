package simulate

import (
	"context"
	"sync"
	"time"

	"fleetbeat/simulate/fleet"
	"fleetbeat/simulate/truth"
)

// engine plays a plan: one goroutine takes from the schedule what is due and hands it to those that send. It knows
// neither HTTP nor the terminal.
type engine struct {
	plan     *fleet.Plan
	run      string // in the ids of all heartbeats
	start    time.Time
	rate     int // of sendings a second at most; 0 for no limit
	schedule *schedule
	routes   []fleet.Route
	steps    []fleet.Step // by vehicle, the next
	stats    *stats
	truth    *truth.Writer // nil: nothing is written down

	pings   chan job // single heartbeats
	probes  chan job // of them, those whose becoming visible is watched; only taken from when somebody is ready to
	uploads chan job
}

// coalesced is how much later than due something may be handed out: waking for each of thousands a second would cost more
// than sending them.
const coalesced = time.Millisecond

func newEngine(plan *fleet.Plan, connections int) *engine {
	vehicles := plan.Fleet.Vehicles()
	e := &engine{
		plan: plan, stats: &stats{}, schedule: newSchedule(vehicles + 1024),
		routes: make([]fleet.Route, vehicles), steps: make([]fleet.Step, vehicles),
		pings: make(chan job, connections), probes: make(chan job), uploads: make(chan job, 1024),
	}
	for v := range vehicles {
		e.routes[v] = plan.Route(v)
		e.steps[v] = plan.Next(v, &e.routes[v])
		e.schedule.add(entry{at: e.steps[v].At, vehicle: int32(v)})
	}
	return e
}

// dispatch hands out what is due until ctx ends, and then closes the channels. Whoever takes too long holds it up: what
// is handed out late is counted from the moment it was planned for, so a target that stalls is not spared.
func (e *engine) dispatch(ctx context.Context) {
	defer func() { close(e.pings); close(e.probes); close(e.uploads) }()
	timer := time.NewTimer(0)
	defer timer.Stop()
	pace := pacer{rate: e.rate}
	for {
		due, wait, ok := e.schedule.due(time.Since(e.start))
		if ok {
			if wait = pace.wait(time.Since(e.start)); wait > 0 && !rest(ctx, timer, wait) || !e.hand(ctx, due) {
				return
			}
			continue
		}
		if wait < 0 {
			wait = time.Hour
		}
		timer.Reset(max(wait, coalesced))
		select {
		case <-timer.C:
		case <-e.schedule.sooner:
		case <-ctx.Done():
			return
		}
	}
}

// rest waits and reports whether ctx is still alive.
func rest(ctx context.Context, timer *time.Timer, d time.Duration) bool {
	timer.Reset(d)
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// hand hands out what is due, and puts the vehicle's next step into the schedule. It returns false when ctx has ended.
func (e *engine) hand(ctx context.Context, due entry) bool {
	var j job
	if due.again != nil {
		j = *due.again
	} else {
		v := int(due.vehicle)
		j = job{vehicle: v, step: e.steps[v]}
		e.steps[v] = e.plan.Next(v, &e.routes[v])
		e.schedule.add(entry{at: e.steps[v].At, vehicle: due.vehicle})
		e.foretell(v)
	}
	to := e.pings
	switch j.step.Kind {
	case fleet.Upload:
		to = e.uploads
	case fleet.Ping:
		select {
		case e.probes <- j:
			return true
		default: // nobody watches just now
		}
	}
	select {
	case to <- j:
		return true
	case <-ctx.Done():
		return false
	}
}

// foretell writes down that a vehicle will now be silent, and what should come of it.
func (e *engine) foretell(vehicle int) {
	next := &e.steps[vehicle]
	if next.After == "" || e.truth == nil {
		return
	}
	r := truth.Record{Kind: truth.KindSilence, VIN: e.plan.Fleet.VIN(vehicle), Why: next.After, From: milliseconds(next.From), To: milliseconds(next.At)}
	if next.At-next.From > e.plan.Timeout {
		r.Disconnects, r.Connects = milliseconds(next.From+e.plan.Timeout), r.To
	}
	e.truth.Write(&r)
}

// retry puts a job that failed back into the schedule, unless the vehicle has something newer to say by then.
func (e *engine) retry(j job, in time.Duration) {
	at := time.Since(e.start) + in
	if at > j.step.At+e.plan.Interval {
		e.stats.dropped.Add(1)
		return
	}
	j.attempt++
	e.stats.retries.Add(1)
	e.schedule.add(entry{at: at, again: &j})
}

// pacer spreads what is sent to a number a second at most.
type pacer struct {
	rate int
	next time.Duration
}

// wait returns how long the next one has to wait.
func (p *pacer) wait(now time.Duration) time.Duration {
	if p.rate == 0 {
		return 0
	}
	p.next = max(p.next, now-coalesced) + time.Second/time.Duration(p.rate)
	return p.next - now - coalesced
}

// senders run the goroutines that send, and wait for all of them.
type senders struct{ sync.WaitGroup }

func (s *senders) start(n int, work func()) {
	for range n {
		s.Go(work)
	}
}
