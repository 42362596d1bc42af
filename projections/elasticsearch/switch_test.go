package elasticsearch_test

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
	"fleetbeat/internal/testengines"
	"fleetbeat/internal/textfold"
	"fleetbeat/projections"
	"fleetbeat/projections/elasticsearch"
	"fleetbeat/projections/projectiontest"
	"fleetbeat/queries"
)

// growing is a log of which more and more events are there.
type growing struct {
	*projectiontest.Log
	n atomic.Int64
}

// grownBy is how many events come at once: those that a log in memory yields as one page.
const grownBy = 7

func (g *growing) Head(context.Context) (domain.Position, error) {
	return projectiontest.Position(uint64(g.n.Load())), nil
}

func (g *growing) ReadAll(ctx context.Context, after domain.Position, types ...string) iter.Seq2[eventstore.Page, error] {
	return func(yield func(eventstore.Page, error) bool) {
		end := projectiontest.Position(uint64(g.n.Load()))
		for page, err := range g.Log.ReadAll(ctx, after, types...) {
			if err == nil && end.Before(page.Last()) || !yield(page, err) {
				return
			}
		}
	}
}

func TestRebuildWithoutAGap(t *testing.T) {
	t.Parallel()
	views := openNamed(t, testengines.Elasticsearch(t), nameOf(t.TempDir()), elasticsearch.Options{})
	log := &growing{Log: projectiontest.Generate(t, 7, 420)}
	log.n.Store(210)
	p := projections.New(projections.Fleet(), views, log, projectiontest.LogID, projections.Options{})
	_, err := p.From(t.Context())
	require.NoError(t, err)
	fleet := views.Fleet(p)

	var wg sync.WaitGroup
	done := make(chan struct{})
	var answers atomic.Int64
	for range 2 {
		wg.Go(func() {
			for ended := false; !ended; answers.Add(1) {
				select {
				case <-done:
					ended = true
				default:
				}
				list, err := fleet.Vehicles(t.Context(), queries.ListVehicles{Sort: queries.SortStatus, Limit: 200, Facets: true}, 1)
				if !assert.NoError(t, err) {
					return
				}
				if !assert.EqualValues(t, *list.Total, len(list.Items), "the list and its numbers are of one state") {
					return
				}
				var ofCustomers int64
				for _, c := range list.Facets.Customers {
					ofCustomers += c.Total
				}
				if !assert.Equal(t, *list.Total, ofCustomers) || !assert.Positive(t, ofCustomers) {
					return
				}
				_, err = fleet.Rows(t.Context(), []domain.VIN{projectiontest.VIN(3)})
				assert.NoError(t, err)
			}
		})
	}
	wg.Go(func() {
		defer close(done)
		for from := int(log.n.Load()); from < log.Len(); from += grownBy {
			to := min(from+grownBy, log.Len())
			log.n.Store(int64(to))
			page := log.Page(from, to, p.View().Types()...)
			if page.Len() > 0 && !assert.NoError(t, p.Handle(t.Context(), eventstore.Delivery{Page: page})) {
				return
			}
		}
	})
	for range 3 {
		require.NoError(t, p.Rebuild(t.Context(), nil))
	}
	wg.Wait()
	assert.Equal(t, wanted(t, log.Log), projectiontest.Dump(t, views, "fleet"))
	assert.Greater(t, answers.Load(), int64(10))
	generations, err := views.Generations(t.Context(), "fleet")
	require.NoError(t, err)
	assert.Len(t, generations, 1)
}

// TestAnyPartOfAText compares the grams with what they stand for, of characters that have a meaning to somebody.
func TestAnyPartOfAText(t *testing.T) {
	t.Parallel()
	views, _, g := activeAt(t, testengines.Elasticsearch(t), projectiontest.Position(1))
	names := []string{
		"Åkeri Öst AB", "a b", "ab", "a  b", `back\slash`, `\20;`, "tab\tnew\nline", "no\u00a0break", "\ue020 private", "𝄞 clef 𝄞𝄞", "x", "",
		"* ? % _ . ( ) [ ] { } + - ~ ^ : / && ||", "𐐨𐐨𐐨𐐨", "日本語テキスト",
	}
	var changes []projections.Change
	for n, name := range names {
		c := vehicle(n, domain.Connected, projectiontest.Position(2))
		row := *c.After.(*projections.FleetVehicle)
		row.CustomerName, row.RegistrationNumber = name, fmt.Sprintf("Q %d", n)
		c.After = &row
		changes = append(changes, c)
	}
	require.NoError(t, views.Save(t.Context(), g, projections.Checkpoint{LogID: "x", Position: projectiontest.Position(1)},
		projections.Checkpoint{LogID: "x", Position: projectiontest.Position(2)}, changes))
	needles := map[string]bool{}
	for _, name := range names {
		runes := []rune(name)
		for from := range runes {
			for to := from + 1; to <= min(from+6, len(runes)); to++ {
				needles[string(runes[from:to])] = true
			}
		}
		needles[name] = true
	}
	for _, foreign := range []string{"\\5c;", "\\", "5c", "20", "b ab", "ab a", "e020", "q 1", "q1", "q-1"} {
		needles[foreign] = true
	}
	fleet := views.Fleet(nil)
	for needle := range needles {
		if needle == "" {
			continue
		}
		var want []domain.VIN
		for _, c := range changes {
			row := c.After.(*projections.FleetVehicle)
			if meant(needle, row) {
				want = append(want, row.VIN)
			}
		}
		list, err := fleet.Vehicles(t.Context(), queries.ListVehicles{Filter: queries.Filter{Text: needle}, Sort: queries.SortVIN, Limit: 100}, 1)
		require.NoError(t, err, "%q", needle)
		var got []domain.VIN
		for _, v := range list.Items {
			got = append(got, v.VIN)
		}
		require.Equal(t, want, got, "%q", needle)
	}
}

// meant says whether a text means a vehicle.
func meant(text string, v *projections.FleetVehicle) bool {
	return textfold.NewNeedle(text).Matches(string(v.VIN), v.RegistrationNumber, v.CustomerName)
}
