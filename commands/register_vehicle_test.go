package commands

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

func TestRegisterVehicle(t *testing.T) {
	t.Parallel()
	kalle := customerIDFor("Kalle")

	t.Run("registers a vehicle of a customer named by id", func(t *testing.T) {
		t.Parallel()
		owner := customer("Kalle")
		owner.IntervalSeconds = seconds64(300)
		s := given(t, owner)
		result, err := s.RegisterVehicle.Handle(t.Context(), RegisterVehicle{
			VIN: "1hgcm82633a004352", RegistrationNumber: " abc 123 ", CustomerID: kalle, Overrides: domain.Overrides{GraceSeconds: seconds64(5)},
		})
		require.NoError(t, err)
		want := domain.Vehicle{VIN: honda, RegistrationNumber: "ABC 123", CustomerID: kalle, Overrides: domain.Overrides{GraceSeconds: seconds64(5)}}
		s.then(&domain.VehicleRegistered{Vehicle: want, At: now})
		assert.Equal(t, VehicleResult{
			Vehicle: want, Customer: owner.Customer, RegisteredAt: now, Position: s.lastPosition(),
			Timeout: domain.Timeout{IntervalSeconds: 300, IntervalFrom: domain.FromCustomer, GraceSeconds: 5, GraceFrom: domain.FromVehicle},
		}, result)
	})

	t.Run("registers the customer first when nobody has the name", func(t *testing.T) {
		t.Parallel()
		s := given(t)
		result, err := s.RegisterVehicle.Handle(t.Context(), RegisterVehicle{VIN: string(honda), RegistrationNumber: "A1", Customer: " Kalle "})
		require.NoError(t, err)
		s.then(
			&domain.CustomerRegistered{Customer: domain.Customer{ID: kalle, Name: "Kalle"}, At: now},
			&domain.VehicleRegistered{Vehicle: domain.Vehicle{VIN: honda, RegistrationNumber: "A1", CustomerID: kalle}, At: now})
		assert.Equal(t, "Kalle", result.Customer.Name)
	})

	t.Run("finds the customer by name, by letters and digits", func(t *testing.T) {
		t.Parallel()
		s := given(t, customer("Kalle"))
		result, err := s.RegisterVehicle.Handle(t.Context(), RegisterVehicle{VIN: string(honda), RegistrationNumber: "A1", Customer: "KALLE."})
		require.NoError(t, err)
		assert.Equal(t, kalle, result.CustomerID)
		assert.Len(t, s.store.since(s.given), 1)
	})

	t.Run("warns of a wrong check digit and registers all the same", func(t *testing.T) {
		t.Parallel()
		s := given(t, customer("Kalle"))
		result, err := s.RegisterVehicle.Handle(t.Context(), RegisterVehicle{VIN: string(volvo), RegistrationNumber: "A1", CustomerID: kalle})
		require.NoError(t, err)
		require.Len(t, result.Warnings, 1)
		assert.Contains(t, result.Warnings[0], "check digit")
		assert.Len(t, s.store.since(s.given), 1)
	})

	t.Run("begins a new life of a decommissioned vehicle, whose number is free again", func(t *testing.T) {
		t.Parallel()
		s := given(t, customer("Kalle"), vehicle(honda, "ABC123", "Kalle"), decommissioned(honda))
		_, err := s.RegisterVehicle.Handle(t.Context(), RegisterVehicle{VIN: string(volvo), RegistrationNumber: "ABC123", CustomerID: kalle})
		require.NoError(t, err)
		result, err := s.RegisterVehicle.Handle(t.Context(), RegisterVehicle{VIN: string(honda), RegistrationNumber: "X", CustomerID: kalle})
		require.NoError(t, err)
		assert.Equal(t, now, result.RegisteredAt)
		log := s.store.since(0)
		assert.Equal(t, "vehicle-"+string(honda), log[len(log)-1].Stream)
		assert.EqualValues(t, 2, log[len(log)-1].Revision)
	})

	for name, c := range map[string]struct {
		cmd    RegisterVehicle
		kind   domain.Kind
		fields []string
	}{
		"a VIN that is registered": {
			RegisterVehicle{VIN: string(volvo), RegistrationNumber: "NEW", CustomerID: kalle}, domain.Taken, []string{"vin"}},
		"a number that another vehicle has, by letters and digits": {
			RegisterVehicle{VIN: string(honda), RegistrationNumber: "abc-123", CustomerID: kalle}, domain.Taken, []string{"registrationNumber"}},
		"an unknown customer": {
			RegisterVehicle{VIN: string(honda), RegistrationNumber: "NEW", CustomerID: "nobody"}, domain.Invalid, []string{"customerId"}},
		"no customer at all": {
			RegisterVehicle{VIN: string(honda), RegistrationNumber: "NEW"}, domain.Invalid, []string{"customerId"}},
		"a customer named twice": {
			RegisterVehicle{VIN: string(honda), RegistrationNumber: "NEW", CustomerID: kalle, Customer: "Kalle"}, domain.Invalid, []string{"customer"}},
		"a customer's name that is none": {
			RegisterVehicle{VIN: string(honda), RegistrationNumber: "NEW", Customer: " "}, domain.Invalid, []string{"customer"}},
		"a VIN that is none": {
			RegisterVehicle{VIN: "ABC", RegistrationNumber: "NEW", CustomerID: kalle}, domain.Invalid, []string{"vin"}},
		"nothing given at all": {
			RegisterVehicle{}, domain.Invalid, []string{"vin", "registrationNumber", "customerId"}},
		"a number without letter or digit, a bad interval and an unknown customer at once": {
			RegisterVehicle{VIN: string(honda), RegistrationNumber: "--", CustomerID: "nobody", Overrides: domain.Overrides{IntervalSeconds: seconds64(0)}},
			domain.Invalid, []string{"registrationNumber", "customerId", "intervalSeconds"}},
		"a timeout too long together with the grace for all": {
			RegisterVehicle{VIN: string(honda), RegistrationNumber: "NEW", CustomerID: kalle, Overrides: domain.Overrides{IntervalSeconds: seconds64(7 * 24 * 3600)}},
			domain.Invalid, []string{"intervalSeconds"}},
	} {
		t.Run("refuses "+name+" and stores nothing", func(t *testing.T) {
			t.Parallel()
			s := given(t, customer("Kalle"), vehicle(volvo, "ABC 123", "Kalle"))
			_, err := s.RegisterVehicle.Handle(t.Context(), c.cmd)
			refused(t, err, c.kind, c.fields...)
			s.thenNothing()
		})
	}

	t.Run("does not register a customer for a vehicle that is refused", func(t *testing.T) {
		t.Parallel()
		s := given(t, customer("Kalle"), vehicle(volvo, "ABC123", "Kalle"))
		_, err := s.RegisterVehicle.Handle(t.Context(), RegisterVehicle{VIN: string(volvo), RegistrationNumber: "N", Customer: "New"})
		refused(t, err, domain.Taken, "vin")
		s.thenNothing()
	})

	t.Run("finds a customer that only the log knows yet", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) { // the registry never folds what this node appends, which takes a while
			s := given(t)
			lagging := New(Options{Store: s.store, Registry: readyRegistry(t), Now: func() domain.Instant { return now }})
			t.Cleanup(lagging.Close)
			s.happened(customer("Kalle"))
			for i, cmd := range []RegisterVehicle{
				{VIN: string(honda), RegistrationNumber: "A1", CustomerID: kalle},
				{VIN: string(volvo), RegistrationNumber: "A2", Customer: "kalle"},
			} {
				result, err := lagging.RegisterVehicle.Handle(t.Context(), cmd)
				require.NoError(t, err)
				assert.Equal(t, kalle, result.CustomerID)
				assert.Len(t, s.store.since(s.given), 2+i)
			}
		})
	})
}

