package commands

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

func row(line int, vin domain.VIN, plate, owner string) Row {
	return Row{Line: line, VIN: string(vin), RegistrationNumber: plate, Customer: owner}
}

func (s *scenario) importRows(rows ...Row) (ImportResult, error) {
	return s.ImportFleet.Handle(s.t.Context(), ImportFleet{Rows: rows})
}

// fleetOf returns what the log says of these vehicles, and how many customers it has.
func fleetOf(t *testing.T, store eventstore.Store, vins ...domain.VIN) (vehicles []domain.Vehicle) {
	t.Helper()
	for _, vin := range vins {
		state, err := loadVehicle(t.Context(), store, vin)
		require.NoError(t, err)
		if state.registered {
			vehicles = append(vehicles, state.vehicle)
		}
	}
	return vehicles
}

func TestImportFleet(t *testing.T) {
	t.Parallel()
	kalle, anna := customerIDFor("Kalle"), customerIDFor("Anna")

	t.Run("stores the rows, accepts, applies and completes them", func(t *testing.T) {
		t.Parallel()
		s := given(t, customer("Kalle"))
		first := row(2, honda, " abc 1 ", "KALLE")
		first.IntervalSeconds, first.GraceSeconds = text("300"), text("")
		second := row(3, "1HGCM82633A004353", "abc 2", "Anna")
		second.CustomerAddress = "Gatan 1"
		result, err := s.ImportFleet.Handle(WithActor(t.Context(), "r1", "key-1"), ImportFleet{Rows: []Row{first, second}})
		require.NoError(t, err)
		assert.Equal(t, []int{2, 2, 0, 0}, []int{result.Rows, result.Registered, result.Changed, result.Unchanged})
		assert.Equal(t, []string{"Anna"}, result.NewCustomers)
		assert.Equal(t, s.lastPosition(), result.Position)

		log := s.store.since(s.given)
		require.Len(t, log, 6)
		var rows domain.ImportRows
		e, err := eventstore.Decode(log[0])
		require.NoError(t, err)
		rows = *e.(*domain.ImportRows)
		assert.Equal(t, domain.ImportRows{ID: result.ID, Rows: []domain.ImportRow{
			{Line: 2, VIN: honda, RegistrationNumber: "ABC 1", CustomerID: kalle, Customer: "Kalle", Overrides: domain.Overrides{IntervalSeconds: seconds64(300)}},
			{Line: 3, VIN: "1HGCM82633A004353", RegistrationNumber: "ABC 2", CustomerID: anna, Customer: "Anna", CustomerAddress: "Gatan 1", NewCustomer: true},
		}}, rows)
		assert.JSONEq(t, `{"correlationId":"r1","by":"key-1"}`, string(log[0].Metadata))
		e, err = eventstore.Decode(log[1])
		require.NoError(t, err)
		assert.Equal(t, &domain.ImportAccepted{ID: result.ID, Rows: 2, At: now}, e)
		e, err = eventstore.Decode(log[2])
		require.NoError(t, err)
		assert.Equal(t, &domain.CustomerRegistered{Customer: domain.Customer{ID: anna, Name: "Anna", Address: "Gatan 1"}, At: now}, e)
		assert.JSONEq(t, `{"correlationId":"import-`+result.ID+`","by":"import"}`, string(log[2].Metadata))
		e, err = eventstore.Decode(log[5])
		require.NoError(t, err)
		assert.Equal(t, &domain.ImportCompleted{ID: result.ID, At: now}, e)
		assert.Equal(t, []domain.Vehicle{
			{VIN: honda, RegistrationNumber: "ABC 1", CustomerID: kalle, Overrides: domain.Overrides{IntervalSeconds: seconds64(300)}},
			{VIN: "1HGCM82633A004353", RegistrationNumber: "ABC 2", CustomerID: anna},
		}, fleetOf(t, s.store, honda, "1HGCM82633A004353"))
		assert.True(t, s.registry.Registered(honda), "the node reads its own writes")
		assert.Empty(t, s.registry.PendingImports())
	})

	t.Run("leaves what is the same, changes what differs, and begins new lives", func(t *testing.T) {
		t.Parallel()
		tuned := vehicle(scania, "S 1", "Kalle")
		tuned.GraceSeconds = seconds64(9)
		s := given(t, customer("Kalle"), vehicle(honda, "ABC 1", "Kalle"), tuned, vehicle(volvo, "V 1", "Kalle"), decommissioned(volvo))
		result, err := s.importRows(row(2, honda, "abc 1", "Kalle"), row(3, scania, "S 2", "Kalle"), row(4, volvo, "V 2", "Kalle"))
		require.NoError(t, err)
		assert.Equal(t, []int{1, 1, 1}, []int{result.Registered, result.Changed, result.Unchanged})
		got := fleetOf(t, s.store, honda, scania, volvo)
		assert.Equal(t, []string{"ABC 1", "S 2", "V 2"}, []string{got[0].RegistrationNumber, got[1].RegistrationNumber, got[2].RegistrationNumber})
		assert.Equal(t, seconds64(9), got[1].GraceSeconds, "there is no such column: left as it is")
		state, err := loadVehicle(t.Context(), s.store, honda)
		require.NoError(t, err)
		assert.EqualValues(t, 0, state.revision)
	})

	t.Run("an empty cell inherits again", func(t *testing.T) {
		t.Parallel()
		tuned := vehicle(honda, "A", "Kalle")
		tuned.GraceSeconds, tuned.IntervalSeconds = seconds64(9), seconds64(8)
		s := given(t, customer("Kalle"), tuned)
		r := row(2, honda, "A", "Kalle")
		r.GraceSeconds = text(" ")
		_, err := s.importRows(r)
		require.NoError(t, err)
		assert.Equal(t, domain.Overrides{IntervalSeconds: seconds64(8)}, fleetOf(t, s.store, honda)[0].Overrides)
	})

	t.Run("appends nothing when nothing changes", func(t *testing.T) {
		t.Parallel()
		s := given(t, customer("Kalle"), vehicle(honda, "ABC 1", "Kalle"))
		result, err := s.importRows(row(2, honda, "ABC 1", "Kalle"))
		require.NoError(t, err)
		assert.Equal(t, 1, result.Unchanged)
		assert.Equal(t, s.lastPosition(), result.Position)
		assert.Empty(t, result.ID)
		s.thenNothing()
	})

	t.Run("gives a known customer its new address, also when no vehicle changes", func(t *testing.T) {
		t.Parallel()
		kallesGrace := customer("Kalle")
		kallesGrace.GraceSeconds = seconds64(7)
		s := given(t, kallesGrace, vehicle(honda, "A 1", "Kalle"), vehicle(volvo, "A 2", "Kalle"))
		moved := row(3, volvo, "A 2", "Kalle")
		moved.CustomerAddress = "Gatan 2"
		result, err := s.importRows(row(2, honda, "A 1", "Kalle"), moved)
		require.NoError(t, err)
		assert.Equal(t, []string{"Kalle"}, result.ChangedCustomers)
		state, err := loadCustomer(t.Context(), s.store, kalle)
		require.NoError(t, err)
		assert.Equal(t, domain.Customer{ID: kalle, Name: "Kalle", Address: "Gatan 2", Overrides: domain.Overrides{GraceSeconds: seconds64(7)}}, state.customer)
		assert.Equal(t, 2, result.Unchanged)
		again, err := s.importRows(moved)
		require.NoError(t, err)
		assert.Empty(t, again.ID)
	})

	t.Run("lets two vehicles of one file swap their numbers", func(t *testing.T) {
		t.Parallel()
		s := given(t, customer("Kalle"), vehicle(honda, "A 1", "Kalle"), vehicle(volvo, "A 2", "Kalle"))
		result, err := s.importRows(row(2, honda, "A 2", "Kalle"), row(3, volvo, "A 1", "Kalle"))
		require.NoError(t, err)
		assert.Equal(t, 2, result.Changed)
		require.NoError(t, s.registry.Wait(t.Context(), result.Position))
		holder, _ := s.registry.PlateHolder("A 2", "")
		assert.Equal(t, honda, holder)
	})

	t.Run("only says on a dry run what it would do, and warns", func(t *testing.T) {
		t.Parallel()
		s := given(t, customer("Kalles Grus"))
		result, err := s.ImportFleet.Handle(t.Context(), ImportFleet{DryRun: true, Problems: []LineProblem{{Line: 9, Message: "unreadable"}}, Rows: []Row{
			row(2, honda, "A 1", "Kales Grus"), row(3, volvo, "A 2", "Kales Gruss"), row(4, "BAD", "A 3", "Anna"), row(5, scania, "A 5", "Kales Grus"),
		}})
		require.NoError(t, err)
		assert.True(t, result.DryRun)
		assert.Equal(t, 4, result.Rows)
		assert.Equal(t, 3, result.Registered)
		assert.Equal(t, []string{"Kales Grus", "Kales Gruss"}, result.NewCustomers)
		assert.Equal(t, 2, result.ProblemCount)
		require.Len(t, result.Problems, 2)
		assert.Equal(t, []int{4, 9}, []int{result.Problems[0].Line, result.Problems[1].Line})
		require.Len(t, result.Warnings, 3)
		assert.Equal(t, `"Kales Grus" is a new customer, and close to "Kalles Grus", a known customer`, result.Warnings[0].Message)
		assert.Contains(t, result.Warnings[1].Message, "2 VINs (lines 3, 5)")
		assert.Contains(t, result.Warnings[2].Message, `close to`)
		assert.True(t, result.Position.IsZero())
		s.thenNothing()
	})
}

