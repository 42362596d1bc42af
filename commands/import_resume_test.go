package commands

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// errCrash is an append of a process that is no more.
var errCrash = fmt.Errorf("%w: the process is dead", eventstore.ErrClosed)

// crashing imports four vehicles on a node that dies at append n, before or after it is stored, and returns the log.
func crashing(t *testing.T, n int, stored bool) (s *scenario, finished bool) {
	t.Helper()
	s = given(t, customer("Kalle"), vehicle(honda, "H 0", "Kalle"), vehicle(volvo, "V 0", "Kalle"), decommissioned(volvo))
	first := s.store.appends
	s.store.before = func(at int, _ string) error {
		if at-first > n || at-first == n && !stored {
			return errCrash
		}
		return nil
	}
	s.store.after = func(at int, _ string) error {
		if at-first == n {
			return errCrash
		}
		return nil
	}
	moved := row(5, "1HGCM82633A004353", "N 2", "Kalle")
	moved.CustomerAddress = "Gatan 2"
	_, err := s.importRows(row(2, honda, "H 1", "Kalle"), row(3, volvo, "V 1", "Kalle"), row(4, scania, "N 1", "Anna"), moved)
	s.Close()
	s.store.before, s.store.after = nil, nil
	return s, err == nil
}

func TestResumedImports(t *testing.T) {
	t.Parallel()
	vins := []domain.VIN{honda, volvo, scania, "1HGCM82633A004353"}
	whole := []domain.Vehicle{
		{VIN: honda, RegistrationNumber: "H 1", CustomerID: customerIDFor("Kalle")}, {VIN: volvo, RegistrationNumber: "V 1", CustomerID: customerIDFor("Kalle")},
		{VIN: scania, RegistrationNumber: "N 1", CustomerID: customerIDFor("Anna")}, {VIN: vins[3], RegistrationNumber: "N 2", CustomerID: customerIDFor("Kalle")},
	}

	t.Run("are applied whole or not at all after a crash at any append", func(t *testing.T) {
		t.Parallel()
		crashes := 0
		for n := range 100 {
			ended := true
			for _, stored := range []bool{false, true} {
				s, finished := crashing(t, n, stored)
				if !finished {
					ended = false
					crashes++
				}
				next := newNode(t, s.store, nil)
				require.NoError(t, next.ImportFleet.Resume(t.Context()))
				require.NoError(t, next.ImportFleet.Resume(t.Context()), "again is harmless")
				kinds := map[string]int{}
				for _, r := range s.store.since(s.given) {
					kinds[r.Type]++
				}
				if kinds[domain.TypeImportAccepted] == 0 {
					assert.Equal(t, 1, len(fleetOf(t, s.store, vins...)), "nothing half done")
					assert.LessOrEqual(t, len(s.store.since(s.given)), 1)
					continue
				}
				assert.Equal(t, whole, fleetOf(t, s.store, vins...))
				assert.Equal(t, map[string]int{
					domain.TypeImportRows: 1, domain.TypeImportAccepted: 1, domain.TypeImportCompleted: 1, domain.TypeCustomerRegistered: 1,
					domain.TypeCustomerChanged: 1, domain.TypeVehicleRegistered: 3, domain.TypeVehicleChanged: 1,
				}, kinds, "crash at append %d, stored: %v", n, stored)
				require.NoError(t, next.registry.Wait(t.Context(), s.lastPosition()))
				assert.Empty(t, next.registry.PendingImports())
			}
			if ended {
				break
			}
		}
		assert.GreaterOrEqual(t, crashes, 2*9)
	})

	t.Run("do not undo what happened after the row was applied", func(t *testing.T) {
		t.Parallel()
		s := given(t, customer("Kalle"))
		result, err := s.importRows(row(2, honda, "A 1", "Kalle"), row(3, volvo, "A 2", "Kalle"))
		require.NoError(t, err)
		plate := "LATER"
		_, err = s.ChangeVehicle.Handle(t.Context(), ChangeVehicle{VIN: string(honda), RegistrationNumber: &plate})
		require.NoError(t, err)
		_, err = s.DecommissionVehicle.Handle(t.Context(), DecommissionVehicle{VIN: string(volvo)})
		require.NoError(t, err)
		before := s.lastPosition()

		w := &writer{store: s.store, registry: readyRegistry(t), now: func() domain.Instant { return now }}
		for _, registry := range []*Registry{w.registry, s.registry} {
			w.registry = registry
			stored, err := w.loadImport(t.Context(), result.ID)
			require.NoError(t, err)
			stored.completed, stored.revision = false, stored.revision-1 // as a node sees it that was as far before the others went on
			_, err = w.applyImport(t.Context(), stored)
			require.NoError(t, err)
		}
		assert.Equal(t, before, s.lastPosition())
		assert.Equal(t, "LATER", fleetOf(t, s.store, honda, volvo)[0].RegistrationNumber)
	})

	t.Run("are applied once by two nodes at the same time", func(t *testing.T) {
		t.Parallel()
		s, _ := crashing(t, 1, true)
		first, other := newNode(t, s.store, nil), newNode(t, s.store, nil)
		errs := race(
			func() error { return first.ImportFleet.Resume(t.Context()) },
			func() error { return other.ImportFleet.Resume(t.Context()) })
		assert.Equal(t, []error{nil, nil}, errs)
		assert.Equal(t, whole, fleetOf(t, s.store, vins...))
		assert.Len(t, s.store.since(s.given), 9)
	})

	t.Run("leave a vehicle that went to another customer meanwhile", func(t *testing.T) {
		t.Parallel()
		s, _ := crashing(t, 1, true)
		s.happened(customer("Bo"), &domain.VehicleTransferred{VIN: honda, CustomerID: customerIDFor("Bo"), At: now})
		next := newNode(t, s.store, nil)
		require.NoError(t, next.ImportFleet.Resume(t.Context()))
		got := fleetOf(t, s.store, honda)
		assert.Equal(t, "H 0", got[0].RegistrationNumber)
		assert.Equal(t, customerIDFor("Bo"), got[0].CustomerID)
	})

	t.Run("wait until the registry is ready, as long as the caller does", func(t *testing.T) {
		t.Parallel()
		h := New(Options{Store: newMemStore(), Registry: NewRegistry(), Now: func() domain.Instant { return now }})
		t.Cleanup(h.Close)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, h.ImportFleet.Resume(ctx), context.Canceled)
	})

	t.Run("say what the log did not do", func(t *testing.T) {
		t.Parallel()
		s, _ := crashing(t, 1, true)
		next := newNode(t, s.store, nil)
		broken := errors.New("a page is torn")
		s.store.reading = func(stream string) error {
			if stream == domain.VehicleStream(honda) {
				return errors.Join(eventstore.ErrCorrupt, broken)
			}
			return nil
		}
		require.ErrorIs(t, next.ImportFleet.Resume(t.Context()), broken)
		s.store.reading = nil
		require.NoError(t, next.ImportFleet.Resume(t.Context()))
		assert.Equal(t, whole, fleetOf(t, s.store, vins...))
	})
}

