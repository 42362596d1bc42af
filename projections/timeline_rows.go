package projections

import (
	"fmt"
	"time"

	"fleetbeat/domain"
)

// TimelineVehicle is where a vehicle's timeline stands.
type TimelineVehicle struct {
	VIN                domain.VIN
	Life               int64
	CustomerID         domain.CustomerID
	RegistrationNumber string
	Status             domain.Status
	Since              domain.Instant // of the status; RegisteredAt while never seen
	Counted            domain.Instant // the latest moment at which the numbers per quarter of an hour count it
	RegisteredAt       domain.Instant
}

// TimelineSpans is the one row of unobserved spans: their union.
type TimelineSpans struct {
	Spans domain.Spans
}

// Topic says what a change is about.
type Topic string

// The topics. Only transitions are part of a vehicle's timeline.
const (
	TopicTransition Topic = "transition"
	TopicVehicle    Topic = "vehicle"  // something about a vehicle's registration
	TopicCustomer   Topic = "customer" // something about a customer
)

// FeedChange is one entry of the feed of changes, by position.
type FeedChange struct {
	Position           domain.Position
	Topic              Topic
	VIN                domain.VIN        // empty for a customer
	Life               int64             // of transitions
	CustomerID         domain.CustomerID // the owner at the transition, or the customer that changed
	RegistrationNumber string
	From, To           domain.Status  // of transitions
	FromSince          domain.Instant // since when it had the status before; registration while never seen
	At                 domain.Instant
	ProvedAt           domain.Instant
	LastHeartbeat      domain.Instant
}

// Quarter is how the numbers of vehicles by status changed within a quarter of an hour, by the time at which the changes
// became true. Summing up to a quarter's end gives the numbers then.
type Quarter struct {
	CustomerID   domain.CustomerID // empty: the whole fleet
	Start        domain.Instant
	Connected    int64
	Disconnected int64
	NeverSeen    int64
}

// QuarterLength is the length of a quarter of an hour.
const QuarterLength = 15 * time.Minute

// Key returns the row's name.
func (v *TimelineVehicle) Key() Key   { return TimelineVehicleKey(v.VIN) }
func (v *TimelineVehicle) clone() Row { c := *v; return &c }

// Key returns the row's name.
func (s *TimelineSpans) Key() Key   { return TimelineSpansKey() }
func (s *TimelineSpans) clone() Row { c := *s; return &c }

// Key returns the row's name.
func (c *FeedChange) Key() Key {
	return Key{KindChange, fmt.Sprintf("%020d-%020d", c.Position.Commit, c.Position.Prepare)}
}
func (c *FeedChange) clone() Row { d := *c; return &d }

// Key returns the row's name.
func (q *Quarter) Key() Key   { return QuarterKey(q.CustomerID, q.Start) }
func (q *Quarter) clone() Row { c := *q; return &c }

// TimelineVehicleKey returns the key of a vehicle's row.
func TimelineVehicleKey(vin domain.VIN) Key { return Key{KindTimelineVehicle, string(vin)} }

// TimelineSpansKey returns the key of the one row of unobserved spans.
func TimelineSpansKey() Key { return Key{KindTimelineSpans, "all"} }

// QuarterKey returns the key of a customer's quarter of an hour; no customer is the whole fleet.
func QuarterKey(id domain.CustomerID, start domain.Instant) Key {
	return Key{KindQuarter, fmt.Sprintf("%s/%015d", id, start)}
}
