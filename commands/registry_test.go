package commands

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// fold folds events as one page, from the place after the last on.
func fold(t *testing.T, r *Registry, live bool, events ...domain.Event) {
	t.Helper()
	require.NoError(t, r.Fold(t.Context(), eventstore.Delivery{Page: pageOf(t, r.Folded().Commit+1, events...), Live: live}))
}

func pageOf(t *testing.T, place uint64, events ...domain.Event) eventstore.Page {
	t.Helper()
	var b eventstore.PageBuilder
	for i, e := range events {
		encoded, err := eventstore.Encode(uuid.New(), e, eventstore.Metadata{})
		require.NoError(t, err)
		at := place + uint64(i)
		require.True(t, b.Add(eventstore.Recorded{Event: encoded, Stream: "s", Position: domain.Position{Commit: at, Prepare: at}}))
	}
	return b.Page()
}

func TestRegistry(t *testing.T) {
	t.Parallel()
	kalle := customerIDFor("Kalle")

	t.Run("knows vehicles with all that was last said of them", func(t *testing.T) {
		t.Parallel()
		r := NewRegistry()
		v := vehicle(honda, "ABC 123", "Kalle")
		v.GraceSeconds = seconds64(0)
		fold(t, r, false, customer("Kalle"), v)
		got, ok := r.Vehicle(honda)
		assert.True(t, ok)
		assert.Equal(t, v.Vehicle, got)
		assert.True(t, r.Registered(honda))
		assert.Equal(t, 1, r.Vehicles())

		fold(t, r, false,
			&domain.VehicleChanged{VIN: honda, RegistrationNumber: "ÅÄÖ ÅÄÖ ÅÄÖ 12", Overrides: domain.Overrides{IntervalSeconds: seconds64(604800)}},
			&domain.VehicleTransferred{VIN: honda, CustomerID: "c2"})
		got, _ = r.Vehicle(honda)
		assert.Equal(t, domain.Vehicle{
			VIN: honda, RegistrationNumber: "ÅÄÖ ÅÄÖ ÅÄÖ 12", CustomerID: "c2", Overrides: domain.Overrides{IntervalSeconds: seconds64(604800)},
		}, got)
		owner, ok := r.Owner(honda)
		assert.True(t, ok)
		assert.Equal(t, domain.CustomerID("c2"), owner)

		fold(t, r, false, decommissioned(honda))
		assert.False(t, r.Registered(honda))
		_, ok = r.Vehicle(honda)
		assert.False(t, ok)
		_, ok = r.Owner(honda)
		assert.False(t, ok)
		assert.Zero(t, r.Vehicles())
		assert.Empty(t, r.longPlates)
	})

	t.Run("ignores what is said of vehicles it does not know, and VINs that are none", func(t *testing.T) {
		t.Parallel()
		r := NewRegistry()
		fold(t, r, false, &domain.VehicleChanged{VIN: honda, RegistrationNumber: "A"}, &domain.VehicleTransferred{VIN: honda}, decommissioned(honda),
			vehicle("SHORT", "A", "Kalle"), vehicle("LONGER-THAN-SEVENTEEN", "A", "Kalle"))
		assert.Zero(t, r.Vehicles())
		assert.False(t, r.Registered("SHORT"))
		assert.False(t, r.Registered(""))
	})

	t.Run("knows who has a registration number, by letters and digits, and who else does after a clash", func(t *testing.T) {
		t.Parallel()
		r := NewRegistry()
		holder := func(except domain.VIN) domain.VIN {
			vin, _ := r.PlateHolder("abc 123", except)
			return vin
		}
		fold(t, r, false, vehicle(honda, "ABC-123", "Kalle"))
		assert.Equal(t, honda, holder(""))
		assert.Empty(t, holder(honda))
		fold(t, r, false, vehicle(volvo, "ABC123", "Kalle"), vehicle(scania, "ABC.123", "Kalle"))
		assert.Equal(t, volvo, holder(honda))
		fold(t, r, false, decommissioned(honda))
		assert.Equal(t, volvo, holder(""))
		fold(t, r, false, &domain.VehicleChanged{VIN: scania, RegistrationNumber: "OTHER"})
		assert.Empty(t, holder(volvo))
		fold(t, r, false, decommissioned(volvo))
		assert.Empty(t, holder(""))
		assert.Equal(t, 1, r.plates.first.held)
		assert.Empty(t, r.plates.more)
	})

	t.Run("knows customers by id and by name, by letters and digits", func(t *testing.T) {
		t.Parallel()
		r := NewRegistry()
		twin := &domain.CustomerRegistered{Customer: domain.Customer{ID: "c2", Name: "KALLE"}}
		fold(t, r, false, customer("Kalle"), twin)
		c, ok := r.CustomerNamed("kalle!")
		assert.True(t, ok)
		assert.Equal(t, kalle, c.ID, "the first of a clash")
		fold(t, r, false, &domain.CustomerChanged{Customer: domain.Customer{ID: kalle, Name: "Anna", Address: "B"}})
		c, _ = r.CustomerNamed("Kalle")
		assert.Equal(t, domain.CustomerID("c2"), c.ID)
		c, _ = r.CustomerNamed("ANNA")
		assert.Equal(t, domain.Customer{ID: kalle, Name: "Anna", Address: "B"}, c)
		fold(t, r, false, &domain.CustomerChanged{Customer: domain.Customer{ID: "c2", Name: "Bo"}})
		_, ok = r.CustomerNamed("Kalle")
		assert.False(t, ok)
		c, ok = r.Customer("c2")
		assert.True(t, ok)
		assert.Equal(t, "Bo", c.Name)
		assert.Len(t, r.customerList(), 2)
	})

	t.Run("does not take the owner of a vehicle for a customer before it is registered", func(t *testing.T) {
		t.Parallel()
		r := NewRegistry()
		fold(t, r, false, vehicle(honda, "A", "Kalle"))
		_, ok := r.Customer(kalle)
		assert.False(t, ok)
		assert.Empty(t, r.customerList())
		fold(t, r, false, customer("Kalle"))
		_, ok = r.Customer(kalle)
		assert.True(t, ok)
	})

	t.Run("knows settings and imports that are not completed", func(t *testing.T) {
		t.Parallel()
		r := NewRegistry()
		fold(t, r, false, settings(10, 5), &domain.ImportAccepted{ID: "i1"}, &domain.ImportAccepted{ID: "i2"}, &domain.ImportCompleted{ID: "i1"})
		assert.Equal(t, domain.Settings{IntervalSeconds: 10, GraceSeconds: 5}, r.Settings())
		assert.Equal(t, []string{"i2"}, r.PendingImports())
	})

	t.Run("is ready when a page reaches the end of the log, and stays so", func(t *testing.T) {
		t.Parallel()
		r := NewRegistry()
		fold(t, r, false, customer("Kalle"))
		assert.False(t, r.Ready())
		fold(t, r, true)
		assert.True(t, r.Ready())
		fold(t, r, false, customer("Anna"))
		assert.True(t, r.Ready())
	})

	t.Run("folds a page that comes again only once", func(t *testing.T) {
		t.Parallel()
		r := NewRegistry()
		page := pageOf(t, 1, vehicle(honda, "A", "Kalle"), decommissioned(honda), vehicle(honda, "B", "Kalle"))
		for range 2 {
			require.NoError(t, r.Fold(t.Context(), eventstore.Delivery{Page: page}))
		}
		assert.Equal(t, 1, r.Vehicles())
		assert.Equal(t, domain.Position{Commit: 3, Prepare: 3}, r.Folded())
	})

	t.Run("stops before what it cannot read, and goes on from there", func(t *testing.T) {
		t.Parallel()
		r := NewRegistry()
		var b eventstore.PageBuilder
		b.Add(eventstore.Recorded{Event: eventstore.Event{Type: domain.TypeVehicleRegistered, Data: []byte("{")}, Stream: "s", Position: domain.Position{Commit: 1, Prepare: 1}})
		require.ErrorIs(t, r.Fold(t.Context(), eventstore.Delivery{Page: b.Page(), Live: true}), eventstore.ErrCorrupt)
		assert.False(t, r.Ready())
		assert.True(t, r.Folded().IsZero())

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, r.Fold(ctx, eventstore.Delivery{Page: pageOf(t, 1, customer("Kalle"))}), context.Canceled)
		fold(t, r, true, customer("Kalle"))
		assert.True(t, r.Ready())
	})

	t.Run("folds everything that a subscription to RegistryEvents brings", func(t *testing.T) {
		t.Parallel()
		r := NewRegistry()
		for _, eventType := range RegistryEvents() {
			e := domain.NewEvent(eventType)
			require.NotNil(t, e, eventType)
			fold(t, r, false, e)
		}
		assert.Equal(t, uint64(len(RegistryEvents())), r.Folded().Commit)
	})
}

