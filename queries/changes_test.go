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

// changeFeed is a fake feed of changes, in which each change lies at the position of its index + 1.
type changeFeed struct {
	view
	changes []queries.Change
	folded  domain.Position
	head    domain.Position
	readErr error
	asked   *queries.ChangeFilter
	upTo    *domain.Position
}

func (f changeFeed) Folded() (domain.Position, <-chan struct{}) { return f.folded, nil }

func (f changeFeed) Head(context.Context) (domain.Position, error) { return f.head, f.readErr }

func (f changeFeed) Changes(_ context.Context, after domain.Position, limit int) ([]queries.Change, error) {
	from := min(int(after.Commit), len(f.changes))
	return append([]queries.Change{}, f.changes[from:min(from+limit, len(f.changes))]...), f.readErr
}

func (f changeFeed) Tail(_ context.Context, n int) (domain.Position, error) {
	return place(len(f.changes) - n), f.readErr
}

func (f changeFeed) LastTransitions(_ context.Context, filter queries.ChangeFilter, upTo domain.Position, _ int) ([]queries.Change, error) {
	if f.asked != nil {
		*f.asked, *f.upTo = filter, upTo
	}
	return append([]queries.Change{}, f.changes...), f.readErr
}

func place(n int) domain.Position { return domain.Position{Commit: uint64(n), Prepare: uint64(n)} }

// feedOf returns a feed of changes of vehicles of c1 and c2 in turns: to connected, to disconnected, and of the registry.
func feedOf(n, folded int) changeFeed {
	f := changeFeed{folded: place(folded)}
	for i := range n {
		f.changes = append(f.changes, queries.Change{
			Position: place(i + 1), Status: []domain.Status{domain.Connected, domain.Disconnected, ""}[i%3],
			Transition: queries.Transition{VIN: abc, Customer: queries.CustomerRef{ID: []domain.CustomerID{"c1", "c2"}[i%2]}},
		})
	}
	return f
}

func twoCustomers() relations {
	return relations{customers: []domain.Customer{{ID: "c1", Name: "Kalles Grustransporter AB"}, {ID: "c2", Name: "Johans Bulk AB"}}}
}

func TestChangeFilter(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		queries.ChangeFilter
		vin    domain.VIN
		owner  domain.CustomerID
		status domain.Status
		want   bool
	}{
		"no filter means all":                            {queries.ChangeFilter{}, "", "c1", "", true},
		"a customer means its own":                       {queries.ChangeFilter{Customers: []domain.CustomerID{"c2", "c1"}}, abc, "c1", domain.Connected, true},
		"a customer means nobody else's":                 {queries.ChangeFilter{Customers: []domain.CustomerID{"c2"}}, abc, "c1", domain.Connected, false},
		"a customer means changes of itself":             {queries.ChangeFilter{Customers: []domain.CustomerID{"c1"}}, "", "c1", "", true},
		"a status means transitions to it":               {queries.ChangeFilter{Statuses: []domain.Status{domain.Connected}}, abc, "c1", domain.Connected, true},
		"a status means no transition to another":        {queries.ChangeFilter{Statuses: []domain.Status{domain.Connected}}, abc, "c1", domain.Disconnected, false},
		"a status means no change of the registry":       {queries.ChangeFilter{Statuses: []domain.Status{domain.Connected}}, abc, "c1", "", false},
		"a VIN means changes of the registry, too":       {queries.ChangeFilter{VINs: []domain.VIN{abc}}, abc, "c1", "", true},
		"a VIN means no change of a customer":            {queries.ChangeFilter{VINs: []domain.VIN{abc}}, "", "c1", "", false},
		"an owner sees its own":                          {queries.ChangeFilter{Owner: "c1"}, abc, "c1", domain.Connected, true},
		"an owner sees changes of itself":                {queries.ChangeFilter{Owner: "c1"}, "", "c1", "", true},
		"an owner sees nobody else's":                    {queries.ChangeFilter{Owner: "c1"}, abc, "c2", domain.Connected, false},
		"an owner sees no other customer change":         {queries.ChangeFilter{Owner: "c1"}, "", "c2", "", false},
		"an owner sees nobody else's by asking for it":   {queries.ChangeFilter{Owner: "c1", Customers: []domain.CustomerID{"c2"}}, abc, "c2", domain.Connected, false},
		"an owner that asks for another sees nothing":    {queries.ChangeFilter{Owner: "c1", Customers: []domain.CustomerID{"c2"}}, abc, "c1", domain.Connected, false},
		"an owner sees a vehicle only while it owns it":  {queries.ChangeFilter{Owner: "c1", VINs: []domain.VIN{abc}}, abc, "c2", domain.Connected, false},
		"all parts must hold":                            {queries.ChangeFilter{VINs: []domain.VIN{abc}, Customers: []domain.CustomerID{"c2"}}, abc, "c1", "", false},
		"of several values of one part any is enough":    {queries.ChangeFilter{VINs: []domain.VIN{def, abc}}, abc, "c1", domain.Connected, true},
		"all parts that hold are enough, however many":   {queries.ChangeFilter{VINs: []domain.VIN{abc}, Customers: []domain.CustomerID{"c1"}, Statuses: []domain.Status{domain.Connected}}, abc, "c1", domain.Connected, true},
		"and one of them that does not hold is too much": {queries.ChangeFilter{VINs: []domain.VIN{abc}, Customers: []domain.CustomerID{"c1"}, Statuses: []domain.Status{domain.Disconnected}}, abc, "c1", domain.Connected, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := test.Matcher()
			require.NoError(t, err)
			assert.Equal(t, test.want, m.Match(test.vin, test.owner, test.status))
		})
	}
	t.Run("what cannot be asked for is said", func(t *testing.T) {
		t.Parallel()
		_, err := queries.ChangeFilter{Statuses: []domain.Status{domain.NeverSeen}}.Matcher()
		requireKind(t, err, domain.Invalid, "status")
		_, err = queries.ChangeFilter{Customers: make([]domain.CustomerID, queries.MaxValues+1)}.Matcher()
		requireKind(t, err, domain.Invalid, "customer")
		_, err = queries.ChangeFilter{VINs: make([]domain.VIN, queries.MaxValues+1)}.Matcher()
		requireKind(t, err, domain.Invalid, "vin")
	})
}

