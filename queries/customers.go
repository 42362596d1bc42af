package queries

import (
	"context"

	"fleetbeat/domain"
)

// Customer is a customer with the numbers of its vehicles.
type Customer struct {
	domain.Customer
	Counts Counts `json:"counts"`
}

// ListCustomers asks for one list page of customers, by folded name.
type ListCustomers struct {
	Text   string // any part of the name, folded by the reader
	Limit  int    // 1–200
	Cursor string
	After  domain.Position
	Owner  domain.CustomerID // only this customer is there; empty: all
}

// CustomerList is one list page of customers.
type CustomerList struct {
	Items []Customer `json:"items"`
	Next  string     `json:"next,omitempty"`
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
	// Customers returns one list page in order of folded name, with the number of all matches and the cursor of the next. With
	// an Owner all others are left out as if they did not exist.
	Customers(ctx context.Context, q ListCustomers) (items []domain.Customer, total int64, next string, err error)
	// Customer returns one customer; false where there is none.
	Customer(ctx context.Context, id domain.CustomerID) (domain.Customer, bool, error)
	// CustomersByID returns these customers; unknown ones are absent.
	CustomersByID(ctx context.Context, ids []domain.CustomerID) (map[domain.CustomerID]domain.Customer, error)
}

// CountsReader finds counters in the fleet view.
type CountsReader interface {
	View
	// CountsByCustomer returns the counters of these customers, or of all that have vehicles where ids is nil.
	CountsByCustomer(ctx context.Context, ids []domain.CustomerID) (map[domain.CustomerID]Counts, error)
	// SilentSince returns how many disconnected vehicles, of a customer or of all for none, were last heard after each of
	// these moments, in their order.
	SilentSince(ctx context.Context, id domain.CustomerID, moments []domain.Instant) ([]int64, error)
}
