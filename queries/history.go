package queries

import (
	"context"
	"time"

	"fleetbeat/domain"
)

// QuarterLength is a quarter of an hour. Quarters begin at whole multiples of it, UTC.
const QuarterLength = 15 * time.Minute

// CountsAt is the numbers of vehicles by status at a moment: all that had become true before it.
type CountsAt struct {
	At     domain.Instant
	Counts Counts
}

// HistoryReader finds the numbers of the past. A vehicle counts for who owned it then, from its registration until it is
// decommissioned.
type HistoryReader interface {
	View
	// Quarters returns the numbers of a customer, or of the whole fleet for none, oldest first: those at from, which begins
	// a quarter of an hour, and those at the end of each quarter that begins before to and in which something changed.
	Quarters(ctx context.Context, id domain.CustomerID, from, to domain.Instant) ([]CountsAt, error)
	// EachCustomer calls visit with what Quarters would return, of every customer that has or had vehicles and, under no
	// customer, of the whole fleet, in any order. visit must not ask the reader anything.
	EachCustomer(ctx context.Context, from, to domain.Instant, visit func(id domain.CustomerID, counts []CountsAt)) error
	// Spans returns the unobserved spans that touch a window.
	Spans(ctx context.Context, from, to domain.Instant) (domain.Spans, error)
}

// quarterOf returns the beginning of the quarter of an hour that a moment lies in.
func quarterOf(at domain.Instant) domain.Instant {
	const length = domain.Instant(QuarterLength / time.Millisecond)
	return at - (at%length+length)%length
}