func TestListChanges(t *testing.T) {
	t.Parallel()
	t.Run("names customers, and says where the answer ends", func(t *testing.T) {
		t.Parallel()
		var asked queries.ChangeFilter
		var upTo domain.Position
		feed := feedOf(2, 9)
		feed.asked, feed.upTo = &asked, &upTo
		h := queries.ListChangesHandler{Changes: feed, Relations: twoCustomers(), Now: twoSecondsLate}
		q := queries.ListChanges{ChangeFilter: queries.ChangeFilter{Customers: []domain.CustomerID{"c1"}}}
		got, err := h.Handle(t.Context(), q)
		require.NoError(t, err)
		assert.Equal(t, place(9), got.Position)
		assert.Equal(t, place(9), upTo, "what comes after the position is not in the answer, or it would be seen twice")
		assert.Equal(t, q.ChangeFilter, asked)
		assert.Equal(t, queries.Freshness{AsOf: noon(), LagMs: 2000}, got.Freshness)
		assert.Equal(t, "Kalles Grustransporter AB", got.Items[0].Customer.Name)
		assert.Equal(t, "Johans Bulk AB", got.Items[1].Customer.Name)
	})
	t.Run("refuses what cannot be asked for", func(t *testing.T) {
		t.Parallel()
		h := queries.ListChangesHandler{Changes: feedOf(1, 1), Relations: twoCustomers(), Now: twoSecondsLate}
		_, err := h.Handle(t.Context(), queries.ListChanges{Limit: queries.MaxLimit + 1})
		requireKind(t, err, domain.Invalid, "limit")
		_, err = h.Handle(t.Context(), queries.ListChanges{ChangeFilter: queries.ChangeFilter{Statuses: []domain.Status{domain.NeverSeen}}})
		requireKind(t, err, domain.Invalid, "status")
	})
	t.Run("has no answer before the view knows where it is", func(t *testing.T) {
		t.Parallel()
		h := queries.ListChangesHandler{Changes: feedOf(1, 0), Relations: twoCustomers(), Now: twoSecondsLate}
		_, err := h.Handle(t.Context(), queries.ListChanges{})
		requireKind(t, err, domain.Unavailable, "")
	})
	t.Run("passes errors on", func(t *testing.T) {
		t.Parallel()
		broken := feedOf(1, 1)
		broken.readErr = errBroken
		_, err := queries.ListChangesHandler{Changes: broken, Relations: twoCustomers(), Now: twoSecondsLate}.Handle(t.Context(), queries.ListChanges{})
		require.ErrorIs(t, err, errBroken)
		nameless := relations{readErr: errBroken}
		_, err = queries.ListChangesHandler{Changes: feedOf(1, 1), Relations: nameless, Now: twoSecondsLate}.Handle(t.Context(), queries.ListChanges{})
		require.ErrorIs(t, err, errBroken)
	})
	t.Run("waits for a position, at most two seconds", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			h := queries.ListChangesHandler{Changes: feedOf(1, 1), Relations: twoCustomers(), Now: twoSecondsLate}
			began := time.Now()
			_, err := h.Handle(t.Context(), queries.ListChanges{After: place(5)})
			requireKind(t, err, domain.Unavailable, "")
			assert.Equal(t, 2*time.Second, time.Since(began))
		})
	})
}