func TestRegistryWaits(t *testing.T) {
	t.Parallel()

	t.Run("until what is waited for is folded, and no longer", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			r := NewRegistry()
			waited := make(chan error, 2)
			go func() { waited <- r.Wait(t.Context(), domain.Position{Commit: 2, Prepare: 2}) }()
			go func() { waited <- r.WaitReady(t.Context()) }()
			fold(t, r, false, customer("Kalle"))
			synctest.Wait()
			assert.Empty(t, waited)
			fold(t, r, false, customer("Anna"))
			synctest.Wait()
			assert.Len(t, waited, 1)
			fold(t, r, true)
			synctest.Wait()
			assert.Len(t, waited, 2)
			assert.NoError(t, <-waited)
			assert.NoError(t, <-waited)
			assert.NoError(t, r.Wait(t.Context(), domain.Position{}))
		})
	})

	t.Run("not longer than its caller", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			require.ErrorIs(t, NewRegistry().Wait(ctx, domain.Position{Commit: 1}), context.DeadlineExceeded)
		})
	})
}

// TestRegistryAgainstModel folds the same random events into the registry and into plain maps.
func TestRegistryAgainstModel(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	r := NewRegistry()
	model := map[domain.VIN]domain.Vehicle{}
	plates := []string{"A 1", "a-1", "B2", "ÅÄÖÅÄÖÅÄÖ 1", "C3", "c.3"}
	for range 5_000 {
		vin, plate := benchVIN(random.IntN(50)), plates[random.IntN(len(plates))]
		owner := domain.CustomerID(fmt.Sprint(random.IntN(3)))
		v, known := model[vin]
		switch random.IntN(4) {
		case 0:
			v = domain.Vehicle{VIN: vin, RegistrationNumber: plate, CustomerID: owner}
			r.apply(&domain.VehicleRegistered{Vehicle: v})
			model[vin] = v
		case 1:
			r.apply(&domain.VehicleDecommissioned{VIN: vin})
			delete(model, vin)
		case 2:
			r.apply(&domain.VehicleChanged{VIN: vin, RegistrationNumber: plate})
			if v.RegistrationNumber = plate; known {
				model[vin] = v
			}
		case 3:
			r.apply(&domain.VehicleTransferred{VIN: vin, CustomerID: owner})
			if v.CustomerID = owner; known {
				model[vin] = v
			}
		}
		require.Equal(t, len(model), r.Vehicles())
		got, ok := r.Vehicle(vin)
		v, known = model[vin]
		require.Equal(t, known, ok)
		require.Equal(t, v, got)
		holder, ok := r.PlateHolder(plate, vin)
		var holders []domain.VIN
		for other, v := range model {
			if other != vin && compareKey(v.RegistrationNumber) == compareKey(plate) {
				holders = append(holders, other)
			}
		}
		require.Equal(t, len(holders) > 0, ok)
		require.True(t, !ok || slices.Contains(holders, holder))
	}
}

