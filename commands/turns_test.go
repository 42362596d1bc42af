package commands

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

func TestThoseWhoChangeOneThingTakeTurns(t *testing.T) {
	t.Parallel()
	kalle, anna := customerIDFor("Kalle"), customerIDFor("Anna")
	world := []domain.Event{customer("Kalle"), customer("Anna"), vehicle(honda, "ABC 123", "Kalle")}
	ofVehicle, ofCustomer := domain.VehicleStream(honda), domain.CustomerStream(kalle)
	change := func(s *scenario, grace int64) error {
		return second(s.ChangeVehicle.Handle(s.t.Context(), ChangeVehicle{VIN: string(honda), GraceSeconds: To(grace)}))
	}
	for name, c := range map[string]struct {
		stream    string
		one, next func(s *scenario) error
	}{
		"two changes of a vehicle": {ofVehicle,
			func(s *scenario) error { return change(s, 1) }, func(s *scenario) error { return change(s, 2) }},
		"a change and a transfer": {ofVehicle, func(s *scenario) error { return change(s, 1) }, func(s *scenario) error {
			return second(s.TransferVehicle.Handle(s.t.Context(), TransferVehicle{VIN: string(honda), CustomerID: anna}))
		}},
		"a change and the end": {ofVehicle, func(s *scenario) error { return change(s, 1) }, func(s *scenario) error {
			return second(s.DecommissionVehicle.Handle(s.t.Context(), DecommissionVehicle{VIN: string(honda)}))
		}},
		"two changes of a customer": {ofCustomer, func(s *scenario) error {
			return second(s.ChangeCustomer.Handle(s.t.Context(), ChangeCustomer{ID: kalle, Address: To("Here")}))
		}, func(s *scenario) error {
			return second(s.ChangeCustomer.Handle(s.t.Context(), ChangeCustomer{ID: kalle, Address: To("There")}))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := given(t, world...)
				begun := s.store.appends
				first := make(chan struct{})
				s.store.before = func(n int, stream string) error {
					if n == begun {
						<-first
					}
					return nil
				}
				reads := s.store.readsOf(c.stream)
				errs := make(chan error, 2)
				go func() { errs <- c.one(s) }()
				synctest.Wait()
				go func() { errs <- c.next(s) }()
				synctest.Wait()
				assert.Equal(t, reads+1, s.store.readsOf(c.stream), "the second decides when the first is done")
				close(first)
				require.NoError(t, <-errs)
				require.NoError(t, <-errs)
				assert.Equal(t, begun+2, s.store.appends, "no race is lost")
			})
		})
	}

	t.Run("a crowd changes one vehicle and nobody is refused", func(t *testing.T) {
		t.Parallel()
		s := given(t, world...)
		begun := s.store.appends
		var crowd []func() error
		for i := range int64(50) {
			crowd = append(crowd, func() error { return change(s, i) })
		}
		for _, err := range race(crowd...) {
			require.NoError(t, err)
		}
		assert.Equal(t, begun+50, s.store.appends)
	})
}
