package postgres

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/projections"
	"fleetbeat/queries"
)

// A table that grew from nothing is one of which Postgres knows nothing yet.
func TestTheLastTransitionsAreFoundByAnIndex(t *testing.T) {
	t.Parallel()
	connect(t, "test_plans") // drops it in the end
	views, err := Open(t.Context(), Options{URL: testURL(t), Schema: "test_plans"})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, views.Close()) })
	ctx := t.Context()
	g, err := views.Create(ctx, timelineView, 1)
	require.NoError(t, err)
	g, err = views.Finish(ctx, g)
	require.NoError(t, err)
	changes := make([]projections.Change, 20_000)
	for i := range changes {
		n := uint64(i + 1)
		row := &projections.FeedChange{
			Position: domain.Position{Commit: n, Prepare: n}, Topic: projections.TopicTransition, VIN: domain.VIN(fmt.Sprint("v", i%5000)),
			CustomerID: domain.CustomerID(fmt.Sprint("c", i%100)), To: []domain.Status{domain.Connected, domain.Disconnected}[i%2], At: domain.Instant(n),
		}
		changes[i] = projections.Change{Key: row.Key(), After: row}
	}
	require.NoError(t, views.Fill(ctx, g, changes))
	vins := make([]domain.VIN, 50)
	for i := range vins {
		vins[i] = domain.VIN(fmt.Sprint("v", 31*i))
	}
	for name, f := range map[string]queries.ChangeFilter{
		"of all":                    {},
		"to a status":               {Statuses: []domain.Status{domain.Connected}},
		"of a customer":             {Customers: []domain.CustomerID{"c1"}},
		"of an owner to a status":   {Owner: "c1", Statuses: []domain.Status{domain.Disconnected}},
		"of vehicles":               {VINs: vins},
		"of vehicles of a customer": {VINs: vins, Customers: []domain.CustomerID{"c1"}},
	} {
		query, args := lastTransitions(f, domain.Position{Commit: 20_000, Prepare: 20_000}, 50)
		var plan []string
		require.NoError(t, views.do(ctx, asking, func(ctx context.Context, conn *pgxpool.Conn) error {
			rows, err := conn.Query(ctx, `EXPLAIN `+inGeneration(query, g), args...)
			if err != nil {
				return err
			}
			plan, err = pgx.CollectRows(rows, pgx.RowTo[string])
			return err
		}))
		assert.Contains(t, strings.Join(plan, "\n"), "Index", name)
		assert.NotContains(t, strings.Join(plan, "\n"), "Seq Scan", name)
	}
}
