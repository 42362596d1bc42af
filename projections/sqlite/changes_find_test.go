package sqlite_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/projections"
	"fleetbeat/projections/projectiontest"
	"fleetbeat/projections/sqlite"
	"fleetbeat/queries"
)

// changeFeed returns the feed of a random log, and the same as its rows say, oldest first.
func changeFeed(t *testing.T) (*projections.Projection, *sqlite.Changes, []queries.Change) {
	t.Helper()
	log := projectiontest.Generate(t, 6, 700)
	views := openViews(t)
	p := projections.New(projections.Timeline(), views, log, projectiontest.LogID, projections.Options{})
	_, err := p.From(t.Context())
	require.NoError(t, err)
	var want []queries.Change
	for _, row := range projectiontest.Dump(t, views, "timeline") {
		if row, ok := row.(*projections.FeedChange); ok {
			c := queries.Change{Position: row.Position, Status: row.To, Transition: queries.Transition{
				VIN: row.VIN, RegistrationNumber: row.RegistrationNumber, Customer: queries.CustomerRef{ID: row.CustomerID}, At: row.At,
				ProvedAt: row.ProvedAt, LastHeartbeat: row.LastHeartbeat,
			}}
			if row.To != "" {
				c.StatusBefore, c.AfterSeconds = row.From, int64(row.At.Sub(row.FromSince)/time.Second)
			}
			want = append(want, c)
		}
	}
	slices.SortFunc(want, func(a, b queries.Change) int { return a.Position.Compare(b.Position) })
	require.True(t, slices.ContainsFunc(want, func(c queries.Change) bool { return c.Status != "" && c.AfterSeconds > 0 }))
	require.True(t, slices.ContainsFunc(want, func(c queries.Change) bool { return c.Status == "" && c.VIN == "" }))
	return p, views.Changes(p), want
}

func TestTheFeedOfChanges(t *testing.T) {
	t.Parallel()
	p, feed, want := changeFeed(t)
	t.Run("is all of it in the order of the log, however it is cut", func(t *testing.T) {
		var got []queries.Change
		for at := (domain.Position{}); ; at = got[len(got)-1].Position {
			some, err := feed.Changes(t.Context(), at, 7)
			require.NoError(t, err)
			if len(some) == 0 {
				break
			}
			got = append(got, some...)
		}
		assert.Equal(t, want, got)
	})
	t.Run("says up to where it is whole, and when it comes further", func(t *testing.T) {
		folded, moved := feed.Folded()
		assert.Equal(t, p.State().Position, folded)
		assert.False(t, folded.Before(want[len(want)-1].Position))
		require.NoError(t, p.Rebuild(t.Context(), nil))
		<-moved
	})
	t.Run("knows the end of the log, which may lie further on", func(t *testing.T) {
		head, err := feed.Head(t.Context())
		require.NoError(t, err)
		assert.False(t, head.Before(want[len(want)-1].Position))
	})
	t.Run("has a tail of as many changes as are asked for", func(t *testing.T) {
		for _, n := range []int{0, 1, 5, len(want) - 1, len(want), len(want) + 1} {
			at, err := feed.Tail(t.Context(), n)
			require.NoError(t, err)
			after, err := feed.Changes(t.Context(), at, 1_000_000)
			require.NoError(t, err)
			assert.Len(t, after, min(n, len(want)))
		}
	})
	t.Run("is the same after the view was built anew", func(t *testing.T) {
		require.NoError(t, p.Rebuild(t.Context(), nil))
		got, err := feed.Changes(t.Context(), domain.Position{}, 1_000_000)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	})
}

func TestTheLastTransitionsAreThoseOfAModelThatLooksAtAll(t *testing.T) {
	t.Parallel()
	_, feed, all := changeFeed(t)
	random := rand.New(rand.NewPCG(1, 2))
	some := func(n int) []queries.Change {
		picked := make([]queries.Change, n)
		for i := range picked {
			picked[i] = all[random.IntN(len(all))]
		}
		return picked
	}
	for range 400 {
		var f queries.ChangeFilter
		for _, c := range some(random.IntN(3)) {
			f.Customers = append(f.Customers, c.Customer.ID)
		}
		for _, c := range some(random.IntN(4) * random.IntN(2)) {
			f.VINs = append(f.VINs, c.VIN)
		}
		f.Statuses = [][]domain.Status{nil, {domain.Connected}, {domain.Disconnected}, {domain.Connected, domain.Disconnected}}[random.IntN(4)]
		if random.IntN(3) == 0 {
			f.Owner = some(1)[0].Customer.ID
		}
		upTo, limit := some(1)[0].Position, 1+random.IntN(12)
		matcher, err := f.Matcher()
		require.NoError(t, err)
		var want []queries.Change
		for _, c := range slices.Backward(all) {
			if c.Status != "" && !upTo.Before(c.Position) && matcher.Match(c.VIN, c.Customer.ID, c.Status) && len(want) < limit {
				want = append(want, c)
			}
		}
		got, err := feed.LastTransitions(t.Context(), f, upTo, limit)
		require.NoError(t, err)
		require.Equal(t, want, got, "%+v up to %s, %d of them", f, upTo, limit)
	}
}

func TestTheFeedOfAViewThatIsBeingBuiltIsUnavailable(t *testing.T) {
	t.Parallel()
	views := openViews(t)
	feed := views.Changes(projections.New(projections.Timeline(), views, nil, projectiontest.LogID, projections.Options{}))
	folded, _ := feed.Folded()
	assert.Zero(t, folded)
	_, err := feed.Tail(t.Context(), 1)
	requireUnavailable(t, err)
	_, err = feed.Changes(t.Context(), domain.Position{}, 1)
	requireUnavailable(t, err)
	_, err = feed.LastTransitions(t.Context(), queries.ChangeFilter{}, domain.Position{}, 1)
	requireUnavailable(t, err)
}

func requireUnavailable(t *testing.T, err error) {
	t.Helper()
	var known *domain.Error
	require.ErrorAs(t, err, &known)
	require.Equal(t, domain.Unavailable, known.Kind)
}