func TestRegistryIsSafeForReadersAndAWriter(t *testing.T) {
	t.Parallel()
	r := NewRegistry()
	fill(r, 1000)
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				vin := benchVIN(i % 1000)
				if !r.Registered(vin) {
					t.Errorf("%s was not found", vin)
					return
				}
				r.Registered(benchVIN(1000 + i%100))
				r.Vehicle(vin)
				r.PlateHolder("ABC000001", vin)
				r.CustomerNamed("Customer 1")
			}
		})
	}
	for i := range 2000 {
		vin := benchVIN(1000 + i%3000)
		fold(t, r, i%2 == 0, vehicle(vin, fmt.Sprint("P", i), "Kalle"), &domain.VehicleChanged{VIN: vin, RegistrationNumber: fmt.Sprint("Q", i)}, decommissioned(vin), customer(fmt.Sprint(i)))
	}
	close(stop)
	readers.Wait()
	assert.Equal(t, 1000, r.Vehicles())
}

func TestRegistryMemory(t *testing.T) { // not parallel: it measures the heap
	const n = 300_000
	start := heap()
	r := NewRegistry()
	fill(r, n)
	perVehicle := (heap() - start) / n
	assert.Equal(t, n, r.Vehicles())
	assert.LessOrEqual(t, perVehicle, int64(150), "bytes a vehicle")
}
