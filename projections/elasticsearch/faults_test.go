package elasticsearch_test

import (
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/internal/testengines"
	"fleetbeat/projections"
	"fleetbeat/projections/elasticsearch"
	"fleetbeat/projections/projectiontest"
	"fleetbeat/queries"
)

// requireFault requires an error that an operator is told of in these words.
func requireFault(t *testing.T, err error, words string) {
	t.Helper()
	var fault *projections.FaultError
	require.ErrorAs(t, err, &fault, fmt.Sprint(err))
	require.Contains(t, fault.What, words)
}

// TestFaultsOfTheServer provokes what can be provoked on a real server: each is named, and goes on when its cause is gone.
func TestFaultsOfTheServer(t *testing.T) {
	t.Parallel()
	server := testengines.Elasticsearch(t)
	t.Run("a read-only index", func(t *testing.T) {
		t.Parallel()
		name := nameOf(t.TempDir())
		views := openNamed(t, server, name, elasticsearch.Options{})
		b := begin(t, views)
		ask(t, server, http.MethodPut, "/"+name+"-v1/_settings", `{"index.blocks.read_only_allow_delete":true}`)
		requireFault(t, b.fold(t, b.half, b.log.Len()), "read-only")
		_, err := views.Fleet(b.p).Vehicles(t.Context(), queries.ListVehicles{Sort: queries.SortVIN, Limit: 5}, 0)
		require.NoError(t, err, "what is there is shown")
		ask(t, server, http.MethodPut, "/"+name+"-v1/_settings", `{"index.blocks.read_only_allow_delete":null}`)
		require.NoError(t, b.fold(t, b.half, b.log.Len()))
		assert.Equal(t, wanted(t, b.log), projectiontest.Dump(t, views, "fleet"))
	})
	t.Run("an index that is closed", func(t *testing.T) {
		t.Parallel()
		name := nameOf(t.TempDir())
		views := openNamed(t, server, name, elasticsearch.Options{Replicas: new(int)})
		b := begin(t, views)
		index := "/" + name + "-v1"
		require.Eventually(t, func() bool { // a busy server may give up closing it
			answer := ask(t, server, http.MethodPost, index+"/_close", "")
			return strings.Contains(answer, `"closed":true}`) || strings.Contains(answer, `"indices":{}`) // it is closed already
		}, 20*time.Second, 50*time.Millisecond)
		requireFault(t, b.fold(t, b.half, b.log.Len()), "closed")
		_, err := views.Fleet(b.p).Vehicles(t.Context(), queries.ListVehicles{Sort: queries.SortVIN, Limit: 5}, 0)
		requireUnavailable(t, err)
		require.Eventually(t, func() bool { // a busy server may refuse it
			return strings.Contains(ask(t, server, http.MethodPost, index+"/_open", ""), `"shards_acknowledged":true`)
		}, 20*time.Second, 50*time.Millisecond)
		require.NoError(t, b.fold(t, b.half, b.log.Len()))
		assert.Equal(t, wanted(t, b.log), projectiontest.Dump(t, views, "fleet"))
	})
	t.Run("an index whose shard is on no node", func(t *testing.T) {
		t.Parallel()
		name := nameOf(t.TempDir())
		views := openNamed(t, server, name, elasticsearch.Options{})
		b := begin(t, views)
		ask(t, server, http.MethodPut, "/"+name+"-nowhere?wait_for_active_shards=0", `{"settings":{"index.routing.allocation.require._name":"nobody"}}`)
		read := func(from, to string) {
			ask(t, server, http.MethodPost, "/_aliases", fmt.Sprintf(`{"actions":[{"remove":{"index":%q,"alias":%q}},{"add":{"index":%q,"alias":%q}}]}`,
				name+from, name, name+to, name))
		}
		read("-v1", "-nowhere")
		requireFault(t, b.fold(t, b.half, b.log.Len()), "a part of the index is not there")
		_, err := views.Fleet(b.p).Vehicles(t.Context(), queries.ListVehicles{Sort: queries.SortVIN, Limit: 5}, 0)
		requireUnavailable(t, err)
		_, err = views.Fleet(b.p).Rows(t.Context(), []domain.VIN{projectiontest.VIN(1)})
		requireUnavailable(t, err)
		read("-nowhere", "-v1")
		require.NoError(t, b.fold(t, b.half, b.log.Len()))
		assert.Equal(t, wanted(t, b.log), projectiontest.Dump(t, views, "fleet"))
	})
	t.Run("an index of somebody else in place of the alias", func(t *testing.T) {
		t.Parallel()
		name := nameOf(t.TempDir())
		views := openNamed(t, server, name, elasticsearch.Options{})
		ask(t, server, http.MethodPut, "/"+name, `{}`)
		log := projectiontest.Generate(t, 5, 50)
		p := projections.New(projections.Fleet(), views, log, projectiontest.LogID, projections.Options{})
		_, err := p.From(t.Context())
		requireFault(t, err, "taken")
		_, err = views.Fleet(p).Vehicles(t.Context(), queries.ListVehicles{Sort: queries.SortVIN, Limit: 5}, 0)
		requireUnavailable(t, err)
		ask(t, server, http.MethodDelete, "/"+name, "")
		_, err = p.From(t.Context())
		require.NoError(t, err)
		assert.Equal(t, wanted(t, log), projectiontest.Dump(t, views, "fleet"))
	})
	t.Run("an index with a mapping that is not ours is built anew", func(t *testing.T) {
		t.Parallel()
		name := nameOf(t.TempDir())
		views := openNamed(t, server, name, elasticsearch.Options{})
		begin(t, views)
		checkpoint := ask(t, server, http.MethodGet, "/"+name+"-v1/_source/checkpoint", "")
		meta := fmt.Sprintf(`{"view":"fleet","version":%d,"layout":1,"generation":50,"finished":true}`, projections.Fleet().Version)
		ask(t, server, http.MethodPut, "/"+name+"-v50", `{"aliases":{"`+name+`-v50-rows":{}},"mappings":{"dynamic":"strict","_meta":`+meta+
			`,"properties":{"row":{"type":"object","enabled":false},"version":{"type":"keyword"}}}}`)
		ask(t, server, http.MethodPut, "/"+name+"-v50/_doc/checkpoint", checkpoint)
		ask(t, server, http.MethodPost, "/_aliases", `{"actions":[{"remove_index":{"index":"`+name+`-v1"}},{"add":{"index":"`+name+`-v50","alias":"`+name+`"}}]}`)
		b := begun{log: projectiontest.Generate(t, 5, begunLog), half: begunLog / 2}
		b.p = projections.New(projections.Fleet(), views, b.log, projectiontest.LogID, projections.Options{})
		_, err := b.p.From(t.Context())
		require.NoError(t, err)
		require.Equal(t, int64(50), generationOf(t, views).Number)
		err = b.fold(t, b.half, b.log.Len())
		requireFault(t, err, "mapping")
		require.ErrorIs(t, err, projections.ErrMoved, "who folds the view looks at what is stored")
		_, err = b.p.From(t.Context())
		require.NoError(t, err)
		require.NoError(t, b.fold(t, b.half, b.log.Len()))
		assert.Equal(t, wanted(t, b.log), projectiontest.Dump(t, views, "fleet"))
		assert.Greater(t, generationOf(t, views).Number, int64(50))
	})
	t.Run("an index that somebody deleted is not made again by a write", func(t *testing.T) {
		t.Parallel()
		name := nameOf(t.TempDir())
		views := openNamed(t, server, name, elasticsearch.Options{})
		b := begin(t, views)
		ask(t, server, http.MethodDelete, "/"+name+"-v1", "")
		require.ErrorIs(t, b.fold(t, b.half, b.log.Len()), projections.ErrMoved)
		g := projections.Generation{View: "fleet", Number: 1}
		require.ErrorIs(t, views.Fill(t.Context(), g, []projections.Change{vehicle(1, domain.Connected, projectiontest.Position(1))}), projections.ErrMoved)
		_, err := views.Activate(t.Context(), g, projections.Checkpoint{})
		require.ErrorIs(t, err, projections.ErrMoved)
		assert.Contains(t, ask(t, server, http.MethodGet, "/"+name+"-v1", ""), "index_not_found")
	})
}

