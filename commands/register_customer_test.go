package commands

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

func TestRegisterCustomer(t *testing.T) {
	t.Parallel()

	t.Run("registers a customer with everything given", func(t *testing.T) {
		t.Parallel()
		s := given(t)
		overrides := domain.Overrides{IntervalSeconds: seconds64(300)}
		result, err := s.RegisterCustomer.Handle(t.Context(), RegisterCustomer{Name: " Kalles Grus AB ", Address: "Cementvägen 8", Overrides: overrides})
		require.NoError(t, err)
		want := domain.Customer{ID: customerIDFor("Kalles Grus AB"), Name: "Kalles Grus AB", Address: "Cementvägen 8", Overrides: overrides}
		assert.Equal(t, CustomerResult{want, s.lastPosition()}, result)
		s.then(&domain.CustomerRegistered{Customer: want, At: now})
	})

	t.Run("writes into the event what led to it and who did it", func(t *testing.T) {
		t.Parallel()
		s := given(t)
		_, err := s.RegisterCustomer.Handle(WithActor(t.Context(), "request-7", "key-3"), RegisterCustomer{Name: "Kalle"})
		require.NoError(t, err)
		log := s.store.since(s.given)
		require.Len(t, log, 1)
		assert.JSONEq(t, `{"correlationId":"request-7","by":"key-3"}`, string(log[0].Metadata))
		assert.Equal(t, "customer-"+string(customerIDFor("Kalle")), log[0].Stream)
	})

	t.Run("refuses a name that another customer has, by letters and digits", func(t *testing.T) {
		t.Parallel()
		s := given(t, customer("Åkeri & Söner"))
		_, err := s.RegisterCustomer.Handle(t.Context(), RegisterCustomer{Name: "åkeri-SÖNER"})
		refused(t, err, domain.Taken, "name")
		s.thenNothing()
	})

	t.Run("tells names without a letter or digit apart", func(t *testing.T) {
		t.Parallel()
		s := given(t, customer("!!!"))
		_, err := s.RegisterCustomer.Handle(t.Context(), RegisterCustomer{Name: "???"})
		require.NoError(t, err)
		_, err = s.RegisterCustomer.Handle(t.Context(), RegisterCustomer{Name: "!!!"})
		refused(t, err, domain.Taken, "name")
	})

	t.Run("takes a name that nobody has any more, under another id", func(t *testing.T) {
		t.Parallel()
		renamed := &domain.CustomerChanged{Customer: domain.Customer{ID: customerIDFor("Kalle"), Name: "Kalle II"}, At: before}
		s := given(t, customer("Kalle"), renamed)
		result, err := s.RegisterCustomer.Handle(t.Context(), RegisterCustomer{Name: "Kalle"})
		require.NoError(t, err)
		assert.NotEqual(t, customerIDFor("Kalle"), result.ID)
		assert.Len(t, result.ID, 16)
	})

	for name, c := range map[string]struct {
		cmd    RegisterCustomer
		fields []string
	}{
		"an empty name":        {RegisterCustomer{Name: "  "}, []string{"name"}},
		"a name too long":      {RegisterCustomer{Name: strings.Repeat("ö", 201)}, []string{"name"}},
		"an address too long":  {RegisterCustomer{Name: "K", Address: strings.Repeat("ö", 201)}, []string{"address"}},
		"an interval of 0":     {RegisterCustomer{Name: "K", Overrides: domain.Overrides{IntervalSeconds: seconds64(0)}}, []string{"intervalSeconds"}},
		"a negative grace":     {RegisterCustomer{Name: "K", Overrides: domain.Overrides{GraceSeconds: seconds64(-1)}}, []string{"graceSeconds"}},
		"an interval too long": {RegisterCustomer{Name: "K", Overrides: domain.Overrides{IntervalSeconds: seconds64(7*24*3600 - 29)}}, []string{"intervalSeconds"}},
		"all mistakes at once": {RegisterCustomer{Address: "\x00", Overrides: domain.Overrides{GraceSeconds: seconds64(-1)}}, []string{"name", "address", "graceSeconds"}},
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			t.Parallel()
			s := given(t)
			_, err := s.RegisterCustomer.Handle(t.Context(), c.cmd)
			refused(t, err, domain.Invalid, c.fields...)
			s.thenNothing()
		})
	}

	t.Run("accepts a timeout of exactly half of how long heartbeats are kept", func(t *testing.T) {
		t.Parallel()
		s := given(t)
		_, err := s.RegisterCustomer.Handle(t.Context(), RegisterCustomer{Name: "K", Overrides: domain.Overrides{IntervalSeconds: seconds64(7*24*3600 - 30)}})
		require.NoError(t, err)
	})

	t.Run("knows no limit of the sum where heartbeats are kept for ever", func(t *testing.T) {
		t.Parallel()
		s := givenOn(t, func(o *Options) { o.HeartbeatsMaxAge = 0 })
		week := seconds64(7 * 24 * 3600)
		_, err := s.RegisterCustomer.Handle(t.Context(), RegisterCustomer{Name: "K", Overrides: domain.Overrides{IntervalSeconds: week, GraceSeconds: week}})
		require.NoError(t, err)
	})

	t.Run("refuses until the registry knows everybody", func(t *testing.T) {
		t.Parallel()
		store := newMemStore()
		h := New(Options{Store: store, Registry: NewRegistry(), Now: func() domain.Instant { return now }})
		t.Cleanup(h.Close)
		_, err := h.RegisterCustomer.Handle(t.Context(), RegisterCustomer{Name: "Kalle"})
		assert.Positive(t, refused(t, err, domain.Unavailable).RetryAfter)
		assert.Empty(t, store.since(0))
	})

	t.Run("of two nodes that register one name at once, one gets the name", func(t *testing.T) {
		t.Parallel()
		s := given(t)
		other := newNode(t, s.store, nil)
		errs := race(
			func() error {
				_, err := s.RegisterCustomer.Handle(t.Context(), RegisterCustomer{Name: "Kalle"})
				return err
			},
			func() error {
				_, err := other.RegisterCustomer.Handle(t.Context(), RegisterCustomer{Name: "KALLE"})
				return err
			})
		assertOneTaken(t, errs, "name")
		assert.Len(t, s.store.since(s.given), 1)
	})
}

// race does things at the same time and returns their errors.
func race(things ...func() error) []error {
	errs := make(chan error)
	start := make(chan struct{})
	for _, thing := range things {
		go func() {
			<-start
			errs <- thing()
		}()
	}
	close(start)
	all := make([]error, len(things))
	for i := range all {
		all[i] = <-errs
	}
	return all
}

// assertOneTaken checks that one succeeded and all others were refused for a field that is taken.
func assertOneTaken(t *testing.T, errs []error, field string) {
	t.Helper()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		refused(t, err, domain.Taken, field)
	}
	assert.Equal(t, 1, won)
}

func TestDecideRegisterCustomer(t *testing.T) {
	t.Parallel()
	t.Run("is the same for the same state, command and time", func(t *testing.T) {
		t.Parallel()
		l := limits{settings: domain.Settings{IntervalSeconds: 60, GraceSeconds: 30}}
		free := domain.Customer{ID: "c1", Name: "Kalle"}
		first, err1 := decideRegisterCustomer(free, false, RegisterCustomer{Name: "Kalle"}, l, now)
		second, err2 := decideRegisterCustomer(free, false, RegisterCustomer{Name: "Kalle"}, l, now)
		require.NoError(t, err1)
		require.NoError(t, err2)
		assert.Equal(t, first, second)
	})
}