// readyRegistry returns a registry that knows nobody and thinks that this is all.
func readyRegistry(t *testing.T) *Registry {
	t.Helper()
	r := NewRegistry()
	feed(t, newMemStore(), r)
	return r
}

func TestRegisterVehicleAtOnce(t *testing.T) {
	t.Parallel()

	t.Run("of two nodes that register one VIN, one does", func(t *testing.T) {
		t.Parallel()
		s := given(t, customer("Kalle"))
		other := newNode(t, s.store, nil)
		register := func(n *node, plate string) func() error {
			return func() error {
				_, err := n.RegisterVehicle.Handle(t.Context(), RegisterVehicle{VIN: string(honda), RegistrationNumber: plate, CustomerID: customerIDFor("Kalle")})
				return err
			}
		}
		assertOneTaken(t, race(register(s.node, "A"), register(other, "B")), "vin")
		assert.Len(t, s.store.since(s.given), 1)
	})

	t.Run("of many on one node that want one registration number, one gets it", func(t *testing.T) {
		t.Parallel()
		s := given(t, customer("Kalle"))
		var all []func() error
		for i := range 10 {
			all = append(all, func() error {
				_, err := s.RegisterVehicle.Handle(t.Context(), RegisterVehicle{VIN: string(benchVIN(i)), RegistrationNumber: "ABC 123", CustomerID: customerIDFor("Kalle")})
				return err
			})
		}
		assertOneTaken(t, race(all...), "registrationNumber")
		assert.Len(t, s.store.since(s.given), 1)
	})

	t.Run("many on two nodes that bring one new customer share it", func(t *testing.T) {
		t.Parallel()
		s := given(t)
		nodes := []*node{s.node, newNode(t, s.store, nil)}
		var all []func() error
		for i := range 10 {
			all = append(all, func() error {
				_, err := nodes[i%2].RegisterVehicle.Handle(t.Context(), RegisterVehicle{VIN: string(benchVIN(i)), RegistrationNumber: fmt.Sprint("P", i), Customer: "Kalle"})
				return err
			})
		}
		for _, err := range race(all...) {
			require.NoError(t, err)
		}
		assert.Len(t, s.store.since(s.given), 11)
		require.NoError(t, s.registry.Wait(t.Context(), s.lastPosition()))
		assert.Len(t, s.registry.customerList(), 1)
	})
}
