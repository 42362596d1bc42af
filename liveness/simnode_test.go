package liveness

import (
	"fmt"

	"fleetbeat/domain"
)

// simNode is a node as design and package ingest have it, in virtual time: one lock that stamps and queues, one append
// in flight, and the rule that makes it deaf.
type simNode struct {
	w      *world
	offset int64 // its clock against the true one
	fixed  bool  // the same id at each start, as the embedded node
	room   int   // heartbeats that fit into its queue

	id        string
	life      int
	state     nodeState
	suspended bool
	waiting   []func() // what waits for the process to run again
	inFlight  bool
	queue     []queued
	stamped   domain.Instant
	checked   domain.Instant
	taken     domain.Instant
	durable   domain.Instant
	deafFrom  domain.Instant
	why       string
	stopping  bool
	stopped   domain.Instant // since when it takes nothing
}

type nodeState int

const (
	down nodeState = iota
	opening
	listening
	deaf
)

type queued struct {
	v     int
	stamp domain.Instant
}

func (n *simNode) clock() domain.Instant {
	n.stamped = max(n.stamped, domain.Instant(n.w.now+n.offset))
	return n.stamped
}

// start begins a life: nothing is taken before ingest.opened is in the log.
func (n *simNode) start() {
	if n.state != down {
		return
	}
	n.life++
	n.id = "local"
	if !n.fixed {
		n.w.lives++
		n.id = fmt.Sprintf("n%d", n.w.lives)
	}
	n.state, n.queue, n.inFlight, n.stopping, n.deafFrom, n.why = opening, nil, false, false, 0, ""
	n.open()
	n.tick(n.life)
}

func (n *simNode) open() {
	at := n.clock()
	n.append(domain.IngestOpened{At: at, DeafFrom: n.deafFrom, Why: n.why}, func() {
		n.state, n.durable, n.taken, n.checked, n.deafFrom, n.why = listening, at, at, n.clock(), 0, ""
	})
}

// tick is the check every 250 ms, as long as this life lasts.
func (n *simNode) tick(life int) {
	n.w.after(250, func() {
		n.run(func() {
			if n.life != life || n.state == down {
				return
			}
			if now := n.clock(); n.state == listening && !n.suspect(now) {
				n.checked = now
			}
			n.work()
			n.tick(life)
		})
	})
}

// suspect makes the node deaf when the last check or the newest durable until is too long ago. It is asked whenever the
// node stamps or takes: a node that came back late from opening must not be heard before it has opened again.
func (n *simNode) suspect(now domain.Instant) bool {
	switch {
	case now-n.checked > 1000:
		n.goDeaf(n.checked, "suspended")
	case now-n.durable > 5000:
		n.goDeaf(n.durable, "stalled")
	}
	return n.state == deaf
}

func (n *simNode) goDeaf(from domain.Instant, why string) {
	n.state, n.deafFrom, n.why = deaf, from, why
	n.work()
}

// receive takes a heartbeat, or refuses it.
func (n *simNode) receive(v int) {
	if n.state != listening || n.suspended || n.stopping || n.suspect(n.clock()) {
		return
	}
	if len(n.queue) >= n.room {
		n.goDeaf(n.clock(), "overloaded")
		return
	}
	n.queue = append(n.queue, queued{v, n.clock()})
	n.work()
}

// work starts the next append where none is in flight.
func (n *simNode) work() {
	if n.inFlight || n.state == down || n.state == opening {
		return
	}
	now := n.clock()
	if n.state == listening && n.suspect(now) {
		return
	}
	switch {
	case len(n.queue) > 0 || n.state == listening && now-n.taken >= 500:
		n.batch(now)
	case n.stopping:
		n.append(domain.IngestClosed{At: n.stopped}, func() { n.state = down })
	case n.state == deaf:
		n.state = opening
		n.open()
	}
}

func (n *simNode) batch(until domain.Instant) {
	taken := n.queue[:min(len(n.queue), 5)]
	n.queue = n.queue[len(taken):]
	if len(n.queue) > 0 {
		until = n.queue[0].stamp
	}
	if n.state == deaf {
		until = min(until, n.deafFrom)
	}
	b := domain.HeartbeatsRecorded{Until: until}
	for _, q := range taken {
		b.Heartbeats = append(b.Heartbeats, domain.Heartbeat{VIN: vin(q.v), ID: "x", ReceivedAt: q.stamp})
	}
	n.taken = n.clock()
	stream := domain.IngestStream(n.id)
	n.append(b, func() {
		n.durable = max(n.durable, until)
		for _, q := range taken {
			if n.clock()-q.stamp <= 5000 {
				n.w.acked[q.v] = append(n.w.acked[q.v], acked{stream, q.v, q.stamp})
			}
		}
	})
}

// append takes effect at some time before its outcome is known. A crash in between leaves it to chance, but decides it
// before the same id can start again.
func (n *simNode) append(e domain.Event, known func()) {
	n.inFlight = true
	life, delay, stream := n.life, n.w.delay(), domain.IngestStream(n.id)
	at := n.w.r.Int64N(delay)
	n.w.after(at, func() {
		crashed := n.life != life || n.state == down
		if crashed && (n.fixed || n.w.r.IntN(2) == 0) {
			return
		}
		n.w.log = append(n.w.log, entry{stream, e})
	})
	n.w.after(delay, func() {
		n.run(func() {
			if n.life == life && n.state != down {
				n.inFlight = false
				known()
				n.work()
			}
		})
	})
}

// run does what the process would do, once it runs.
func (n *simNode) run(do func()) {
	if n.suspended {
		n.waiting = append(n.waiting, do)
		return
	}
	do()
}

func (n *simNode) wake() {
	n.suspended = false
	waiting := n.waiting
	n.waiting = nil
	for _, do := range waiting {
		do()
	}
}

// trouble crashes, suspends or stops the node, and lets it recover.
func (n *simNode) trouble() {
	if n.w.calm {
		return
	}
	pause := 200 + n.w.r.Int64N(6000)
	if n.w.r.IntN(4) == 0 {
		pause *= 6
	}
	switch n.w.r.IntN(3) {
	case 0:
		n.suspended = true
		n.w.after(pause, n.wake)
	case 1:
		n.state, n.queue, n.waiting = down, nil, nil
		n.w.after(pause, n.start)
	case 2:
		n.stopping, n.stopped = n.state == listening, n.clock()
		n.work()
		n.w.after(pause+15_000, n.start)
	}
	n.w.after(pause+n.w.r.Int64N(60_000), n.trouble)
}