func TestImportFleetRefuses(t *testing.T) {
	t.Parallel()
	world := []domain.Event{customer("Kalle"), customer("Anna"), vehicle(volvo, "V 1", "Anna")}
	withCells := func(r Row, address, interval, grace string) Row {
		r.CustomerAddress, r.IntervalSeconds, r.GraceSeconds = address, text(interval), text(grace)
		return r
	}
	for name, c := range map[string]struct {
		rows   []Row
		fields []string
	}{
		"everything wrong in a line at once": {
			[]Row{withCells(row(7, "BAD", "-", " "), "\x00", "x", "-1")},
			[]string{"line 7: vin", "line 7: registration_number", "line 7: customer", "line 7: customer_address", "line 7: interval_seconds", "line 7: grace_seconds"}},
		"a VIN twice":                            {[]Row{row(2, honda, "A", "Kalle"), row(3, honda, "B", "Kalle")}, []string{"line 3: vin"}},
		"a number twice":                         {[]Row{row(2, honda, "A-1", "Kalle"), row(3, scania, "a1", "Kalle")}, []string{"line 3: registration_number"}},
		"two addresses of one customer":          {[]Row{withCells(row(2, honda, "A", "Kalle"), "X", "", ""), withCells(row(3, scania, "B", "kalle"), "Y", "", "")}, []string{"line 3: customer_address"}},
		"a vehicle of another customer":          {[]Row{row(2, volvo, "V 1", "Kalle")}, []string{"line 2: customer"}},
		"a number of another vehicle":            {[]Row{row(2, honda, "v1", "Kalle")}, []string{"line 2: registration_number"}},
		"a timeout too long":                     {[]Row{withCells(row(2, honda, "A", "Kalle"), "", "604800", "1")}, []string{"line 2: interval_seconds"}},
		"one line of many that are right":        {[]Row{row(2, honda, "A", "Kalle"), row(3, scania, "V 1", "Kalle"), row(4, "1HGCM82633A004353", "C", "New")}, []string{"line 3: registration_number"}},
		"lines in their order, whoever finds it": {[]Row{withCells(row(2, honda, "A", "Kalle"), "", "604800", "1"), row(3, "BAD", "B", "Kalle"), row(4, volvo, "V 1", "Kalle")}, []string{"line 2: interval_seconds", "line 3: vin", "line 4: customer"}},
	} {
		t.Run(name+", and stores nothing", func(t *testing.T) {
			t.Parallel()
			s := given(t, world...)
			_, err := s.importRows(c.rows...)
			e := refused(t, err, domain.Invalid, c.fields...)
			assert.Contains(t, e.Message, "nothing was imported")
			s.thenNothing()
		})
	}

	t.Run("what could not be parsed", func(t *testing.T) {
		t.Parallel()
		s := given(t, world...)
		_, err := s.ImportFleet.Handle(t.Context(), ImportFleet{Rows: []Row{row(2, honda, "A", "Kalle")}, Problems: []LineProblem{{Line: 3, Message: "unreadable"}}})
		refused(t, err, domain.Invalid, "line 3")
		s.thenNothing()
	})

	t.Run("more lines than are allowed", func(t *testing.T) {
		t.Parallel()
		s := given(t, world...)
		_, err := s.importRows(make([]Row, MaxImportRows+1)...)
		refused(t, err, domain.Invalid)
	})

	t.Run("more problems than anybody reads, counting them all", func(t *testing.T) {
		t.Parallel()
		s := given(t, world...)
		_, err := s.importRows(make([]Row, maxImportProblems)...)
		var e *domain.Error
		require.ErrorAs(t, err, &e)
		assert.Len(t, e.Fields, maxImportProblems)
		assert.Contains(t, e.Message, fmt.Sprint(3*maxImportProblems, " problems"))
	})

	t.Run("while nobody knows who is registered", func(t *testing.T) {
		t.Parallel()
		h := New(Options{Store: newMemStore(), Registry: NewRegistry(), Now: func() domain.Instant { return now }})
		t.Cleanup(h.Close)
		_, err := h.ImportFleet.Handle(t.Context(), ImportFleet{Rows: []Row{row(2, honda, "A", "Kalle")}})
		refused(t, err, domain.Unavailable)
	})
}

