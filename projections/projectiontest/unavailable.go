package projectiontest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/projections"
	"fleetbeat/queries"
)

// unavailable asks every reader before there is anything to read.
func unavailable(t *testing.T, open Open) {
	o := open(t, t.TempDir())
	defer func() { assert.NoError(t, o.Close()) }()
	ctx := t.Context()
	if o.Fleet != nil {
		_, err := o.Fleet(nil).Vehicles(ctx, queries.ListVehicles{Limit: 1, Sort: queries.SortVIN}, 0)
		requireUnavailable(t, err)
	}
	if o.Counts != nil {
		_, err := o.Counts(nil).CountsByCustomer(ctx, nil)
		requireUnavailable(t, err)
	}
	if o.Latest != nil {
		_, err := o.Latest(nil).Latest(ctx, []domain.VIN{VIN(1)})
		requireUnavailable(t, err)
	}
	if o.Relations != nil {
		_, err := o.Relations(nil).CustomersByID(ctx, nil)
		requireUnavailable(t, err)
	}
	if o.Plates != nil {
		_, err := o.Plates(nil).VINsByPlate(ctx, []string{"abc123"})
		requireUnavailable(t, err)
	}
	if o.Timeline != nil {
		_, _, err := o.Timeline(nil).Statuses(ctx, VIN(1), 0, 1)
		requireUnavailable(t, err)
	}
	if o.History != nil {
		_, err := o.History(nil).Quarters(ctx, "", 0, 1)
		requireUnavailable(t, err)
	}
	if o.Changes != nil {
		reader := o.Changes(projections.New(projections.Timeline(), o.Engine, nil, LogID, projections.Options{}))
		folded, _ := reader.Folded()
		assert.Zero(t, folded)
		_, err := reader.Tail(ctx, 1)
		requireUnavailable(t, err)
		_, err = reader.Changes(ctx, domain.Position{}, 1)
		requireUnavailable(t, err)
		_, err = reader.LastTransitions(ctx, queries.ChangeFilter{}, domain.Position{}, 1)
		requireUnavailable(t, err)
	}
}

func requireUnavailable(t *testing.T, err error) {
	t.Helper()
	var known *domain.Error
	require.ErrorAs(t, err, &known)
	assert.Equal(t, domain.Unavailable, known.Kind)
	assert.Positive(t, known.RetryAfter)
}
