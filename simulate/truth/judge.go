package truth

import (
	"fmt"
	"slices"
	"time"
)

// transition is what the target told, milliseconds after the start.
type transition struct {
	at, last  int64 // last: the last heartbeat
	connected bool
}

// judge compares what a vehicle sent with what the target told of it.
type judge struct {
	timeout, tolerance int64
	proof              int64 // how much later than a deadline it may be proven: a silence that ends before is no transition
	spans              []span
	end                int64 // what became true after it is not judged
	fresh              bool  // vehicles begin as never seen; else nobody knows how
	start              time.Time
	find               func(at int64, what string)
}

// vehicle judges one vehicle: each transition has its cause, and each cause its transition.
func (j *judge) vehicle(contacts []contact, told []transition) {
	for i, t := range told {
		if t.at > j.end {
			told = told[:i]
			break
		}
	}
	for i, t := range told {
		before := j.fresh && i == 0
		if i > 0 && told[i-1].connected == t.connected || before && !t.connected {
			j.find(t.at, "it became what it was already")
		}
		if t.connected {
			j.connected(contacts, t)
		} else {
			j.disconnected(contacts, t)
		}
	}
	j.missing(contacts, told)
}

// connected wants a contact at the moment of a connection.
func (j *judge) connected(contacts []contact, t transition) {
	if !j.sentAt(contacts, t.at) {
		j.find(t.at, "it was connected by a heartbeat that it did not send")
	}
}

// sentAt reports whether one of the contacts may have been received at a moment.
func (j *judge) sentAt(contacts []contact, at int64) bool {
	return slices.ContainsFunc(contacts, func(c contact) bool {
		return int64(c.from)-j.tolerance <= at && at <= int64(c.to)+j.tolerance
	})
}

// disconnected wants silence before a disconnection, from a heartbeat that was sent and for as long as the rule says.
func (j *judge) disconnected(contacts []contact, t transition) {
	for _, c := range contacts {
		if c.sure && int64(c.from) >= t.at-j.timeout+j.tolerance && int64(c.to) <= t.at-j.tolerance {
			j.find(t.at, fmt.Sprintf("it was disconnected although the target had acknowledged a heartbeat %s before, inside its timeout of %s",
				ms(t.at-int64(c.to)), ms(j.timeout)))
			return
		}
	}
	if t.last >= -j.tolerance && !j.sentAt(contacts, t.last) {
		j.find(t.at, "its last heartbeat is said to be of "+j.moment(t.last)+", when it sent none")
	}
	due := deadlines(t.last, j.timeout, j.spans, proofLag)
	if !slices.ContainsFunc(due, func(at int64) bool { return at-j.tolerance <= t.at && t.at <= at+j.tolerance }) {
		j.find(t.at, "it was disconnected at another moment than its deadline "+j.moment(due[0]))
	}
}

// missing wants a vehicle connected after each contact that is sure, and disconnected after each silence that is.
func (j *judge) missing(contacts []contact, told []transition) {
	latest := int64(0) // what was sent by now may be received up to then
	for i, c := range contacts {
		latest = max(latest, int64(c.to))
		if !c.sure {
			continue
		}
		j.wantConnected(c, told)
		if i+1 < len(contacts) && contacts[i+1].from == c.from {
			continue // the last of those sent at one moment speaks for them
		}
		silent := j.latest(latest) + j.tolerance
		if silent > j.end || i+1 < len(contacts) && int64(contacts[i+1].from) <= silent+j.proof {
			continue
		}
		first := j.earliest(int64(c.from)) - j.tolerance
		if !slices.ContainsFunc(told, func(t transition) bool { return !t.connected && first <= t.at && t.at <= silent }) {
			j.find(silent-j.tolerance, "it should have been disconnected: the last heartbeat before was sent at "+j.moment(int64(c.from)))
		}
	}
}

// wantConnected wants a vehicle connected once a contact has been acknowledged.
func (j *judge) wantConnected(c contact, told []transition) {
	by := int64(c.to) + j.tolerance
	if by > j.end {
		return
	}
	i := len(told) - 1
	for i >= 0 && told[i].at > by {
		i--
	}
	switch {
	case i < 0 && !j.fresh || i >= 0 && told[i].connected:
	case i >= 0 && told[i].at >= int64(c.from)-j.tolerance: // the timeout ran out just then
	default:
		j.find(int64(c.from), "it should have been connected by the heartbeat sent then, which the target acknowledged")
	}
}

func (j *judge) moment(at int64) string {
	return j.start.Add(ms(at)).UTC().Format("15:04:05.000")
}

func ms(n int64) time.Duration { return time.Duration(n) * time.Millisecond }
