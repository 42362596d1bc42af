package queries_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAQuestionWaitsForItsPosition(t *testing.T) {
	t.Parallel()
	p := domain.Position{Commit: 7, Prepare: 7}
	t.Run("and is answered at once where every view is there", func(t *testing.T) {
		t.Parallel()
		h := listOf(fleet{view: view{through: p}}, latest{view: view{through: p}})
		_, err := h.Handle(t.Context(), queries.ListVehicles{After: p})
		require.NoError(t, err)
	})
	t.Run("at most 2 s, then it is unavailable and says when to try again", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			h := listOf(fleet{view: view{through: p}}, latest{})
			began := time.Now()
			_, err := h.Handle(t.Context(), queries.ListVehicles{After: p})
			requireKind(t, err, domain.Unavailable, "")
			assert.Equal(t, 2*time.Second, time.Since(began))
			var e *domain.Error
			require.ErrorAs(t, err, &e)
			assert.Positive(t, e.RetryAfter)
		})
	})
	t.Run("and ends with its caller", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := listOf(fleet{}, latest{}).Handle(ctx, queries.ListVehicles{After: p})
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestALagIsNeverNegative(t *testing.T) {
	t.Parallel()
	h := listOf(fleet{}, latest{})
	h.Now = func() domain.Instant { return ago(time.Hour) }
	list, err := h.Handle(t.Context(), queries.ListVehicles{})
	require.NoError(t, err)
	assert.Zero(t, list.LagMs)
}
