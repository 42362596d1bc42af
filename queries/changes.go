package queries

import (
	"context"
	"slices"

	"fleetbeat/domain"
)

// Transition is a change of a vehicle's status.
type Transition struct {
	VIN                domain.VIN     `json:"vin"`
	RegistrationNumber string         `json:"registrationNumber"`
	Customer           CustomerRef    `json:"customer" doc:"The owner at the transition"`
	At                 domain.Instant `json:"at" format:"date-time" doc:"When it became true"`
	ProvedAt           domain.Instant `json:"provedAt" format:"date-time" doc:"Up to when everything was known when it was found true; at or after at"`
	LastHeartbeat      domain.Instant `json:"lastHeartbeat" format:"date-time"`
	StatusBefore       domain.Status  `json:"statusBefore" enum:"never_seen,connected,disconnected" doc:"What the vehicle was until then; never_seen: this is its first heartbeat"`
	AfterSeconds       int64          `json:"afterSeconds" doc:"How long the status before had lasted; since the registration for the first"`
}

// Change is one entry of the feed of changes: a transition or, where Status is empty, that something about a vehicle or a
// customer changed. Of such an entry only VIN (empty for a customer) and the customer's id are known.
type Change struct {
	Position domain.Position
	Status   domain.Status // the new one
	Transition
}

// ChangeFilter says which changes are meant; the zero ChangeFilter means all. Parts that are given must all hold; of
// several values of one part any must. A customer is the owner at the change. What has no status or no VIN does not hold
// where one is asked for.
type ChangeFilter struct {
	// Owner is who asks: only what this customer owned at the change is there; empty: everything.
	Owner     domain.CustomerID
	Customers []domain.CustomerID
	Statuses  []domain.Status
	VINs      []domain.VIN
}

// check returns the Invalid error of a filter that is too large or can match nothing, or nil.
func (f ChangeFilter) check() error {
	if slices.ContainsFunc(f.Statuses, func(s domain.Status) bool { return s != domain.Connected && s != domain.Disconnected }) {
		return domain.InvalidField("status", "must be connected or disconnected: no vehicle becomes anything else")
	}
	if err := checkValues("customer", len(f.Customers)); err != nil {
		return err
	}
	return checkValues("vin", len(f.VINs))
}

// Matcher returns the filter made ready to look at many changes, or the Invalid error.
func (f ChangeFilter) Matcher() (ChangeMatcher, error) {
	return ChangeMatcher{f.Owner, setOf(f.Customers), setOf(f.Statuses), setOf(f.VINs)}, f.check()
}

// ChangeMatcher is a [ChangeFilter] made ready. The zero ChangeMatcher matches all.
type ChangeMatcher struct {
	owner     domain.CustomerID
	customers map[domain.CustomerID]bool
	statuses  map[domain.Status]bool
	vins      map[domain.VIN]bool
}

// Match reports whether a change of this vehicle and owner to this status is meant.
func (m ChangeMatcher) Match(vin domain.VIN, owner domain.CustomerID, status domain.Status) bool {
	return (m.owner == "" || m.owner == owner) && (m.customers == nil || m.customers[owner]) &&
		(m.statuses == nil || m.statuses[status]) && (m.vins == nil || m.vins[vin])
}

// setOf returns values as a set; nil for none.
func setOf[T comparable](values []T) map[T]bool {
	if len(values) == 0 {
		return nil
	}
	set := make(map[T]bool, len(values))
	for _, v := range values {
		set[v] = true
	}
	return set
}

// ChangesReader reads the feed of changes, which the timeline view keeps in the order of the log. In what it returns
// customers have no names.
type ChangesReader interface {
	View
	// Folded returns the position up to which every change is there, zero where that is not known yet, and a channel that is
	// closed when that may have changed.
	Folded() (domain.Position, <-chan struct{})
	// Head returns the end of the log, which the view may have yet to reach.
	Head(ctx context.Context) (domain.Position, error)
	// Changes returns the changes after a position, in their order, limit at most.
	Changes(ctx context.Context, after domain.Position, limit int) ([]Change, error)
	// Tail returns the position after which the last n changes lie.
	Tail(ctx context.Context, n int) (domain.Position, error)
	// LastTransitions returns the newest transitions that match, at or before a position, newest first, limit at most.
	LastTransitions(ctx context.Context, f ChangeFilter, upTo domain.Position, limit int) ([]Change, error)
}

// nameCustomers gives transitions the names of their customers, in place. A name is that of the moment of asking: who
// looks at the past looks for the customer under the name it has.
func nameCustomers(ctx context.Context, relations RelationsReader, changes []Change) error {
	wanted, last := map[domain.CustomerID]bool{}, domain.Position{}
	var ids []domain.CustomerID
	for i := range changes {
		if id := changes[i].Customer.ID; changes[i].Status != "" && !wanted[id] {
			wanted[id], ids = true, append(ids, id)
		}
		if last.Before(changes[i].Position) {
			last = changes[i].Position
		}
	}
	if len(ids) == 0 {
		return nil
	}
	names, err := relations.CustomersByID(ctx, ids)
	if err == nil && len(names) < len(ids) { // a new customer that the relations view has yet to fold
		waiting, cancel := context.WithTimeout(ctx, afterLimit)
		_, _ = relations.Await(waiting, last) // without a name is better than never
		cancel()
		names, err = relations.CustomersByID(ctx, ids)
	}
	if err != nil {
		return err
	}
	for i := range changes {
		if changes[i].Status != "" {
			changes[i].Customer.Name = names[changes[i].Customer.ID].Name
		}
	}
	return nil
}
