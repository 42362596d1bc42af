package projectiontest

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/projections"
	"fleetbeat/queries"
)

// FoldingView is a view that says how far it is folded; a *projections.Projection is one.
type FoldingView interface {
	queries.View
	Folded() (domain.Position, <-chan struct{})
	Head(ctx context.Context) (domain.Position, error)
}

// feed compares the feed of changes with what the rows of the timeline view say.
func feed(t *testing.T, open Open) {
	o := open(t, t.TempDir())
	defer func() { assert.NoError(t, o.Close()) }()
	if o.Changes == nil {
		return // an engine without the timeline view has no feed
	}
	p := projections.New(projections.Timeline(), o.Engine, Generate(t, 6, 700), LogID, projections.Options{})
	_, err := p.From(t.Context())
	require.NoError(t, err)
	reader, want := o.Changes(p), changesOf(t, o)
	feedWhole(t, reader, want)
	feedFolded(t, p, reader, want)
	feedTail(t, reader, want)
	feedLast(t, reader, want)
	require.NoError(t, p.Rebuild(t.Context(), nil))
	feedWhole(t, reader, want) // the same after the view was built anew
}

// changesOf returns the feed as its rows say, oldest first.
func changesOf(t *testing.T, o Opened) []queries.Change {
	var want []queries.Change
	for _, row := range Dump(t, o.Engine, "timeline") {
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
	return want
}

// feedWhole reads all of it, some at a time: it comes in the order of the log, however it is cut.
func feedWhole(t *testing.T, reader queries.ChangesReader, want []queries.Change) {
	var got []queries.Change
	for at := (domain.Position{}); ; at = got[len(got)-1].Position {
		some, err := reader.Changes(t.Context(), at, 7)
		require.NoError(t, err)
		if len(some) == 0 {
			break
		}
		got = append(got, some...)
	}
	require.Equal(t, want, got)
}

// feedFolded requires that the feed says up to where it is whole, when it comes further, and where the log ends.
func feedFolded(t *testing.T, p *projections.Projection, reader queries.ChangesReader, want []queries.Change) {
	last := want[len(want)-1].Position
	folded, moved := reader.Folded()
	assert.Equal(t, p.State().Position, folded)
	assert.False(t, folded.Before(last))
	require.NoError(t, p.Rebuild(t.Context(), nil))
	<-moved
	head, err := reader.Head(t.Context())
	require.NoError(t, err)
	assert.False(t, head.Before(last))
}

// feedTail requires a tail of as many changes as are asked for.
func feedTail(t *testing.T, reader queries.ChangesReader, want []queries.Change) {
	for _, n := range []int{0, 1, 5, len(want) - 1, len(want), len(want) + 1} {
		at, err := reader.Tail(t.Context(), n)
		require.NoError(t, err)
		after, err := reader.Changes(t.Context(), at, 1_000_000)
		require.NoError(t, err)
		assert.Len(t, after, min(n, len(want)))
	}
}

// feedLast compares the last transitions of random filters with those found by looking at all.
func feedLast(t *testing.T, reader queries.ChangesReader, all []queries.Change) {
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
		got, err := reader.LastTransitions(t.Context(), f, upTo, limit)
		require.NoError(t, err)
		require.Equal(t, want, got, "%+v up to %s, %d of them", f, upTo, limit)
	}
}
