package commands

import (
	"context"
	"hash/maphash"
	"sync"
	"sync/atomic"

	"fleetbeat/domain"
)

// Registry is the memory of who is registered, folded from the log: vehicles with registration number, customer and
// overrides; customers by id and by name; settings; imports that are accepted and not yet completed. It may lag behind
// the log by a moment, so it helps to decide and never guards an invariant: exact revisions do.
//
// [Registry.Fold] is called by one goroutine; everything else by any number. A vehicle costs some 90 bytes.
type Registry struct {
	shards [shardCount]shard // from VIN to record, apart from the rest: heartbeats ask here

	mu         sync.RWMutex
	seed       maphash.Seed
	records    atomic.Pointer[[]*[blockSize]record] // blocks, which never move; more are added under mu
	free       []uint32                             // records of decommissioned vehicles
	used       uint32
	plates     plateIndex
	longPlates map[uint32]string // by record
	customers  customerIndex
	settings   domain.Settings
	imports    map[string]struct{} // accepted, not completed
	folded     domain.Position
	moved      chan struct{} // closed when folded moves or the registry becomes ready
	ready      bool
}

// NewRegistry returns an empty registry, which is not ready.
func NewRegistry() *Registry {
	r := &Registry{
		seed: maphash.MakeSeed(), plates: newPlateIndex(), customers: newCustomerIndex(),
		longPlates: map[uint32]string{}, imports: map[string]struct{}{}, moved: make(chan struct{}),
	}
	r.records.Store(&[]*[blockSize]record{})
	return r
}

// Registered reports whether a VIN is registered as far as this node knows. It waits for nothing but, for nanoseconds,
// the registration of another vehicle.
func (r *Registry) Registered(vin domain.VIN) bool {
	_, ok := r.find(vin)
	return ok
}

// Vehicle returns a registered vehicle; false where this node knows none.
func (r *Registry) Vehicle(vin domain.VIN) (domain.Vehicle, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	i, ok := r.find(vin)
	if !ok {
		return domain.Vehicle{}, false
	}
	return r.vehicle(i), true
}

// Owner returns who owns a registered vehicle; false where this node knows none.
func (r *Registry) Owner(vin domain.VIN) (domain.CustomerID, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	i, ok := r.find(vin)
	if !ok {
		return "", false
	}
	return r.customers.all[r.record(i).customer].ID, true
}

// PlateHolder returns a registered vehicle other than except whose registration number is, by letters and digits, the
// same; false where this node knows none.
func (r *Registry) PlateHolder(number string, except domain.VIN) (domain.VIN, bool) {
	key := compareKey(number)
	r.mu.RLock()
	defer r.mu.RUnlock()
	for i := range r.plates.holders(r.hashOf(key)) {
		if rec := r.record(i); string(rec.vin[:]) != string(except) && compareKey(r.plate(i)) == key {
			return domain.VIN(rec.vin[:]), true
		}
	}
	return "", false
}

// Customer returns a customer by id; false where this node knows none.
func (r *Registry) Customer(id domain.CustomerID) (domain.Customer, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.customers.byID(id)
}

// CustomerNamed returns the customer whose name is, by letters and digits, the same; of several the one registered
// first; false where this node knows none.
func (r *Registry) CustomerNamed(name string) (domain.Customer, bool) {
	key := compareKey(name)
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.customers.named(key)
}

// Settings returns the interval and grace for all.
func (r *Registry) Settings() domain.Settings {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.settings
}

// Vehicles returns how many vehicles are registered.
func (r *Registry) Vehicles() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return int(r.used) - len(r.free)
}

// PendingImports returns the ids of imports that are accepted and not yet completed, in no order.
func (r *Registry) PendingImports() []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	ids := make([]string, 0, len(r.imports))
	for id := range r.imports {
		ids = append(ids, id)
	}
	return ids
}

// Ready reports whether the registry has once caught up with the log. Before that it does not know everybody.
func (r *Registry) Ready() bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.ready
}

// Folded returns the position of the last registry event folded.
func (r *Registry) Folded() domain.Position {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.folded
}

// Wait waits until the registry has folded the registry event at position, or returns ctx's error. A position of
// another event is waited for until a registry event after it comes.
func (r *Registry) Wait(ctx context.Context, position domain.Position) error {
	return r.waitFor(ctx, func() bool { return !r.folded.Before(position) })
}

// WaitReady waits until the registry is ready, or returns ctx's error.
func (r *Registry) WaitReady(ctx context.Context) error {
	return r.waitFor(ctx, func() bool { return r.ready })
}

func (r *Registry) waitFor(ctx context.Context, holds func() bool) error {
	for {
		r.mu.RLock()
		done, moved := holds(), r.moved
		r.mu.RUnlock()
		if done {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// customerList returns all customers, in the order in which they became known.
func (r *Registry) customerList() []domain.Customer {
	r.mu.RLock()
	defer r.mu.RUnlock()
	list := make([]domain.Customer, 0, len(r.customers.all))
	for _, c := range r.customers.all {
		if c.known {
			list = append(list, c.Customer)
		}
	}
	return list
}
