package elasticsearch_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/internal/testengines"
	"fleetbeat/projections"
	"fleetbeat/projections/elasticsearch"
	"fleetbeat/projections/projectiontest"
)

// activeAt returns views with an active generation at a position.
func activeAt(t *testing.T, server string, position domain.Position) (*elasticsearch.Views, string, projections.Generation) {
	t.Helper()
	name := nameOf(t.TempDir())
	views := openNamed(t, server, name, elasticsearch.Options{})
	g, err := views.Create(t.Context(), "fleet", 1)
	require.NoError(t, err)
	g, err = views.Finish(t.Context(), g)
	require.NoError(t, err)
	g, err = views.Activate(t.Context(), g, projections.Checkpoint{LogID: "x", Position: position})
	require.NoError(t, err)
	return views, name, g
}

func load(t *testing.T, views *elasticsearch.Views, g projections.Generation, n int) projections.Stored {
	t.Helper()
	found, err := views.Load(t.Context(), g, []projections.Key{projections.FleetVehicleKey(projectiontest.VIN(n))})
	require.NoError(t, err)
	require.Len(t, found, 1)
	return found[0]
}

func TestOwners(t *testing.T) {
	t.Parallel()
	server := testengines.Elasticsearch(t)
	at := func(n uint64) projections.Checkpoint {
		return projections.Checkpoint{LogID: "x", Position: projectiontest.Position(n)}
	}
	t.Run("of two that save at once, one moves the checkpoint and the other is told", func(t *testing.T) {
		t.Parallel()
		one, name, g := activeAt(t, server, projectiontest.Position(1))
		other := openNamed(t, server, name, elasticsearch.Options{})
		for n := uint64(1); n < 12; n++ {
			var wg sync.WaitGroup
			var saved, moved atomic.Int64
			for _, views := range []*elasticsearch.Views{one, other} {
				wg.Go(func() {
					err := views.Save(t.Context(), g, at(n), at(n+1), []projections.Change{vehicle(1, domain.Connected, projectiontest.Position(n+1))})
					switch {
					case err == nil:
						saved.Add(1)
					case errors.Is(err, projections.ErrMoved):
						moved.Add(1)
					default:
						assert.NoError(t, err)
					}
				})
			}
			wg.Wait()
			require.EqualValues(t, 1, saved.Load())
			require.EqualValues(t, 1, moved.Load())
			require.Equal(t, projectiontest.Position(n+1), load(t, one, g, 1).Version)
		}
	})
	t.Run("one that was suspended before its rows, and wakes up, changes nothing", func(t *testing.T) {
		t.Parallel()
		owner, name, g := activeAt(t, server, projectiontest.Position(1))
		way := standBetween(t, server, false)
		paused := behind(t, way, name)
		reached, wake := make(chan struct{}), make(chan struct{})
		var once sync.Once
		way.breaks(func(_ http.ResponseWriter, r *http.Request, _ []byte) bool {
			if strings.HasSuffix(r.URL.Path, "_bulk") {
				once.Do(func() { close(reached) })
				<-wake
			}
			return false
		})
		outcome := make(chan error)
		go func() {
			outcome <- paused.Save(t.Context(), g, at(1), at(3), []projections.Change{
				vehicle(1, domain.Connected, projectiontest.Position(2)), vehicle(2, domain.Connected, projectiontest.Position(3)),
			})
		}()
		<-reached
		require.NoError(t, owner.Save(t.Context(), g, at(1), at(5), []projections.Change{
			vehicle(1, domain.Disconnected, projectiontest.Position(5)), vehicle(2, domain.Connected, projectiontest.Position(3)),
		}))
		close(wake)
		require.ErrorIs(t, <-outcome, projections.ErrMoved)
		first, second := load(t, owner, g, 1), load(t, owner, g, 2)
		assert.Equal(t, projectiontest.Position(5), first.Version)
		assert.Equal(t, domain.Disconnected, first.Row.(*projections.FleetVehicle).Status)
		assert.Equal(t, projectiontest.Position(3), second.Version)
		assert.Equal(t, at(5), generationOf(t, owner).Checkpoint)
	})
	t.Run("what one wrote ahead of the checkpoint can be found once the next has come there", func(t *testing.T) {
		t.Parallel()
		owner, name, g := activeAt(t, server, projectiontest.Position(1))
		require.NoError(t, owner.Save(t.Context(), g, at(1), at(2), []projections.Change{vehicle(1, domain.Connected, projectiontest.Position(2))}))
		way := standBetween(t, server, false)
		crashed := behind(t, way, name)
		written := false
		way.breaks(func(w http.ResponseWriter, r *http.Request, body []byte) bool { // it dies after its rows
			written = written || strings.HasSuffix(r.URL.Path, "_bulk")
			return written && answerWith("_refresh", 503, refusing(503, "unavailable_shards_exception", "away"))(w, r, body)
		})
		require.Error(t, crashed.Save(t.Context(), g, at(2), at(3), []projections.Change{vehicle(1, domain.Disconnected, projectiontest.Position(3))}))
		require.Equal(t, projectiontest.Position(3), load(t, owner, g, 1).Version, "it is stored")
		require.NoError(t, owner.Save(t.Context(), g, at(2), at(3), nil), "folding it again changes nothing")
		rows, err := owner.Fleet(nil).Rows(t.Context(), []domain.VIN{projectiontest.VIN(1)})
		require.NoError(t, err)
		assert.Equal(t, domain.Disconnected, rows[projectiontest.VIN(1)].Status)
	})
	t.Run("several events of one commit are told apart", func(t *testing.T) {
		t.Parallel()
		views, _, g := activeAt(t, server, domain.Position{Commit: 7, Prepare: 1})
		position := func(prepare uint64) domain.Position { return domain.Position{Commit: 9, Prepare: prepare} }
		write := func(status domain.Status, p domain.Position) {
			t.Helper()
			require.NoError(t, views.Fill(t.Context(), g, []projections.Change{vehicle(1, status, p)}))
		}
		write(domain.NeverSeen, position(3))
		write(domain.Connected, position(5))
		require.Equal(t, position(5), load(t, views, g, 1).Version)
		write(domain.Disconnected, position(4))
		stored := load(t, views, g, 1)
		require.Equal(t, position(5), stored.Version, "the older one changes nothing")
		assert.Equal(t, domain.Connected, stored.Row.(*projections.FleetVehicle).Status)
		write(domain.Disconnected, domain.Position{Commit: 10, Prepare: 10})
		require.Equal(t, domain.Disconnected, load(t, views, g, 1).Row.(*projections.FleetVehicle).Status)
		require.ErrorContains(t, views.Fill(t.Context(), g, []projections.Change{vehicle(1, domain.Connected, domain.Position{Commit: 1 << 63})}), "2^63")
	})
	t.Run("one whose generation is not read any more is told, though it is still there", func(t *testing.T) {
		t.Parallel()
		views, _, g := activeAt(t, server, projectiontest.Position(1))
		second, err := views.Create(t.Context(), "fleet", 1)
		require.NoError(t, err)
		require.NoError(t, views.Fill(t.Context(), second, []projections.Change{vehicle(1, domain.Connected, projectiontest.Position(1))}))
		require.ErrorIs(t, views.Save(t.Context(), second, projections.Checkpoint{}, at(2), nil), projections.ErrMoved, "not active yet")
		require.NoError(t, views.Save(t.Context(), g, at(1), at(2), nil))
	})
}