func TestFollowChanges(t *testing.T) {
	t.Parallel()
	all := queries.ChangeMatcher{}
	onlyC2, err := queries.ChangeFilter{Customers: []domain.CustomerID{"c2"}}.Matcher()
	require.NoError(t, err)
	for name, test := range map[string]struct {
		after, folded, limit int
		matcher              queries.ChangeMatcher
		want                 []int
		through              int
	}{
		"the end of the feed is where the view is":                        {4, 20, 10, all, []int{5, 6}, 20},
		"more than is looked at ends at the last one":                     {0, 20, 4, all, []int{1, 2, 3, 4}, 4},
		"what does not match is passed over":                              {0, 20, 5, onlyC2, []int{2, 4}, 5},
		"changes that came after the view was asked where it is count":    {0, 3, 10, all, []int{1, 2, 3, 4, 5, 6}, 6},
		"a place ahead of the view stays":                                 {25, 20, 10, all, nil, 25},
		"a full look that ends at the last change does not claim the end": {0, 20, 6, all, []int{1, 2, 3, 4, 5, 6}, 6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := queries.FollowChanges{Feed: feedOf(6, test.folded), Relations: twoCustomers()}
			got, through, err := f.After(t.Context(), place(test.after), test.limit, test.matcher)
			require.NoError(t, err)
			var places []int
			for _, c := range got {
				places = append(places, int(c.Position.Commit))
				if c.Status != "" {
					assert.NotEmpty(t, c.Customer.Name)
				}
			}
			assert.Equal(t, test.want, places)
			assert.Equal(t, place(test.through), through)
		})
	}
	t.Run("a customer that the relations view does not have yet is waited for", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			late := &lateRelations{relations: twoCustomers(), after: time.Second}
			got, _, err := queries.FollowChanges{Feed: feedOf(1, 1), Relations: late}.After(t.Context(), place(0), 10, all)
			require.NoError(t, err)
			assert.Equal(t, "Kalles Grustransporter AB", got[0].Customer.Name)
			assert.Equal(t, place(1), late.awaited)
		})
	})
	t.Run("but not for ever: a change without a name is better than none", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			late := &lateRelations{relations: twoCustomers(), after: time.Hour}
			got, _, err := queries.FollowChanges{Feed: feedOf(1, 1), Relations: late}.After(t.Context(), place(0), 10, all)
			require.NoError(t, err)
			assert.Equal(t, queries.CustomerRef{ID: "c1"}, got[0].Customer)
			assert.Equal(t, 2*time.Second, time.Since(began))
		})
	})
	t.Run("a position is reached when the view or the log has come to it", func(t *testing.T) {
		t.Parallel()
		feed := feedOf(6, 20)
		feed.head = place(30)
		f := queries.FollowChanges{Feed: feed, Relations: twoCustomers()}
		for at, want := range map[int]bool{0: true, 20: true, 21: true, 30: true, 31: false} {
			reached, err := f.Reached(t.Context(), place(at))
			require.NoError(t, err)
			assert.Equal(t, want, reached, at)
		}
		feed.readErr = errBroken
		_, err := queries.FollowChanges{Feed: feed}.Reached(t.Context(), place(21))
		require.ErrorIs(t, err, errBroken)
		reached, err := queries.FollowChanges{Feed: feed}.Reached(t.Context(), place(20))
		require.NoError(t, err, "the log is asked only about what the view has not come to")
		assert.True(t, reached)
	})
	t.Run("errors leave the place where it was", func(t *testing.T) {
		t.Parallel()
		broken := feedOf(1, 1)
		broken.readErr = errBroken
		_, through, err := queries.FollowChanges{Feed: broken, Relations: twoCustomers()}.After(t.Context(), place(0), 10, all)
		require.ErrorIs(t, err, errBroken)
		assert.Equal(t, place(0), through)
		_, through, err = queries.FollowChanges{Feed: feedOf(1, 1), Relations: relations{readErr: errBroken}}.After(t.Context(), place(0), 10, all)
		require.ErrorIs(t, err, errBroken)
		assert.Equal(t, place(0), through)
	})
	t.Run("the rest is the feed's own", func(t *testing.T) {
		t.Parallel()
		f := queries.FollowChanges{Feed: feedOf(6, 20), Relations: twoCustomers()}
		folded, _ := f.Folded()
		assert.Equal(t, place(20), folded)
		at, err := f.Tail(t.Context(), 2)
		require.NoError(t, err)
		assert.Equal(t, place(4), at)
		require.NoError(t, f.Await(t.Context(), place(0)))
	})
}

// lateRelations is a relations view that knows nobody until it has been waited for.
type lateRelations struct {
	relations
	after   time.Duration
	awaited domain.Position
	there   bool
}

func (r *lateRelations) Await(ctx context.Context, after domain.Position) (domain.Instant, error) {
	r.awaited = after
	select {
	case <-time.After(r.after):
		r.there = true
		return noon(), nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func (r *lateRelations) CustomersByID(ctx context.Context, ids []domain.CustomerID) (map[domain.CustomerID]domain.Customer, error) {
	if !r.there {
		return nil, nil
	}
	return r.relations.CustomersByID(ctx, ids)
}
