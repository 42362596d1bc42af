package queries_test

import (
	"testing"

	"fleetbeat/domain"
	"fleetbeat/queries"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGetSettings(t *testing.T) {
	t.Parallel()
	h := queries.GetSettingsHandler{Fleet: fleet{settings: domain.Settings{IntervalSeconds: 5}}}
	got, err := h.Handle(t.Context(), queries.GetSettings{})
	require.NoError(t, err)
	assert.Equal(t, domain.Settings{IntervalSeconds: 5}, got)

	h.Fleet = fleet{view: view{err: errBroken}}
	_, err = h.Handle(t.Context(), queries.GetSettings{})
	require.ErrorIs(t, err, errBroken)
}