func TestPushingBack(t *testing.T) {
	t.Parallel()
	server := testengines.Elasticsearch(t)
	t.Run("only what was refused for want of room is sent again", func(t *testing.T) {
		t.Parallel()
		_, name, g := activeAt(t, server, projectiontest.Position(1))
		way := standBetween(t, server, false)
		views := behind(t, way, name)
		var bodies []string
		way.breaks(func(w http.ResponseWriter, r *http.Request, body []byte) bool {
			if !strings.HasSuffix(r.URL.Path, "_bulk") {
				return false
			}
			bodies = append(bodies, string(body))
			switch len(bodies) {
			case 1:
				return answerWith("_bulk", 429, refusing(429, "es_rejected_execution_exception", "queue is full"))(w, r, body)
			case 2:
				return answerWith("_bulk", 200, `{"errors":true,"items":[{"index":{"status":201}},{"index":{"status":429,"error":{"type":"es_rejected_execution_exception","reason":"full"}}}]}`)(w, r, body)
			}
			return false
		})
		require.NoError(t, views.Fill(t.Context(), g, []projections.Change{
			vehicle(1, domain.Connected, projectiontest.Position(2)), vehicle(2, domain.Connected, projectiontest.Position(2)),
		}))
		require.Len(t, bodies, 3)
		assert.Equal(t, bodies[0], bodies[1])
		assert.NotContains(t, bodies[2], projectiontest.VIN(1))
		assert.Contains(t, bodies[2], projectiontest.VIN(2))
	})
	t.Run("a proxy that takes no large request gets smaller ones", func(t *testing.T) {
		t.Parallel()
		_, name, g := activeAt(t, server, projectiontest.Position(1))
		way := standBetween(t, server, false)
		views := behind(t, way, name)
		way.breaks(func(w http.ResponseWriter, _ *http.Request, body []byte) bool {
			if len(body) < 8_000 {
				return false
			}
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return true
		})
		var changes []projections.Change
		for n := range 100 {
			changes = append(changes, vehicle(n, domain.Connected, projectiontest.Position(2)))
		}
		require.NoError(t, views.Fill(t.Context(), g, changes))
		for _, n := range []int{0, 50, 99} {
			require.Equal(t, projectiontest.Position(2), load(t, views, g, n).Version)
		}
	})
	t.Run("who does not wait any longer is let go", func(t *testing.T) {
		t.Parallel()
		_, name, g := activeAt(t, server, projectiontest.Position(1))
		way := standBetween(t, server, false)
		views := behind(t, way, name)
		gone := make(chan struct{})
		var once sync.Once
		way.breaks(func(w http.ResponseWriter, r *http.Request, body []byte) bool {
			if strings.HasSuffix(r.URL.Path, "_bulk") {
				once.Do(func() { close(gone) })
			}
			return answerWith("_bulk", 429, refusing(429, "es_rejected_execution_exception", "queue is full"))(w, r, body)
		})
		ctx, cancel := contextUntil(t, gone)
		defer cancel()
		err := views.Fill(ctx, g, []projections.Change{vehicle(1, domain.Connected, projectiontest.Position(2))})
		require.ErrorIs(t, err, ctx.Err())
	})
}
