package commands

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

func TestChangeVehicle(t *testing.T) {
	t.Parallel()
	kalle, anna := customerIDFor("Kalle"), customerIDFor("Anna")
	whole := vehicle(honda, "ABC 123", "Kalle")
	whole.Overrides = domain.Overrides{IntervalSeconds: seconds64(10), GraceSeconds: seconds64(5)}
	world := []domain.Event{customer("Kalle"), customer("Anna"), whole, vehicle(volvo, "XYZ 1", "Anna")}
	text := func(s string) *string { return &s }
	changed := func(plate string, o domain.Overrides) domain.Event {
		return &domain.VehicleChanged{VIN: honda, RegistrationNumber: plate, Overrides: o, At: now}
	}
	transferred := &domain.VehicleTransferred{VIN: honda, CustomerID: anna, At: now}

	for name, c := range map[string]struct {
		cmd  ChangeVehicle
		then []domain.Event
	}{
		"the registration number":         {ChangeVehicle{RegistrationNumber: text("def 456")}, []domain.Event{changed("DEF 456", whole.Overrides)}},
		"how its own number is written":   {ChangeVehicle{RegistrationNumber: text("abc123")}, []domain.Event{changed("ABC123", whole.Overrides)}},
		"one override":                    {ChangeVehicle{GraceSeconds: To[int64](0)}, []domain.Event{changed("ABC 123", domain.Overrides{IntervalSeconds: seconds64(10), GraceSeconds: seconds64(0)})}},
		"to inherit again":                {ChangeVehicle{IntervalSeconds: Away[int64](), GraceSeconds: Away[int64]()}, []domain.Event{changed("ABC 123", domain.Overrides{})}},
		"the customer":                    {ChangeVehicle{CustomerID: &anna}, []domain.Event{transferred}},
		"customer and number in one step": {ChangeVehicle{CustomerID: &anna, RegistrationNumber: text("N1")}, []domain.Event{transferred, changed("N1", whole.Overrides)}},
	} {
		t.Run("changes "+name+" and leaves the rest", func(t *testing.T) {
			t.Parallel()
			s := given(t, world...)
			c.cmd.VIN = string(honda)
			appends := s.store.appends
			result, err := s.ChangeVehicle.Handle(t.Context(), c.cmd)
			require.NoError(t, err)
			s.then(c.then...)
			assert.Equal(t, 1, s.store.appends-appends)
			assert.Equal(t, s.lastPosition(), result.Position)
			state, err := loadVehicle(t.Context(), s.store, honda)
			require.NoError(t, err)
			assert.Equal(t, state.vehicle, result.Vehicle)
			assert.Equal(t, state.vehicle.CustomerID, result.Customer.ID)
			assert.NotEmpty(t, result.Customer.Name)
			assert.Equal(t, before, result.RegisteredAt)
		})
	}

	for name, cmd := range map[string]ChangeVehicle{
		"nothing is given":      {},
		"all is given as it is": {RegistrationNumber: text("ABC 123"), CustomerID: &kalle, IntervalSeconds: To[int64](10), GraceSeconds: To[int64](5)},
	} {
		t.Run("appends nothing and answers where the vehicle was last changed when "+name, func(t *testing.T) {
			t.Parallel()
			s := given(t, world...)
			cmd.VIN = string(honda)
			result, err := s.ChangeVehicle.Handle(t.Context(), cmd)
			require.NoError(t, err)
			s.thenNothing()
			assert.Equal(t, domain.Position{Commit: 4, Prepare: 4}, result.Position)
			assert.Equal(t, whole.Vehicle, result.Vehicle)
		})
	}

	nobody := domain.CustomerID("nobody")
	for name, c := range map[string]struct {
		cmd    ChangeVehicle
		kind   domain.Kind
		fields []string
	}{
		"an unknown vehicle":                {ChangeVehicle{VIN: string(scania)}, domain.NotFound, nil},
		"a VIN that is none":                {ChangeVehicle{VIN: "X"}, domain.Invalid, []string{"vin"}},
		"an unknown customer":               {ChangeVehicle{VIN: string(honda), CustomerID: &nobody}, domain.Invalid, []string{"customerId"}},
		"the number of another vehicle":     {ChangeVehicle{VIN: string(honda), RegistrationNumber: text("xyz1")}, domain.Taken, []string{"registrationNumber"}},
		"a number too long and a bad grace": {ChangeVehicle{VIN: string(honda), RegistrationNumber: text("12345678901234567"), GraceSeconds: To[int64](-1)}, domain.Invalid, []string{"registrationNumber", "graceSeconds"}},
		"a timeout too long":                {ChangeVehicle{VIN: string(honda), IntervalSeconds: To[int64](7 * 24 * 3600)}, domain.Invalid, []string{"intervalSeconds"}},
	} {
		t.Run("refuses "+name+" and stores nothing", func(t *testing.T) {
			t.Parallel()
			s := given(t, world...)
			_, err := s.ChangeVehicle.Handle(t.Context(), c.cmd)
			refused(t, err, c.kind, c.fields...)
			s.thenNothing()
		})
	}

	t.Run("refuses a decommissioned vehicle", func(t *testing.T) {
		t.Parallel()
		s := given(t, append(world, decommissioned(honda))...)
		_, err := s.ChangeVehicle.Handle(t.Context(), ChangeVehicle{VIN: string(honda), RegistrationNumber: text("N")})
		refused(t, err, domain.NotFound)
	})

	t.Run("loses no change of two nodes that change one vehicle at once", func(t *testing.T) {
		t.Parallel()
		s := given(t, world...)
		other := newNode(t, s.store, nil)
		errs := race(
			func() error {
				_, err := s.ChangeVehicle.Handle(t.Context(), ChangeVehicle{VIN: string(honda), RegistrationNumber: text("N1")})
				return err
			},
			func() error {
				_, err := other.ChangeVehicle.Handle(t.Context(), ChangeVehicle{VIN: string(honda), IntervalSeconds: To[int64](99)})
				return err
			})
		assert.Equal(t, []error{nil, nil}, errs)
		state, err := loadVehicle(t.Context(), s.store, honda)
		require.NoError(t, err)
		assert.Equal(t, eventstore.Revision(2), state.revision)
		assert.Equal(t, "N1", state.vehicle.RegistrationNumber)
		assert.Equal(t, seconds64(99), state.vehicle.IntervalSeconds)
	})
}
