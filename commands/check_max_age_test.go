package commands

import (
	"context"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

func TestCheckMaxAge(t *testing.T) {
	t.Parallel()
	const first, second domain.VIN = "YS2R4X20005399401", "VLUR4X20009093588"
	overriding := func(e *domain.VehicleRegistered, interval, grace int64) *domain.VehicleRegistered {
		e.Overrides = domain.Overrides{IntervalSeconds: seconds64(interval), GraceSeconds: seconds64(grace)}
		return e
	}
	patient := customer("Patient AB")
	patient.IntervalSeconds = seconds64(600)
	moved := &domain.VehicleTransferred{VIN: first, CustomerID: patient.ID}
	long := overriding(vehicle(first, "ABC123", "Kalle"), 3600, 0)
	short := &domain.VehicleChanged{VIN: first, Overrides: domain.Overrides{GraceSeconds: seconds64(700)}}
	for name, c := range map[string]struct {
		events []domain.Event
		least  time.Duration
		whose  string
	}{
		"for all":                          {nil, 180 * time.Second, "every vehicle"},
		"for all, after a change":          {[]domain.Event{settings(100, 0)}, 200 * time.Second, "every vehicle"},
		"of a customer":                    {[]domain.Event{patient}, 1260 * time.Second, `each vehicle of "Patient AB"`},
		"of a vehicle":                     {[]domain.Event{customer("Kalle"), long, vehicle(second, "B", "Kalle")}, 2 * time.Hour, `vehicle "` + string(first) + `"`},
		"of a vehicle that was changed":    {[]domain.Event{customer("Kalle"), long, short}, 1520 * time.Second, string(first)},
		"of a vehicle under its new owner": {[]domain.Event{customer("Kalle"), patient, long, short, moved}, 2600 * time.Second, string(first)},
		"of a vehicle that is gone":        {[]domain.Event{customer("Kalle"), long, decommissioned(first)}, 180 * time.Second, "every vehicle"},
	} {
		t.Run("the longest timeout is that "+name, func(t *testing.T) {
			t.Parallel()
			s := given(t, c.events...)
			log := wholeLog{memStore: s.store}
			require.NoError(t, CheckMaxAge(t.Context(), log, c.least))
			require.NoError(t, CheckMaxAge(t.Context(), log, 0), "for ever is always enough")
			err := CheckMaxAge(t.Context(), log, c.least-time.Second)
			e := refused(t, err, domain.Invalid, "--heartbeats-max-age")
			assert.Contains(t, e.Message, c.whose)
			assert.Contains(t, e.Message, "must be at least "+c.least.String())
		})
	}
	t.Run("a log that cannot be read is no answer", func(t *testing.T) {
		t.Parallel()
		log := wholeLog{memStore: given(t).store, err: eventstore.ErrUnavailable}
		require.ErrorIs(t, CheckMaxAge(t.Context(), log, time.Hour), eventstore.ErrUnavailable)
	})
}

// wholeLog is a log that can be read from its beginning, or cannot.
type wholeLog struct {
	*memStore
	err error
}

func (l wholeLog) ReadAll(_ context.Context, _ eventstore.Position, types ...string) iter.Seq2[eventstore.Page, error] {
	return func(yield func(eventstore.Page, error) bool) {
		var b eventstore.PageBuilder
		for _, r := range l.since(0) {
			if slices.Contains(types, r.Type) {
				b.Add(r)
			}
		}
		yield(b.Page(), l.err)
	}
}