// requireUnavailable requires the error that a reader gives while it cannot answer.
func requireUnavailable(t *testing.T, err error) {
	t.Helper()
	var known *domain.Error
	require.ErrorAs(t, err, &known, fmt.Sprint(err))
	require.Equal(t, domain.Unavailable, known.Kind)
	require.Positive(t, known.RetryAfter)
	require.NotContains(t, strings.ToLower(known.Message), "elastic")
}

// TestFaultsOnTheWay answers in place of the server what its small distribution cannot be brought to.
func TestFaultsOnTheWay(t *testing.T) {
	t.Parallel()
	server := testengines.Elasticsearch(t)
	for name, c := range map[string]struct {
		fault func(http.ResponseWriter, *http.Request, []byte) bool
		words string
	}{
		"a user that is refused":   {answerWith("", 401, refusing(401, "security_exception", "unable to authenticate")), "refuses the user"},
		"a user that may not":      {answerWith("_bulk", 403, refusing(403, "security_exception", "action is unauthorized")), "does not allow"},
		"a full disk":              {answerWith("_bulk", 500, refusing(500, "i_o_exception", "No space left on device")), "disk of Elasticsearch is full"},
		"the flood stage":          {answerWith("_bulk", 429, refusing(429, "cluster_block_exception", "index [x] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block];")), "read-only"},
		"no master":                {answerWith("_bulk", 503, refusing(503, "cluster_block_exception", "blocked by: [SERVICE_UNAVAILABLE/2/no master];")), "no master"},
		"a shard that is away":     {answerWith("_refresh", 503, refusing(503, "unavailable_shards_exception", "primary shard is not active")), "a part of the index is not there"},
		"a copy that is not fresh": {answerWith("_refresh", 200, `{"_shards":{"total":2,"successful":1,"failed":1}}`), "a part of the index is not there"},
		"a cluster full of shards": {answerWith("_bulk", 400, refusing(400, "validation_exception", "this cluster currently has [1000]/[1000] maximum normal shards open")), "no more shards"},
		"a proxy's page":           {answerWith("_bulk", 502, "<html>bad gateway</html>"), "a part of the index is not there"},
	} {
		t.Run(name+" is named, and goes on when it is gone", func(t *testing.T) {
			t.Parallel()
			view := nameOf(t.TempDir())
			openNamed(t, server, view, elasticsearch.Options{})
			way := standBetween(t, server, false)
			views := behind(t, way, view)
			b := begin(t, views)
			way.breaks(c.fault)
			requireFault(t, b.fold(t, b.half, b.log.Len()), c.words)
			way.breaks(nil)
			require.NoError(t, b.fold(t, b.half, b.log.Len()))
			assert.Equal(t, wanted(t, b.log), projectiontest.Dump(t, views, "fleet"))
		})
	}
}

