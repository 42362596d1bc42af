package commands

import (
	"context"
	"fmt"
	"time"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// CheckMaxAge returns the Invalid error of keeping heartbeats for less than twice the longest timeout that the log has
// for anybody, or nil (a maxAge of 0 is for ever). Kept for less, the last heartbeat of a vehicle that is still connected
// could be gone before its silence is judged. It reads all of the registry: it is for a start that keeps heartbeats for
// less long than the one before.
func CheckMaxAge(ctx context.Context, store eventstore.Store, maxAge time.Duration) error {
	if maxAge <= 0 {
		return nil
	}
	t := timeouts{customers: map[domain.CustomerID]domain.Customer{}, vehicles: map[domain.VIN]domain.Vehicle{}}
	for page, err := range store.ReadAll(ctx, domain.Position{}, timeoutTypes()...) {
		if err != nil {
			return fmt.Errorf("read the timeouts: %w", err)
		}
		for r, err := range page.Events() {
			if err != nil {
				return fmt.Errorf("read the timeouts: %w", err)
			}
			event, err := eventstore.Decode(r)
			if err != nil {
				return fmt.Errorf("read the timeouts: %w", err)
			}
			t.apply(event)
		}
	}
	longest, whose := t.longest()
	if longest > maxAge/2 {
		return domain.InvalidField("--heartbeats-max-age", "must be at least %v: %s may be silent for %v, and heartbeats are kept for twice as long",
			2*longest, whose, longest)
	}
	return nil
}

func timeoutTypes() []string {
	return []string{
		domain.TypeSettingsChanged, domain.TypeCustomerRegistered, domain.TypeCustomerChanged, domain.TypeVehicleRegistered,
		domain.TypeVehicleChanged, domain.TypeVehicleTransferred, domain.TypeVehicleDecommissioned,
	}
}

// timeouts are what the registry says of timeouts: all customers and all vehicles.
type timeouts struct {
	settings  domain.Settings
	customers map[domain.CustomerID]domain.Customer
	vehicles  map[domain.VIN]domain.Vehicle
}

// apply takes in one event. It cannot fail: what does not concern it, it ignores.
func (t *timeouts) apply(event domain.Event) {
	switch e := event.(type) {
	case *domain.SettingsChanged:
		t.settings = e.Settings
	case *domain.CustomerRegistered:
		t.customers[e.ID] = e.Customer
	case *domain.CustomerChanged:
		t.customers[e.ID] = e.Customer
	case *domain.VehicleRegistered:
		t.vehicles[e.VIN] = e.Vehicle
	case *domain.VehicleChanged:
		v := t.vehicles[e.VIN]
		v.Overrides = e.Overrides
		t.vehicles[e.VIN] = v
	case *domain.VehicleTransferred:
		v := t.vehicles[e.VIN]
		v.CustomerID = e.CustomerID
		t.vehicles[e.VIN] = v
	case *domain.VehicleDecommissioned:
		delete(t.vehicles, e.VIN)
	}
}

// longest returns the longest timeout, and whose it is in words. A customer without vehicles counts: it may get one.
func (t *timeouts) longest() (longest time.Duration, whose string) {
	take := func(timeout domain.Timeout, who string) {
		if total := timeout.Total(); total > longest {
			longest, whose = total, who
		}
	}
	take(domain.Resolve(t.settings, domain.Overrides{}, domain.Overrides{}), "every vehicle")
	for _, c := range t.customers {
		take(domain.Resolve(t.settings, c.Overrides, domain.Overrides{}), fmt.Sprintf("each vehicle of %q", c.Name))
	}
	for vin, v := range t.vehicles {
		if v.Overrides != (domain.Overrides{}) {
			take(domain.Resolve(t.settings, t.customers[v.CustomerID].Overrides, v.Overrides), fmt.Sprintf("vehicle %q", vin))
		}
	}
	return longest, whose
}