func TestImportOfManyRows(t *testing.T) {
	t.Parallel()

	t.Run("is stored in events that fit, and applied to the last row", func(t *testing.T) {
		t.Parallel()
		s := given(t)
		var rows []Row
		for i := range 5_000 {
			r := row(i+2, benchVIN(i), fmt.Sprint("P", i), fmt.Sprintf("Customer %03d %s", i%20, strings.Repeat(`ö"`, 90)))
			rows = append(rows, r)
		}
		result, err := s.importRows(rows...)
		require.NoError(t, err)
		assert.Equal(t, 5_000, result.Registered)
		parts, stored := 0, 0
		for _, r := range s.store.since(s.given) {
			if r.Type == domain.TypeImportRows {
				parts++
				e, err := eventstore.Decode(r)
				require.NoError(t, err)
				stored += len(e.(*domain.ImportRows).Rows)
				assert.LessOrEqual(t, r.Size(), eventstore.MaxAppendSize)
			}
		}
		assert.Greater(t, parts, 1)
		assert.Equal(t, 5_000, stored)
		require.NoError(t, s.registry.Wait(t.Context(), result.Position))
		assert.Equal(t, 5_000, s.registry.Vehicles())
		assert.Len(t, s.registry.customerList(), 20)
	})

	t.Run("goes on when its caller has gone, and ends when the handlers are closed", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			s := given(t, customer("Kalle"))
			hold := make(chan struct{})
			s.store.before = func(_ int, stream string) error {
				if stream == domain.VehicleStream(honda) {
					<-hold
				}
				return nil
			}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() {
				ended <- second(s.ImportFleet.Handle(ctx, ImportFleet{Rows: []Row{row(2, honda, "A", "Kalle")}}))
			}()
			synctest.Wait()
			cancel()
			refused(t, <-ended, domain.Unavailable)
			assert.Empty(t, fleetOf(t, s.store, honda))
			close(hold)
			synctest.Wait()
			assert.Len(t, fleetOf(t, s.store, honda), 1)
			assert.Empty(t, s.registry.PendingImports())
			s.Close()
			_, err := s.importRows(row(2, scania, "B", "Kalle"))
			refused(t, err, domain.Unavailable)
			s.Close()
		})
	})

	t.Run("waits for a log that is away for a while", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			s := given(t)
			first := s.store.appends
			s.store.before = func(n int, _ string) error { // the rows and their acceptance go through at once
				if n-first >= 2 && n-first < 12 {
					return eventstore.ErrUnavailable
				}
				return nil
			}
			_, err := s.importRows(row(2, honda, "A", "Kalle"), row(3, volvo, "B", "Anna"))
			require.NoError(t, err)
			assert.Len(t, fleetOf(t, s.store, honda, volvo), 2)
		})
	})

	t.Run("two imports and a registration at once share a new customer", func(t *testing.T) {
		t.Parallel()
		s := given(t)
		errs := race(
			func() error { return second(s.importRows(row(2, honda, "A", "Kalle"))) },
			func() error { return second(s.importRows(row(2, volvo, "B", "KALLE"))) },
			func() error {
				return second(s.RegisterVehicle.Handle(t.Context(), RegisterVehicle{VIN: string(scania), RegistrationNumber: "C", Customer: "kalle"}))
			})
		assert.Equal(t, []error{nil, nil, nil}, errs)
		for _, v := range fleetOf(t, s.store, honda, volvo, scania) {
			assert.Equal(t, customerIDFor("Kalle"), v.CustomerID)
		}
		require.NoError(t, s.registry.Wait(t.Context(), s.lastPosition()))
		assert.Len(t, s.registry.customerList(), 1)
	})
}