func TestImportsThatSomebodyElseEnded(t *testing.T) {
	t.Parallel()
	applied := func(t *testing.T, last domain.Event) (*scenario, error) {
		t.Helper()
		s, _ := crashing(t, 1, true)
		next := newNode(t, s.store, nil)
		id := next.registry.PendingImports()[0]
		w := &writer{store: s.store, registry: next.registry, now: func() domain.Instant { return now }}
		stored, err := w.loadImport(t.Context(), id)
		require.NoError(t, err)
		encoded, err := eventstore.Encode(uuid.New(), last, eventstore.Metadata{})
		require.NoError(t, err)
		_, err = s.store.Append(t.Context(), domain.ImportStream(id), stored.revision, encoded)
		require.NoError(t, err)
		end := s.lastPosition()
		at, err := w.applyImport(t.Context(), stored)
		if err == nil {
			assert.Equal(t, end, at)
		}
		return s, err
	}

	t.Run("are completed where that one completed them", func(t *testing.T) {
		t.Parallel()
		s, err := applied(t, &domain.ImportCompleted{ID: "by other means"})
		require.NoError(t, err)
		assert.Len(t, fleetOf(t, s.store, honda, volvo, scania), 3)
	})

	t.Run("are an error, not an endless loop, where their stream holds something else", func(t *testing.T) {
		t.Parallel()
		_, err := applied(t, &domain.ImportRows{ID: "what is this"})
		assert.ErrorContains(t, err, "without being completed")
	})
}

func TestDecideImport(t *testing.T) {
	t.Parallel()
	imported := domain.ImportRow{VIN: honda, RegistrationNumber: "A", CustomerID: "c1", Customer: "Kalle"}
	same := vehicleState{registered: true, vehicle: domain.Vehicle{VIN: honda, RegistrationNumber: "A", CustomerID: "c1"}}
	assert.Nil(t, decideImportVehicle(same, imported, now))
	assert.Nil(t, decideImportCustomer(customerState{known: true}, imported, now))
	assert.NotEqual(t, uuid.Nil, eventID("x"))
	assert.Equal(t, eventID("x"), eventID("x"))
	assert.NotEqual(t, eventID("x"), eventID("y"))
}
