package domain

import "time"

// The limits of timeouts, in seconds.
const (
	MinIntervalSeconds = 1
	MaxIntervalSeconds = 7 * 24 * 3600
	MaxGraceSeconds    = 7 * 24 * 3600
)

// The timeout of a new log, in seconds: half as long again as the usual minute between two heartbeats.
const (
	DefaultIntervalSeconds = 60
	DefaultGraceSeconds    = 30
)

// Settings are the interval and grace of every vehicle that neither sets its own nor has a customer who does.
type Settings struct {
	IntervalSeconds int64 `json:"intervalSeconds"`
	GraceSeconds    int64 `json:"graceSeconds"`
}

// Overrides are the interval and grace that a customer or a vehicle sets for itself; nil inherits.
type Overrides struct {
	IntervalSeconds *int64 `json:"intervalSeconds,omitzero"`
	GraceSeconds    *int64 `json:"graceSeconds,omitzero"`
}

// Equal reports whether o and p set the same.
func (o Overrides) Equal(p Overrides) bool {
	same := func(a, b *int64) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }
	return same(o.IntervalSeconds, p.IntervalSeconds) && same(o.GraceSeconds, p.GraceSeconds)
}

// Level says where an interval or a grace comes from.
type Level string

// The levels, from the farthest to the nearest; the nearest that sets a value wins.
const (
	FromGlobal   Level = "global"
	FromCustomer Level = "customer"
	FromVehicle  Level = "vehicle"
)

// Timeout is how long one vehicle may be silent and still count as connected, and where that comes from.
type Timeout struct {
	IntervalSeconds int64
	IntervalFrom    Level
	GraceSeconds    int64
	GraceFrom       Level
}

// Interval returns the time within which the next heartbeat is expected.
func (t Timeout) Interval() time.Duration { return time.Duration(t.IntervalSeconds) * time.Second }

// Total returns interval + grace.
func (t Timeout) Total() time.Duration {
	return time.Duration(t.IntervalSeconds+t.GraceSeconds) * time.Second
}

// Resolve returns the timeout of a vehicle: for interval and grace each, the nearest level that sets it wins.
func Resolve(global Settings, customer, vehicle Overrides) Timeout {
	t := Timeout{global.IntervalSeconds, FromGlobal, global.GraceSeconds, FromGlobal}
	for _, level := range []struct {
		from Level
		set  Overrides
	}{{FromCustomer, customer}, {FromVehicle, vehicle}} {
		if s := level.set.IntervalSeconds; s != nil {
			t.IntervalSeconds, t.IntervalFrom = *s, level.from
		}
		if s := level.set.GraceSeconds; s != nil {
			t.GraceSeconds, t.GraceFrom = *s, level.from
		}
	}
	return t
}

// CheckInterval returns the Invalid error of an interval out of its limits, or nil.
func CheckInterval(field string, seconds int64) error {
	if seconds < MinIntervalSeconds || seconds > MaxIntervalSeconds {
		return InvalidField(field, "must be from %d to %d seconds", MinIntervalSeconds, MaxIntervalSeconds)
	}
	return nil
}

// CheckGrace returns the Invalid error of a grace out of its limits, or nil.
func CheckGrace(field string, seconds int64) error {
	if seconds < 0 || seconds > MaxGraceSeconds {
		return InvalidField(field, "must be from 0 to %d seconds", MaxGraceSeconds)
	}
	return nil
}