func TestReaching(t *testing.T) {
	t.Parallel()
	server := testengines.Elasticsearch(t)
	t.Run("no node that answers is named, and goes on when one does", func(t *testing.T) {
		t.Parallel()
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		address := listener.Addr().String()
		require.NoError(t, listener.Close())
		views, err := elasticsearch.Open(elasticsearch.Options{Addresses: []string{"http://" + address}, User: "me", Password: "hunter2"})
		require.NoError(t, err)
		err = views.Ping(t.Context())
		requireFault(t, err, "no node of Elasticsearch answers")
		assert.NotContains(t, err.Error(), "hunter2")
		_, err = views.Fleet(nil).Vehicles(t.Context(), queries.ListVehicles{Sort: queries.SortVIN, Limit: 5}, 0)
		requireUnavailable(t, err)
		_, err = views.Generations(t.Context(), "fleet")
		requireFault(t, err, "no node")
		listener, err = net.Listen("tcp", address)
		require.NoError(t, err)
		way := standBetween(t, server, false)
		go func() { _ = http.Serve(listener, way.Config.Handler) }()
		t.Cleanup(func() { _ = listener.Close() })
		require.NoError(t, views.Ping(t.Context()))
	})
	t.Run("of several nodes one that answers is enough", func(t *testing.T) {
		t.Parallel()
		views, err := elasticsearch.Open(elasticsearch.Options{Addresses: []string{"http://127.0.0.1:1", server, "http://127.0.0.1:2"}})
		require.NoError(t, err)
		for range 6 {
			require.NoError(t, views.Ping(t.Context()))
		}
	})
	t.Run("a certificate is trusted when it is given, and named when it is not", func(t *testing.T) {
		t.Parallel()
		way := standBetween(t, server, true)
		views, err := elasticsearch.Open(elasticsearch.Options{Addresses: []string{way.URL}, APIKey: "c2VjcmV0"})
		require.NoError(t, err)
		requireFault(t, views.Ping(t.Context()), "certificate")
		ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: way.Certificate().Raw})
		views, err = elasticsearch.Open(elasticsearch.Options{Addresses: []string{way.URL}, APIKey: "c2VjcmV0", CA: ca})
		require.NoError(t, err)
		var authorization string
		way.breaks(func(_ http.ResponseWriter, r *http.Request, _ []byte) bool {
			authorization = r.Header.Get("Authorization")
			return false
		})
		require.NoError(t, views.Ping(t.Context()))
		assert.Equal(t, "APIKey c2VjcmV0", authorization)
	})
	t.Run("what is not Elasticsearch is named", func(t *testing.T) {
		t.Parallel()
		way := standBetween(t, server, false)
		way.breaks(func(w http.ResponseWriter, _ *http.Request, _ []byte) bool {
			_, _ = w.Write([]byte(`{}`))
			return true
		})
		requireFault(t, behind(t, way, "x").Ping(t.Context()), "not Elasticsearch")
	})
	t.Run("secrets stand in no error, whatever goes wrong", func(t *testing.T) {
		t.Parallel()
		way := standBetween(t, server, false)
		for _, o := range []elasticsearch.Options{
			{Addresses: []string{way.URL}, User: "me", Password: "hunter2"}, {Addresses: []string{way.URL}, APIKey: "hunter2"},
		} {
			views, err := elasticsearch.Open(o)
			require.NoError(t, err)
			for _, fault := range []func(http.ResponseWriter, *http.Request, []byte) bool{
				answerWith("", 401, refusing(401, "security_exception", "unable to authenticate")), answerWith("", 500, "oops"),
				func(w http.ResponseWriter, _ *http.Request, _ []byte) bool { panic(http.ErrAbortHandler) },
			} {
				way.breaks(fault)
				err := views.Ping(t.Context())
				require.Error(t, err)
				assert.NotContains(t, fmt.Sprintf("%v %+v", err, err), "hunter2")
			}
		}
	})
	t.Run("who does not wait any longer is let go at once", func(t *testing.T) {
		t.Parallel()
		way := standBetween(t, server, false)
		views := behind(t, way, "x")
		gone := make(chan struct{})
		way.breaks(func(_ http.ResponseWriter, r *http.Request, _ []byte) bool {
			close(gone)
			<-r.Context().Done()
			return true
		})
		ctx, cancel := contextUntil(t, gone)
		defer cancel()
		require.ErrorIs(t, views.Ping(ctx), ctx.Err())
	})
}
