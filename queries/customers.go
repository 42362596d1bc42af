package queries

import (
	"context"

	"fleetbeat/domain"
)

// Customer is a customer with the numbers of its vehicles.
type Customer struct {
	domain.Customer
	Counts  Counts         `json:"counts"`
	Usual   *Range         `json:"usual,omitempty" doc:"How many of its vehicles are usually disconnected at this hour: the 10th and 90th percentile of the last 7 days; absent before there are three"`
	Beyond  *int64         `json:"beyond,omitempty" doc:"How many more are disconnected than usual.hi, 0 where they are not more; absent without usual"`
	Longest *Disconnection `json:"longest,omitempty" doc:"Its vehicle that has been disconnected the longest; absent where none is"`
}

// Disconnection is a disconnected vehicle.
type Disconnection struct {
	VIN                domain.VIN     `json:"vin"`
	RegistrationNumber string         `json:"registrationNumber"`
	Since              domain.Instant `json:"since" format:"date-time"`
}

// CustomerSort is a column by which a list of customers is ordered, smallest first; then by folded name, then by id.
type CustomerSort string

// The orders of a list of customers. Who has no vehicles is after every share of connected ones, and who has none that is
// disconnected after every moment of the longest.
const (
	SortName         CustomerSort = "name"
	SortBeyond       CustomerSort = "beyond" // 0 where nothing is usual yet; then by the share of disconnected vehicles
	SortVehicles     CustomerSort = "vehicles"
	SortConnected    CustomerSort = "connected" // the share of connected vehicles
	SortDisconnected CustomerSort = "disconnected"
	SortNeverSeen    CustomerSort = "never_seen"
	SortLongest      CustomerSort = "longest" // the moment since which the longest lasts, oldest first
)

// CustomerSorts returns every order of a list of customers, the default first.
func CustomerSorts() []CustomerSort {
	return []CustomerSort{SortName, SortBeyond, SortVehicles, SortConnected, SortDisconnected, SortNeverSeen, SortLongest}
}

// ListCustomers asks for one list page of customers.
type ListCustomers struct {
	Text       string       // any part of name or address, in any case; no wildcards
	Sort       CustomerSort // empty means SortName
	Descending bool         // the whole order reversed
	Limit      int          // 1–200
	Cursor     string       // empty for the first list page, else the Next of the one before with the same text and order
	After      domain.Position
	Owner      domain.CustomerID // only this customer is there; empty: all
}

// CustomerList is one list page of customers.
type CustomerList struct {
	Items []Customer `json:"items"`
	Next  string     `json:"next,omitempty" doc:"Cursor of the next list page; absent on the last"`
	Total int64      `json:"total"`
	Freshness
}

// GetCustomer asks for one customer.
type GetCustomer struct {
	ID    domain.CustomerID
	After domain.Position
	Owner domain.CustomerID // only this customer is there; empty: all
}

// CustomerDetail is one customer and how fresh its numbers are.
type CustomerDetail struct {
	Customer
	Freshness
}

// RelationsReader finds customers and who owns what.
type RelationsReader interface {
	View
	// CustomersByID returns these customers, or all where ids is nil; unknown ones are absent.
	CustomersByID(ctx context.Context, ids []domain.CustomerID) (map[domain.CustomerID]domain.Customer, error)
}

// CustomerNumbers are the numbers of a customer's vehicles in the fleet view.
type CustomerNumbers struct {
	Counts  Counts
	Longest *Disconnection // of the disconnected the one with the least since, then VIN; nil where there is none
}

// CustomerRank is what a customer's places in lists follow from.
type CustomerRank struct {
	Counts  Counts
	Longest domain.Instant // since when the longest lasts; zero where none is disconnected
}

// CountsReader finds counters in the fleet view.
type CountsReader interface {
	View
	// CountsByCustomer returns the counters of these customers, or of all that have vehicles where ids is nil.
	CountsByCustomer(ctx context.Context, ids []domain.CustomerID) (map[domain.CustomerID]Counts, error)
	// NumbersByCustomer returns the numbers of these customers, all of one state of the view; those without vehicles are absent.
	NumbersByCustomer(ctx context.Context, ids []domain.CustomerID) (map[domain.CustomerID]CustomerNumbers, error)
	// RankEveryCustomer returns what the order of all customers that have vehicles follows from, all of one state of the view.
	RankEveryCustomer(ctx context.Context) (map[domain.CustomerID]CustomerRank, error)
	// SilentSince returns how many disconnected vehicles, of a customer or of all for none, were last heard after each of
	// these moments, in their order.
	SilentSince(ctx context.Context, id domain.CustomerID, moments []domain.Instant) ([]int64, error)
}
