package commands

import (
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

func TestEnsureLog(t *testing.T) {
	t.Parallel()
	seed := domain.Settings{IntervalSeconds: 60, GraceSeconds: 30}
	ensure := func(t *testing.T, store eventstore.Store, seed domain.Settings) (string, domain.Settings, error) {
		t.Helper()
		return EnsureLog(t.Context(), store, seed, 14*24*time.Hour, now)
	}

	t.Run("gives a new log an id and the seed", func(t *testing.T) {
		t.Parallel()
		s := &scenario{t: t, store: newMemStore()}
		id, stored, err := ensure(t, s.store, seed)
		require.NoError(t, err)
		assert.Regexp(t, regexp.MustCompile(`^[a-z2-7]{26}$`), id)
		assert.Equal(t, seed, stored)
		s.then(&domain.LogCreated{ID: id, At: now}, &domain.SettingsChanged{Settings: seed, At: now})
	})

	t.Run("gives two logs different ids", func(t *testing.T) {
		t.Parallel()
		first, _, err1 := ensure(t, newMemStore(), seed)
		second, _, err2 := ensure(t, newMemStore(), seed)
		require.NoError(t, err1)
		require.NoError(t, err2)
		assert.NotEqual(t, first[:8], second[:8])
	})

	t.Run("leaves a log as it is and returns what it has", func(t *testing.T) {
		t.Parallel()
		s := &scenario{t: t, store: newMemStore()}
		s.happened(&domain.LogCreated{ID: "theirs", At: before}, settings(10, 5), settings(20, 5))
		s.given = 3
		id, stored, err := ensure(t, s.store, seed)
		require.NoError(t, err)
		assert.Equal(t, "theirs", id)
		assert.Equal(t, domain.Settings{IntervalSeconds: 20, GraceSeconds: 5}, stored)
		s.thenNothing()
	})

	t.Run("goes on where a crash came between the two events", func(t *testing.T) {
		t.Parallel()
		s := &scenario{t: t, store: newMemStore()}
		s.happened(&domain.LogCreated{ID: "half", At: before})
		s.given = 1
		id, stored, err := ensure(t, s.store, seed)
		require.NoError(t, err)
		assert.Equal(t, "half", id)
		assert.Equal(t, seed, stored)
		s.then(&domain.SettingsChanged{Settings: seed, At: now})
	})

	t.Run("uses what another node stored first", func(t *testing.T) {
		t.Parallel()
		s := &scenario{t: t, store: newMemStore()}
		s.store.before = func(n int, stream string) error {
			switch {
			case n == 0:
				s.happenedWithout(&domain.LogCreated{ID: "theirs", At: before})
			case stream == domain.SettingsStream:
				s.happenedWithout(settings(10, 5))
			}
			return nil
		}
		id, stored, err := ensure(t, s.store, seed)
		require.NoError(t, err)
		assert.Equal(t, "theirs", id)
		assert.Equal(t, domain.Settings{IntervalSeconds: 10, GraceSeconds: 5}, stored)
		assert.Len(t, s.store.since(0), 2)
	})

	t.Run("of nodes that start at once all use the same", func(t *testing.T) {
		t.Parallel()
		store := newMemStore()
		ids := make(chan string, 8)
		var all []func() error
		for i := range 8 {
			all = append(all, func() error {
				id, stored, err := ensure(t, store, domain.Settings{IntervalSeconds: int64(i + 1)})
				ids <- fmt.Sprint(id, stored)
				return err
			})
		}
		for _, err := range race(all...) {
			require.NoError(t, err)
		}
		first := <-ids
		for range 7 {
			assert.Equal(t, first, <-ids)
		}
		assert.Len(t, store.since(0), 2)
	})

	t.Run("refuses a seed out of its limits, and stores nothing", func(t *testing.T) {
		t.Parallel()
		store := newMemStore()
		_, _, err := ensure(t, store, domain.Settings{IntervalSeconds: 0, GraceSeconds: -1})
		refused(t, err, domain.Invalid, "intervalSeconds", "graceSeconds")
		_, _, err = ensure(t, store, domain.Settings{IntervalSeconds: 7 * 24 * 3600, GraceSeconds: 1})
		refused(t, err, domain.Invalid, "intervalSeconds")
		assert.Empty(t, store.since(0))
	})

	t.Run("says which step the log did not do", func(t *testing.T) {
		t.Parallel()
		for place, want := range []string{"id", "settings"} {
			store := newMemStore()
			store.before = func(n int, _ string) error {
				if n == place {
					return eventstore.ErrUnavailable
				}
				return nil
			}
			id, _, err := ensure(t, store, seed)
			require.ErrorIs(t, err, eventstore.ErrUnavailable)
			assert.ErrorContains(t, err, want)
			assert.Empty(t, id)
		}
	})
}
