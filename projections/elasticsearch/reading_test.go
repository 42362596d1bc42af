package elasticsearch_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/internal/testengines"
	"fleetbeat/projections"
	"fleetbeat/projections/elasticsearch"
	"fleetbeat/projections/projectiontest"
	"fleetbeat/queries"
)

// threeVehicles returns views with vehicles of three customers.
func threeVehicles(t *testing.T, server string) (*elasticsearch.Views, string, projections.Generation) {
	t.Helper()
	views, name, g := activeAt(t, server, projectiontest.Position(1))
	var changes []projections.Change
	for n := range 3 {
		c := vehicle(n, domain.Disconnected, projectiontest.Position(2))
		row := *c.After.(*projections.FleetVehicle)
		row.CustomerID = domain.CustomerID(fmt.Sprintf("c%d", n))
		c.After = &row
		changes = append(changes, c)
	}
	require.NoError(t, views.Save(t.Context(), g, projections.Checkpoint{LogID: "x", Position: projectiontest.Position(1)},
		projections.Checkpoint{LogID: "x", Position: projectiontest.Position(2)}, changes))
	return views, name, g
}

func TestReading(t *testing.T) {
	t.Parallel()
	server := testengines.Elasticsearch(t)
	everything := queries.ListVehicles{Sort: queries.SortVIN, Limit: 10, Facets: true}
	// beforeSearching runs what happens between the beginning of an answer and its first searches.
	beforeSearching := func(t *testing.T, name string, happens func()) *elasticsearch.Views {
		t.Helper()
		way := standBetween(t, server, false)
		var once sync.Once
		way.breaks(func(_ http.ResponseWriter, r *http.Request, _ []byte) bool {
			if strings.HasSuffix(r.URL.Path, "_msearch") {
				once.Do(happens)
			}
			return false
		})
		return behind(t, way, name)
	}
	t.Run("rows that come while an answer is put together are in no part of it", func(t *testing.T) {
		t.Parallel()
		views, name, g := threeVehicles(t, server)
		list, err := beforeSearching(t, name, func() {
			assert.NoError(t, views.Save(t.Context(), g, projections.Checkpoint{LogID: "x", Position: projectiontest.Position(2)},
				projections.Checkpoint{LogID: "x", Position: projectiontest.Position(3)},
				[]projections.Change{vehicle(7, domain.Connected, projectiontest.Position(3))}))
		}).Fleet(nil).Vehicles(t.Context(), everything, 1)
		require.NoError(t, err)
		assert.Len(t, list.Items, 3)
		assert.EqualValues(t, 3, *list.Total)
		assert.Len(t, list.Facets.Customers, 3)
		list, err = views.Fleet(nil).Vehicles(t.Context(), everything, 1)
		require.NoError(t, err)
		assert.Len(t, list.Items, 4)
	})
	t.Run("an answer whose moment the server lost is begun anew", func(t *testing.T) {
		t.Parallel()
		_, name, _ := threeVehicles(t, server)
		way := standBetween(t, server, false)
		kept := ""
		way.breaks(func(w http.ResponseWriter, r *http.Request, body []byte) bool {
			switch {
			case strings.HasSuffix(r.URL.Path, "_msearch") && kept == "": // let go by somebody else, as by a node that goes away
				_, after, _ := strings.Cut(string(body), `"pit":`)
				kept, _, _ = strings.Cut(after, "}")
				_, id, _ := strings.Cut(kept, `"id":"`)
				id, _, _ = strings.Cut(id, `"`)
				ask(t, server, http.MethodDelete, "/_pit", fmt.Sprintf(`{"id":%q}`, id))
			}
			return false
		})
		list, err := behind(t, way, name).Fleet(nil).Vehicles(t.Context(), everything, 1)
		require.NoError(t, err)
		assert.Len(t, list.Items, 3)
		assert.NotEmpty(t, kept)
	})
	t.Run("an answer that was begun in an index that is gone is of the next", func(t *testing.T) {
		t.Parallel()
		views, name, g := threeVehicles(t, server)
		list, err := beforeSearching(t, name, func() {
			next, err := views.Create(t.Context(), "fleet", 1)
			assert.NoError(t, err)
			assert.NoError(t, views.Fill(t.Context(), next, []projections.Change{vehicle(7, domain.Connected, projectiontest.Position(3))}))
			next, err = views.Finish(t.Context(), next)
			assert.NoError(t, err)
			_, err = views.Activate(t.Context(), next, projections.Checkpoint{LogID: "x", Position: projectiontest.Position(3)})
			assert.NoError(t, err)
			assert.NoError(t, views.Drop(t.Context(), g))
		}).Fleet(nil).Vehicles(t.Context(), everything, 1)
		require.NoError(t, err)
		require.Len(t, list.Items, 1)
		assert.Equal(t, projectiontest.VIN(7), list.Items[0].VIN)
	})
	t.Run("facets of more customers than are counted say so", func(t *testing.T) {
		t.Parallel()
		views, _, _ := threeVehicles(t, server)
		list, err := views.Fleet(nil).Vehicles(t.Context(), everything, 1)
		require.NoError(t, err)
		assert.False(t, list.Facets.AtLeast)
		assert.Len(t, list.Facets.Customers, 3)
		views.CountFew(2)
		list, err = views.Fleet(nil).Vehicles(t.Context(), everything, 1)
		require.NoError(t, err)
		assert.True(t, list.Facets.AtLeast)
	})
	t.Run("a shard that fails is no answer of the others", func(t *testing.T) {
		t.Parallel()
		_, name, _ := threeVehicles(t, server)
		way := standBetween(t, server, false)
		views := behind(t, way, name)
		for path, status := range map[string]int{"_msearch": 200, "_search": 503, "_mget": 503} {
			body := refusing(503, "search_phase_execution_exception", "all shards failed")
			if status == 200 {
				body = `{"responses":[` + body + `]}`
			}
			way.breaks(answerWith(path, status, body))
			fleet := views.Fleet(nil)
			for _, ask := range []func() error{
				func() error { _, err := fleet.Vehicles(t.Context(), everything, 1); return err },
				func() error { _, err := fleet.CountsByCustomer(t.Context(), nil); return err },
				func() error { _, err := fleet.RankEveryCustomer(t.Context()); return err },
				func() error {
					_, err := fleet.NumbersByCustomer(t.Context(), []domain.CustomerID{"c1"})
					return err
				},
				func() error { _, err := fleet.SilentSince(t.Context(), "", []domain.Instant{1}); return err },
				func() error { _, err := fleet.Rows(t.Context(), []domain.VIN{projectiontest.VIN(1)}); return err },
				func() error { _, _, err := fleet.Unobserved(t.Context()); return err },
			} {
				if err := ask(); err != nil { // it needs another kind of request
					requireUnavailable(t, err)
				}
			}
		}
	})
	t.Run("two deployments share a server and do not see each other", func(t *testing.T) {
		t.Parallel()
		_, name, _ := threeVehicles(t, server)
		other := openNamed(t, server, name+"-v", elasticsearch.Options{}) // its indexes match the wildcard of the first
		found, err := other.Generations(t.Context(), "fleet")
		require.NoError(t, err)
		assert.Empty(t, found)
		_, err = other.Fleet(nil).Vehicles(t.Context(), everything, 1)
		requireUnavailable(t, err)
	})
	t.Run("an alias that somebody gave to two indexes is that of none, and the view is built anew", func(t *testing.T) {
		t.Parallel()
		name := nameOf(t.TempDir())
		views := openNamed(t, server, name, elasticsearch.Options{})
		b := begin(t, views)
		second, err := views.Create(t.Context(), "fleet", projections.Fleet().Version)
		require.NoError(t, err)
		ask(t, server, http.MethodPost, "/_aliases", fmt.Sprintf(`{"actions":[{"add":{"index":"%s-v%d","alias":"%s"}}]}`, name, second.Number, name))
		found, err := views.Generations(t.Context(), "fleet")
		require.NoError(t, err)
		require.Len(t, found, 2)
		assert.False(t, found[0].Active || found[1].Active)
		ask(t, server, http.MethodPut, fmt.Sprintf("/%s-v%d/_doc/checkpoint?refresh=true", name, second.Number), `{"row":{}}`)
		_, err = views.Fleet(b.p).Vehicles(t.Context(), everything, 1)
		requireUnavailable(t, err)
		require.ErrorIs(t, b.fold(t, b.half, b.log.Len()), projections.ErrMoved)
		p := projections.New(projections.Fleet(), views, b.log, projectiontest.LogID, projections.Options{})
		_, err = p.From(t.Context())
		require.NoError(t, err)
		assert.Equal(t, wanted(t, b.log), projectiontest.Dump(t, views, "fleet"))
	})
}
