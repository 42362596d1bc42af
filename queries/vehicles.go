package queries

import (
	"context"
	"time"

	"fleetbeat/domain"
)

// CustomerRef names a customer inside another answer.
type CustomerRef struct {
	ID   domain.CustomerID `json:"id"`
	Name string            `json:"name"`
}

// Vehicle is a vehicle in a list.
type Vehicle struct {
	VIN                domain.VIN         `json:"vin"`
	RegistrationNumber string             `json:"registrationNumber"`
	Customer           CustomerRef        `json:"customer"`
	Status             domain.Status      `json:"status" enum:"never_seen,connected,disconnected"`
	Since              domain.Instant     `json:"since,omitzero" format:"date-time"`
	LastHeartbeat      domain.Instant     `json:"lastHeartbeat,omitzero" format:"date-time"`
	Deadline           domain.Instant     `json:"deadline,omitzero" format:"date-time"`
	TimeoutSeconds     int64              `json:"timeoutSeconds"`
	Location           *domain.LocationAt `json:"location,omitempty"`
}

// Counts are numbers of vehicles by status.
type Counts struct {
	Connected    int64 `json:"connected"`
	Disconnected int64 `json:"disconnected"`
	NeverSeen    int64 `json:"never_seen"`
}

// Sort is a column by which a list of vehicles is ordered; then by VIN.
type Sort string

// The orders of a list of vehicles. SortStatus is disconnected, connected, never_seen; then since; then VIN.
const (
	SortStatus             Sort = "status"
	SortSince              Sort = "since"
	SortVIN                Sort = "vin"
	SortRegistrationNumber Sort = "registrationNumber"
	SortCustomer           Sort = "customer"
)

// Filter says which vehicles are meant; the zero Filter means all. Parts that are given must all hold; of several values
// of one part any must.
type Filter struct {
	Customers []domain.CustomerID
	Statuses  []domain.Status
	Text      string // any part of VIN, registration number or customer name, as textfold.Needle says; no wildcards
	VINs      []domain.VIN
	SilentFor time.Duration // disconnected vehicles last heard at least so long before asOf; 0 for no such part
	Clash     bool          // vehicles whose registration number another one has too, compared by letters and digits
}

// ListVehicles asks for one list page of vehicles.
type ListVehicles struct {
	Filter
	Sort       Sort // empty means SortStatus
	Descending bool
	Limit      int    // 1–200
	Cursor     string // empty for the first list page, else the Next of the one before with the same filter and order
	Facets     bool   // whether Facets of the answer are wanted
	After      domain.Position
	Owner      domain.CustomerID // only what this customer owns is there, clashes too; empty: everything
}

// VehicleList is one list page of vehicles. Exactly one of Total and TotalAtLeast is set.
type VehicleList struct {
	Items        []Vehicle `json:"items"`
	Next         string    `json:"next,omitempty" doc:"Cursor of the next list page; absent on the last"`
	Total        *int64    `json:"total,omitempty"`
	TotalAtLeast *int64    `json:"totalAtLeast,omitempty" doc:"In place of total above 10,000 matches of a text search"`
	Counts       Counts    `json:"counts" doc:"Matches of the same filter per status, ignoring its own status"`
	Facets       *Facets   `json:"facets,omitempty" doc:"Only where asked for with facets=true"`
	Freshness
}

// FacetCustomers is the most customers in [Facets].
const FacetCustomers = 10

// Facets are numbers by which a list can be narrowed further. Each ignores its own part of the filter.
type Facets struct {
	Customers []FacetCustomer `json:"customers" doc:"The ten customers with most disconnected vehicles among the matches, whatever customers are asked for"`
	SilentFor []SilentStep    `json:"silentFor" doc:"Disconnected matches by how long they have been silent, whatever silence is asked for; together they are all of them"`
	AtLeast   bool            `json:"atLeast,omitzero" doc:"Above 10,000 matches of a text or of clashes: only so many were looked at, and the numbers are at least these"`
}

// FacetCustomer is a customer's numbers among the matches.
type FacetCustomer struct {
	CustomerRef
	Total        int64 `json:"total"`
	Disconnected int64 `json:"disconnected"`
}

// Latest is what every heartbeat changes of a vehicle.
type Latest struct {
	FirstHeartbeat domain.Instant
	LastHeartbeat  domain.Instant
	Location       *domain.LocationAt
	Readings       map[string]ReadingAt
}

// ReadingAt is a reading and the moment it was true.
type ReadingAt struct {
	Value float64        `json:"value"`
	At    domain.Instant `json:"at" format:"date-time"`
}

// FleetReader finds vehicles in the fleet view.
type FleetReader interface {
	View
	// Vehicles returns one list page. In it a connected vehicle's LastHeartbeat and Deadline, and any Location, are those
	// of its last transition: the handler brings them up to date from the latest view; TimeoutSeconds is the one in force,
	// whose deadline the handler computes with it. A cursor that this reader did not make is an Invalid error naming
	// "cursor". asOf is what Await answered: SilentFor counts from it. Facets are those of the same state of the view as the
	// list; customers come in order of Disconnected, then Total, largest first, then id.
	Vehicles(ctx context.Context, q ListVehicles, asOf domain.Instant) (VehicleList, error)
	// Rows returns the vehicles with these VINs as they stand in the fleet view, with what their deadlines follow from;
	// unknown and decommissioned ones are absent.
	Rows(ctx context.Context, vins []domain.VIN) (map[domain.VIN]FleetRow, error)
	// Unobserved returns the union of the unobserved spans folded so far and the settings for all.
	Unobserved(ctx context.Context) (domain.Spans, domain.Settings, error)
}

// FleetRow is a vehicle in the fleet view.
type FleetRow struct {
	Vehicle
	CustomerOverrides domain.Overrides
	VehicleOverrides  domain.Overrides
	RegisteredAt      domain.Instant
}

// LatestReader finds what every heartbeat changes.
type LatestReader interface {
	View
	// Latest returns what is known of these vehicles; those never heard are absent.
	Latest(ctx context.Context, vins []domain.VIN) (map[domain.VIN]Latest, error)
}
