package queries

import (
	"context"

	"fleetbeat/domain"
)

// TimelineStatus is a status of a vehicle over a time, or "unobserved".
type TimelineStatus string

// IntervalUnobserved is a time in which heartbeats could not have been received.
const IntervalUnobserved TimelineStatus = "unobserved"

// Interval is a time in which a vehicle's status did not change.
type Interval struct {
	Status TimelineStatus `json:"status" enum:"connected,disconnected,unobserved,never_seen"`
	From   domain.Instant `json:"from" format:"date-time"`
	To     domain.Instant `json:"to" format:"date-time"`
}

// GetTimeline asks for a vehicle's past in a window.
type GetTimeline struct {
	VIN    domain.VIN
	From   domain.Instant // zero: 24 h before To
	To     domain.Instant // zero: asOf
	Limit  int            // intervals, 1–200
	Cursor string
	After  domain.Position
	Owner  domain.CustomerID // only what this customer owns is there; empty: everything
}

// Timeline is a vehicle's past in a window: its current life only.
type Timeline struct {
	Intervals                  []Interval `json:"intervals" doc:"Newest first"`
	Next                       string     `json:"next,omitempty"`
	ConnectedShare             *float64   `json:"connectedShare,omitempty" doc:"connected ÷ (connected + disconnected) in the window"`
	LongestDisconnectedSeconds int64      `json:"longestDisconnectedSeconds"`
	Freshness
}

// StatusSince is the beginning of a status in a vehicle's past.
type StatusSince struct {
	Status domain.Status
	From   domain.Instant
}

// TimelineReader finds the past.
type TimelineReader interface {
	View
	// Statuses returns the changes of status of a vehicle's current life that touch a window, oldest first: the one in
	// force at from (registration, at the earliest), and those after it up to to. false for an unknown vehicle.
	Statuses(ctx context.Context, vin domain.VIN, from, to domain.Instant) ([]StatusSince, bool, error)
	// Spans returns the unobserved spans that touch a window.
	Spans(ctx context.Context, from, to domain.Instant) (domain.Spans, error)
}
