package commands

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

func TestChangeSettings(t *testing.T) {
	t.Parallel()

	t.Run("changes what is given and leaves the rest", func(t *testing.T) {
		t.Parallel()
		s := given(t)
		result, err := s.ChangeSettings.Handle(t.Context(), ChangeSettings{GraceSeconds: seconds64(0)})
		require.NoError(t, err)
		want := domain.Settings{IntervalSeconds: 60, GraceSeconds: 0}
		s.then(&domain.SettingsChanged{Settings: want, At: now})
		assert.Equal(t, SettingsResult{want, s.lastPosition()}, result)
		assert.Equal(t, want, s.registry.Settings(), "the node reads its own write")
	})

	t.Run("appends nothing when nothing changes", func(t *testing.T) {
		t.Parallel()
		s := given(t, customer("Kalle"))
		for _, cmd := range []ChangeSettings{{}, {IntervalSeconds: seconds64(60), GraceSeconds: seconds64(30)}} {
			result, err := s.ChangeSettings.Handle(t.Context(), cmd)
			require.NoError(t, err)
			assert.Equal(t, domain.Position{Commit: 1, Prepare: 1}, result.Position)
			assert.Equal(t, domain.Settings{IntervalSeconds: 60, GraceSeconds: 30}, result.Settings)
		}
		s.thenNothing()
	})

	for name, c := range map[string]struct {
		cmd    ChangeSettings
		fields []string
	}{
		"both out of their limits":      {ChangeSettings{seconds64(0), seconds64(-1)}, []string{"intervalSeconds", "graceSeconds"}},
		"a week and what there is left": {ChangeSettings{IntervalSeconds: seconds64(7 * 24 * 3600)}, []string{"intervalSeconds"}},
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			t.Parallel()
			s := given(t)
			_, err := s.ChangeSettings.Handle(t.Context(), c.cmd)
			refused(t, err, domain.Invalid, c.fields...)
			s.thenNothing()
		})
	}

	t.Run("loses no change of two nodes at once", func(t *testing.T) {
		t.Parallel()
		s := given(t)
		other := newNode(t, s.store, nil)
		errs := race(
			func() error {
				_, err := s.ChangeSettings.Handle(t.Context(), ChangeSettings{IntervalSeconds: seconds64(10)})
				return err
			},
			func() error {
				_, err := other.ChangeSettings.Handle(t.Context(), ChangeSettings{GraceSeconds: seconds64(5)})
				return err
			})
		assert.Equal(t, []error{nil, nil}, errs)
		state, err := loadSettings(t.Context(), s.store)
		require.NoError(t, err)
		assert.Equal(t, domain.Settings{IntervalSeconds: 10, GraceSeconds: 5}, state.settings)
	})
}
