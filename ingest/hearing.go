package ingest

import (
	"time"

	"fleetbeat/domain"
)

// Why a node was deaf, as ingest.opened says it.
const (
	// WhySuspended is a process that did not run, or a clock that stepped or refused: nobody knows what was missed.
	WhySuspended = "suspended"
	// WhyOverloaded is heartbeats that were refused for want of room.
	WhyOverloaded = "overloaded"
	// WhyStalled is a log that stored nothing for more than five seconds.
	WhyStalled = "stalled"
)

const (
	checkEvery  = 250 * time.Millisecond // how often the node notes that it runs
	maxUnproven = time.Second            // how long it may go without having noted it
	patience    = 5 * time.Second        // how old the newest durable until may be; and how long a heartbeat may take
	idleEvery   = 500 * time.Millisecond // how often an empty batch says that time has passed
)

// phase is whether a node takes heartbeats.
type phase int

const (
	deaf      phase = iota // takes none, and must open (again) first; so it begins
	opening                // takes none; ingest.opened is on its way to the log
	listening              // takes heartbeats
)

// hearing decides when a node may take heartbeats, what its batches may promise, and since when it was deaf. It is what
// DESIGN.md argues about: pure, with the receipt time as an argument, and called under the lock alone.
type hearing struct {
	phase   phase
	checked domain.Instant // when it was last proven that the process runs

	deafFrom domain.Instant // zero before the first opening
	why      string

	promised domain.Instant // the greatest moment that any event made so far answers for: no later one goes below it
	durable  domain.Instant // the same of the events known to be in the log

	missed bool                 // somebody was not heard while the opening was on its way
	owed   *domain.IngestOpened // a span that the log must know before any batch goes further
	stop   domain.Instant       // when it stopped taking heartbeats for good, or zero
}

// observe is called first by everybody who holds the lock, with the receipt time and whether the clock refuses. After
// the stop there is nothing left to miss.
func (h *hearing) observe(now domain.Instant, refusing bool) {
	if !h.stop.IsZero() {
		return
	}
	unproven := refusing || now.Sub(h.checked) > maxUnproven
	switch {
	case h.phase == opening && unproven:
		h.miss()
	case h.phase == listening && unproven:
		h.goDeaf(WhySuspended, h.checked)
	case h.phase == listening && now.Sub(h.durable) > patience:
		h.goDeaf(WhyStalled, h.durable)
	}
}

// check notes that the process runs.
func (h *hearing) check(now domain.Instant, refusing bool) {
	h.observe(now, refusing)
	h.checked = now
}

// overflow says that heartbeats were refused for want of room.
func (h *hearing) overflow(now domain.Instant) {
	if h.phase == listening {
		h.goDeaf(WhyOverloaded, now)
	}
}

// miss says that somebody who knocked was not heard, or could not have been. Before the opening has its moment that needs
// no word: it lies after deafFrom.
func (h *hearing) miss() {
	if h.phase == opening && h.stop.IsZero() {
		h.missed = true
	}
}

// goDeaf begins a deaf span. It never begins before a moment already promised: having taken a batch proves that the node
// heard until then, and a span below the promise would contradict it.
func (h *hearing) goDeaf(why string, from domain.Instant) {
	h.phase, h.why, h.deafFrom = deaf, why, max(from, h.promised)
}

// promise returns the until of a batch that is taken now, leaving behind a heartbeat stamped left (zero: none).
func (h *hearing) promise(now, left domain.Instant) domain.Instant {
	until := h.beforeStop(now)
	if !left.IsZero() {
		until = min(until, left)
	}
	if h.phase == deaf && !h.deafFrom.IsZero() {
		until = min(until, h.deafFrom)
	}
	h.promised = max(h.promised, until)
	return h.promised
}

// open begins an opening, which is also a proof that the process runs.
func (h *hearing) open(now domain.Instant) domain.IngestOpened {
	h.phase, h.missed, h.checked = opening, false, now
	return h.span(now, h.deafFrom, h.why)
}

// opened ends an opening whose event is in the log. Heartbeats may be stamped from now on. Who knocked while the event was
// on its way, after the moment it names, was not heard then: the log is owed a second span, before any batch.
// An opening that took longer than a heartbeat may is worth nothing: the node may have been left out since. After the
// stop it is worth as much as any.
func (h *hearing) opened(at, now domain.Instant) {
	h.durable = max(h.durable, at)
	if now.Sub(at) > patience && h.stop.IsZero() {
		h.phase = listening
		h.goDeaf(WhyStalled, at)
		return
	}
	if h.missed && h.beforeStop(now) > at {
		owed := h.span(now, at, h.why)
		h.owed = &owed
	}
	h.phase, h.deafFrom, h.why = listening, 0, ""
}

// stored says that everything up to a promised moment is in the log.
func (h *hearing) stored(until domain.Instant) { h.durable = max(h.durable, until) }

// end stops the taking of heartbeats for good.
func (h *hearing) end(now domain.Instant) {
	if h.stop.IsZero() {
		h.stop = max(now, h.promised)
	}
}

// span returns the ingest.opened of a node that was deaf from a moment until now, and promises now.
func (h *hearing) span(now, from domain.Instant, why string) domain.IngestOpened {
	h.promised = max(h.promised, h.beforeStop(now))
	return domain.IngestOpened{At: h.promised, DeafFrom: from, Why: why}
}

// beforeStop returns now, or the moment from which on nothing was taken.
func (h *hearing) beforeStop(now domain.Instant) domain.Instant {
	if h.stop.IsZero() {
		return now
	}
	return min(now, h.stop)
}
