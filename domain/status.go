package domain

import "time"

// Status says whether a vehicle is in contact.
type Status string

// The statuses.
const (
	NeverSeen    Status = "never_seen"
	Connected    Status = "connected"
	Disconnected Status = "disconnected"
)

// ParseStatus returns the status that text names, or the Invalid error naming field.
func ParseStatus(field, text string) (Status, error) {
	switch s := Status(text); s {
	case NeverSeen, Connected, Disconnected:
		return s, nil
	}
	return "", InvalidField(field, "%q is not one of connected, disconnected and never_seen", text)
}

// observedSilences is how many timeouts of observed silence end a contact whatever the unobserved spans: without it, a
// service that restarts more often than the timeout would never find anyone silent.
const observedSilences = 3

// Deadline returns the last moment at which a vehicle last heard at last still counts as connected: a timeout after its
// last heartbeat or, where heartbeats could not have been received since then, a timeout after the end of the last such
// span; at the latest when three timeouts of observed silence have passed.
//
// This, with [StatusAt], is the whole rule of who is connected. Liveness, the views and every answer use it and no other.
func Deadline(last Instant, timeout time.Duration, unobserved Spans) Instant {
	after := unobserved.EndedAfter(last)
	if len(after) == 0 {
		return last.Add(timeout)
	}
	deadline := after[len(after)-1].To.Add(timeout)
	silence := Instant(observedSilences * timeout.Milliseconds())
	from := last // all silence before from is counted
	for _, span := range after {
		if observed := span.From - from; observed >= silence {
			break
		} else if observed > 0 {
			silence -= observed
		}
		from = span.To
	}
	return min(deadline, from+silence)
}

// StatusAt returns the status at a moment of which everything is known: connected until the deadline has passed.
// last is zero for a vehicle that was never heard.
func StatusAt(asOf, last, deadline Instant) Status {
	switch {
	case last.IsZero():
		return NeverSeen
	case asOf > deadline:
		return Disconnected
	}
	return Connected
}

// Rule names why a vehicle has its status.
type Rule string

// The rules.
const (
	NeverHeard     Rule = "never_heard"     // never_seen
	WithinInterval Rule = "within_interval" // connected: the next heartbeat is not yet due
	Overdue        Rule = "overdue"         // connected: past its interval, within its grace
	Unobserved     Rule = "unobserved"      // connected: past its timeout, but we could not have heard it
	Silent         Rule = "silent"          // disconnected
)

// RuleFor returns why a vehicle has a status at asOf.
func RuleFor(status Status, asOf, last Instant, timeout Timeout) Rule {
	switch silence := asOf.Sub(last); {
	case status == NeverSeen:
		return NeverHeard
	case status == Disconnected:
		return Silent
	case silence <= timeout.Interval():
		return WithinInterval
	case silence <= timeout.Total():
		return Overdue
	}
	return Unobserved
}
