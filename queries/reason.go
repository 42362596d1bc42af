package queries

import (
	"fmt"
	"time"

	"fleetbeat/domain"
)

// reasonText says in plain words why a vehicle has its status.
func (d VehicleDetail) reasonText(timeout domain.Timeout) string {
	expected := d.expectation(timeout)
	silence := roughly(d.AsOf.Sub(d.LastHeartbeat))
	heard := "last heard " + clock(d.LastHeartbeat, d.AsOf)
	switch d.Reason.Rule {
	case domain.NeverHeard:
		return fmt.Sprintf("never heard since it was registered %s; %s", clock(d.RegisteredAt, d.AsOf), expected)
	case domain.WithinInterval:
		return fmt.Sprintf("heard %s ago; %s; %s", silence, expected, heard)
	case domain.Overdue:
		return fmt.Sprintf("overdue, silent for %s; %s; %s", silence, expected, heard)
	case domain.Unobserved:
		return fmt.Sprintf("silent for %s, but heartbeats could not be received all of that time, so it counts as connected until %s; %s; %s",
			silence, clock(d.Deadline, d.AsOf), expected, heard)
	}
	return fmt.Sprintf("silent for %s; %s; %s", silence, expected, heard)
}

// expectation says how often heartbeats are expected and who says so.
func (d VehicleDetail) expectation(t domain.Timeout) string {
	interval, grace := seconds(t.IntervalSeconds), seconds(t.GraceSeconds)
	if t.IntervalFrom == t.GraceFrom {
		return fmt.Sprintf("expected every %s + %s grace, set for %s", interval, grace, d.levelName(t.IntervalFrom))
	}
	return fmt.Sprintf("expected every %s, set for %s, + %s grace, set for %s",
		interval, d.levelName(t.IntervalFrom), grace, d.levelName(t.GraceFrom))
}

func (d VehicleDetail) levelName(level domain.Level) string {
	switch level {
	case domain.FromVehicle:
		return "this vehicle"
	case domain.FromCustomer:
		return d.Customer.Name
	}
	return "all vehicles"
}

// seconds writes what people type into settings, exactly: 60 s, 90 s, 5 min, 2 h.
func seconds(n int64) string {
	switch {
	case n >= 2*3600 && n%3600 == 0:
		return fmt.Sprintf("%d h", n/3600)
	case n >= 2*60 && n%60 == 0:
		return fmt.Sprintf("%d min", n/60)
	}
	return fmt.Sprintf("%d s", n)
}

// roughly writes a time as people say it, cut to a whole number of the unit below which nobody asks.
func roughly(d time.Duration) string {
	d = max(d, 0)
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int64(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int64(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int64(d.Hours()))
	}
	return fmt.Sprintf("%d days", int64(d.Hours()/24))
}

// clock writes a moment as seen from another: the date is left out where it is the same.
func clock(at, from domain.Instant) string {
	t := at.Time()
	if t.Format(time.DateOnly) == from.Time().Format(time.DateOnly) {
		return t.Format("15:04:05 UTC")
	}
	return t.Format("2006-01-02 15:04:05 UTC")
}
