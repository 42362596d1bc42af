package commands

import (
	"context"
	"hash/maphash"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// RegistryEvents returns the types of events that a [Registry] folds: what a subscription for it names.
func RegistryEvents() []string {
	return []string{
		domain.TypeSettingsChanged, domain.TypeCustomerRegistered, domain.TypeCustomerChanged, domain.TypeVehicleRegistered,
		domain.TypeVehicleChanged, domain.TypeVehicleTransferred, domain.TypeVehicleDecommissioned,
		domain.TypeImportAccepted, domain.TypeImportCompleted,
	}
}

// Fold takes in what a subscription from the beginning of the log delivers. Events folded before are left out, so a page
// may come again. On an error (of the codec) nothing after the broken event is folded, and the registry says so by
// falling behind.
func (r *Registry) Fold(ctx context.Context, d eventstore.Delivery) error {
	for recorded, err := range d.Page.Events() {
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if !r.Folded().Before(recorded.Position) {
			continue
		}
		event, err := eventstore.Decode(recorded)
		if err != nil {
			return err
		}
		r.foldOne(event, recorded.Position)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ready = r.ready || d.Live
	close(r.moved)
	r.moved = make(chan struct{})
	return nil
}

func (r *Registry) foldOne(event domain.Event, at domain.Position) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.apply(event)
	r.folded = at
}

// apply takes in one event. It cannot fail: what does not concern it, it ignores.
func (r *Registry) apply(event domain.Event) {
	switch e := event.(type) {
	case *domain.SettingsChanged:
		r.settings = e.Settings
	case *domain.CustomerRegistered:
		r.customers.set(e.Customer)
	case *domain.CustomerChanged:
		r.customers.set(e.Customer)
	case *domain.VehicleRegistered:
		r.register(e.Vehicle)
	case *domain.VehicleChanged:
		if i, ok := r.find(e.VIN); ok {
			r.change(i, e.RegistrationNumber, e.Overrides)
		}
	case *domain.VehicleTransferred:
		if i, ok := r.find(e.VIN); ok {
			r.record(i).customer = r.customers.place(e.CustomerID)
		}
	case *domain.VehicleDecommissioned:
		if i, ok := r.find(e.VIN); ok {
			r.plates.remove(r.hash(r.plate(i)), i)
			r.remove(i)
		}
	case *domain.ImportAccepted:
		r.imports[e.ID] = struct{}{}
	case *domain.ImportCompleted:
		delete(r.imports, e.ID)
	}
}

func (r *Registry) register(v domain.Vehicle) {
	i, known := r.find(v.VIN)
	if !known {
		key, ok := keyOf(v.VIN)
		if !ok {
			return // no command ever registered such a thing, and nobody could ask for it
		}
		i = r.add(key)
		r.plates.add(r.hash(""), i)
	}
	r.record(i).customer = r.customers.place(v.CustomerID)
	r.change(i, v.RegistrationNumber, v.Overrides)
}

func (r *Registry) change(i uint32, number string, o domain.Overrides) {
	if before, after := r.hash(r.plate(i)), r.hash(number); before != after {
		r.plates.remove(before, i)
		r.plates.add(after, i)
	}
	r.setPlate(i, number)
	rec := r.record(i)
	rec.interval, rec.grace = pack(o.IntervalSeconds), pack(o.GraceSeconds)
}

func (r *Registry) hash(number string) uint32 { return r.hashOf(compareKey(number)) }

func (r *Registry) hashOf(key string) uint32 { return uint32(maphash.String(r.seed, key)) }
