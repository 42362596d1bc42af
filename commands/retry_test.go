package commands

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

func TestLostRaces(t *testing.T) {
	t.Parallel()
	conflict := &eventstore.ConflictError{Stream: "s", Expected: 1, Actual: 2}

	t.Run("decides anew what somebody else changed meanwhile", func(t *testing.T) {
		t.Parallel()
		s := given(t, customer("Kalle"))
		once := true
		s.store.before = func(_ int, stream string) error {
			if once && stream == domain.SettingsStream {
				once = false
				s.happenedWithout(settings(10, 30))
			}
			return nil
		}
		result, err := s.ChangeSettings.Handle(t.Context(), ChangeSettings{GraceSeconds: seconds64(1)})
		require.NoError(t, err)
		assert.Equal(t, domain.Settings{IntervalSeconds: 10, GraceSeconds: 1}, result.Settings)
	})

	t.Run("is a conflict for the caller after so many losses", func(t *testing.T) {
		t.Parallel()
		calls := 0
		h := retried(func(context.Context, int) (int, error) { calls++; return 0, fmt.Errorf("append: %w", conflict) })
		_, err := h.Handle(t.Context(), 1)
		refused(t, err, domain.Conflict)
		assert.Equal(t, attempts, calls)
		var cause *eventstore.ConflictError
		require.ErrorAs(t, err, &cause)
		assert.Equal(t, conflict, cause)
	})

	t.Run("decides nothing anew that failed in another way", func(t *testing.T) {
		t.Parallel()
		for name, c := range map[string]struct {
			err  error
			kind domain.Kind
		}{
			"refused by a rule":        {domain.Errorf(domain.Taken, "taken"), domain.Taken},
			"the log is unavailable":   {eventstore.ErrUnavailable, domain.Unavailable},
			"the log is closed":        {eventstore.ErrClosed, domain.Unavailable},
			"the disk is full":         {eventstore.ErrFull, domain.Unavailable},
			"the outcome is not known": {errUnknown, domain.Unavailable},
			"the caller has gone":      {context.Canceled, domain.Unavailable},
			"the time is over":         {context.DeadlineExceeded, domain.Unavailable},
			"the log is corrupt":       {eventstore.ErrCorrupt, domain.Internal},
			"an append is too large":   {eventstore.ErrTooLarge, domain.Internal},
			"something unheard of":     {errors.New("SQLITE_BUSY in /var/lib/x"), domain.Internal},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				calls := 0
				h := retried(func(context.Context, int) (int, error) { calls++; return 0, fmt.Errorf("step: %w", c.err) })
				_, err := h.Handle(t.Context(), 1)
				e := refused(t, err, c.kind)
				assert.Equal(t, 1, calls)
				assert.NotContains(t, e.Message, "SQLITE")
				require.ErrorIs(t, err, c.err)
			})
		}
	})
}

// happenedWithout appends an event of somebody else, past the store's faults.
func (s *scenario) happenedWithout(e domain.Event) {
	s.t.Helper()
	at, err := load(s.t.Context(), s.store, streamOf(e), func(domain.Event, uuid.UUID) {})
	require.NoError(s.t, err)
	encoded, err := eventstore.Encode(uuid.New(), e, eventstore.Metadata{})
	require.NoError(s.t, err)
	_, err = s.store.store(streamOf(e), at.revision, []eventstore.Event{encoded})
	require.NoError(s.t, err)
}

func TestUnknownOutcomes(t *testing.T) {
	t.Parallel()
	change := ChangeSettings{GraceSeconds: seconds64(1)}

	t.Run("repeats the same append until it is known, and stores it once", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			s := given(t)
			first := s.store.appends
			s.store.after = func(n int, _ string) error {
				if n < first+3 {
					return errUnknown
				}
				return nil
			}
			result, err := s.ChangeSettings.Handle(t.Context(), change)
			require.NoError(t, err)
			assert.Len(t, s.then(&domain.SettingsChanged{Settings: domain.Settings{IntervalSeconds: 60, GraceSeconds: 1}, At: now}), 1)
			assert.Equal(t, s.lastPosition(), result.Position)
			assert.Equal(t, first+4, s.store.appends)
		})
	})

	t.Run("repeats what was not stored until it is", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			s := given(t)
			first := s.store.appends
			s.store.before = func(n int, _ string) error {
				if n < first+2 {
					return errUnknown
				}
				return nil
			}
			_, err := s.ChangeSettings.Handle(t.Context(), change)
			require.NoError(t, err)
			assert.Len(t, s.store.since(s.given), 1)
		})
	})

	t.Run("says that it is not known when the caller's time is over", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			s := given(t)
			s.store.before = func(int, string) error { return errUnknown }
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			_, err := s.ChangeSettings.Handle(ctx, change)
			assert.Positive(t, refused(t, err, domain.Unavailable).RetryAfter)
			assert.Contains(t, err.Error(), "not known")
			assert.Less(t, s.store.appends, 50, "with pauses that grow")
		})
	})

	t.Run("fails at once when nothing was stored for sure", func(t *testing.T) {
		t.Parallel()
		s := given(t)
		first := s.store.appends
		s.store.before = func(int, string) error { return eventstore.ErrUnavailable }
		_, err := s.ChangeSettings.Handle(t.Context(), change)
		refused(t, err, domain.Unavailable)
		assert.Equal(t, first+1, s.store.appends)
		s.thenNothing()
	})

	t.Run("a log that cannot be read changes nothing", func(t *testing.T) {
		t.Parallel()
		s := given(t, customer("Kalle"))
		s.store.reading = func(string) error { return eventstore.ErrUnavailable }
		for name, err := range map[string]error{
			"settings": second(s.ChangeSettings.Handle(t.Context(), change)),
			"customer": second(s.ChangeCustomer.Handle(t.Context(), ChangeCustomer{ID: customerIDFor("Kalle")})),
			"new":      second(s.RegisterCustomer.Handle(t.Context(), RegisterCustomer{Name: "Anna"})),
			"vehicle":  second(s.RegisterVehicle.Handle(t.Context(), RegisterVehicle{VIN: string(honda), RegistrationNumber: "A", Customer: "Anna"})),
			"changed":  second(s.ChangeVehicle.Handle(t.Context(), ChangeVehicle{VIN: string(honda)})),
			"gone":     second(s.DecommissionVehicle.Handle(t.Context(), DecommissionVehicle{VIN: string(honda)})),
			"import":   second(s.ImportFleet.Handle(t.Context(), ImportFleet{Rows: []Row{{Line: 2, VIN: string(honda), RegistrationNumber: "A", Customer: "New"}}})),
		} {
			t.Log(name)
			refused(t, err, domain.Unavailable)
		}
		s.thenNothing()
	})
}

func second[R any](_ R, err error) error { return err }
