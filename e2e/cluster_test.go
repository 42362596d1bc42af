package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"fleetbeat/internal/testengines"
)

// cluster is one Fleetbeat of several processes, and the engines they share: a log server of its own, and a schema and an
// index of the Postgres and the Elasticsearch that all tests share, or servers of its own where they are to be killed.
type cluster struct {
	t                        *testing.T
	log                      *testengines.Server
	postgres, elasticsearch  *testengines.Server // nil where all tests share them
	events, relations, fleet string              // as flags name them
	flags                    []string            // of every process
	nodes                    []*node
}

// node is one process of a cluster.
type node struct {
	*server
	roles   string
	flags   []string
	stopped bool // by SIGSTOP
}

// builtProtocolServer builds the command of the protocol server once, beside the journeys' binary.
var builtProtocolServer = sync.OnceValues(func() (string, error) {
	path := filepath.Join(filepath.Dir(binary), "esdbtest")
	out, err := exec.Command("go", "build", "-o", path, "fleetbeat/eventstore/eventstoredb/esdbtest/cmd").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the protocol server: %w: %s", err, out)
	}
	return path, nil
})

// newCluster returns a cluster without processes, on the engines that all tests share, or skips the test where they are not.
func newCluster(t *testing.T, flags ...string) *cluster {
	t.Helper()
	c := &cluster{t: t, flags: flags}
	postgres, elasticsearch := testengines.Postgres(t), testengines.Elasticsearch(t)
	name := "e2e_" + strings.ReplaceAll(uuid.NewString(), "-", "")[:12]
	c.relations, c.fleet = withSchema(t, postgres, name), strings.TrimRight(elasticsearch, "/")+"/"+name
	t.Cleanup(func() {
		dropSchema(t, postgres, name)
		dropIndexes(t, elasticsearch, name)
	})
	c.startLog()
	return c
}

// newOwnCluster returns a cluster without processes on servers of its own.
func newOwnCluster(t *testing.T, flags ...string) *cluster {
	t.Helper()
	c := &cluster{t: t, flags: flags}
	var starting sync.WaitGroup
	var postgresErr, elasticsearchErr error
	starting.Go(func() { c.postgres, postgresErr = testengines.StartPostgres(t.Context(), testengines.Options{}) })
	starting.Go(func() {
		c.elasticsearch, elasticsearchErr = testengines.StartElasticsearch(t.Context(), testengines.Options{})
	})
	starting.Wait()
	t.Cleanup(func() {
		for _, each := range []*testengines.Server{c.postgres, c.elasticsearch} {
			if each != nil {
				require.NoError(t, each.Stop())
			}
		}
	})
	requireEngine(t, testengines.NamePostgres, postgresErr)
	requireEngine(t, testengines.NameElasticsearch, elasticsearchErr)
	c.relations, c.fleet = c.postgres.URL(), c.elasticsearch.URL()
	c.startLog()
	return c
}

// requireEngine skips the test aloud where an engine could not be started, unless it must be there.
func requireEngine(t *testing.T, engine string, err error) {
	t.Helper()
	if err == nil {
		return
	}
	require.False(t, testengines.Required(engine), "REQUIRE_ENGINES names %s: %v", engine, err)
	t.Skipf("SKIPPED: %v", err)
}

// startLog starts the log server.
func (c *cluster) startLog() {
	c.t.Helper()
	built, err := builtProtocolServer()
	require.NoError(c.t, err)
	c.log, err = testengines.StartProtocolServer(c.t.Context(), built, testengines.Options{})
	require.NoError(c.t, err)
	c.t.Cleanup(func() { require.NoError(c.t, c.log.Stop()) })
	c.events = c.log.URL()
}

// start starts a process and waits until it listens. Events is where it finds the log; empty: at the server itself.
func (c *cluster) start(roles, events string, flags ...string) *node {
	c.t.Helper()
	if events == "" {
		events = c.events
	}
	n := &node{roles: roles, flags: append([]string{
		"--roles", roles, "--events", events, "--relations", c.relations, "--fleet", c.fleet,
	}, append(c.flags, flags...)...)}
	n.server = launch(c.t, "serve", filepath.Join(c.t.TempDir(), "none"), n.flags...)
	c.nodes = append(c.nodes, n)
	return n
}

// startAll starts several processes of the same roles.
func (c *cluster) startAll(count int, roles string) (nodes []*node) {
	c.t.Helper()
	for range count {
		nodes = append(nodes, c.start(roles, ""))
	}
	return nodes
}

// again starts a process that was killed, on its address.
func (n *node) again() {
	n.t.Helper()
	require.True(n.t, n.hasEnded())
	n.server = launch(n.t, "serve", n.data, append(n.flags, "--listen", strings.TrimPrefix(n.base, "http://"))...)
}

// suspend and wake stop a process and let it go on where it was.
func (n *node) suspend() { n.stopped = true; n.signal(sigStop) }
func (n *node) wake()    { n.stopped = false; n.signal(sigCont) }

// running are the processes of a role that run.
func (c *cluster) running(role string) (nodes []*node) {
	for _, n := range c.nodes {
		if strings.Contains(n.roles, role) && !n.hasEnded() && !n.stopped {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// waitReady waits until every process that runs says that it is ready.
func (c *cluster) waitReady() {
	c.t.Helper()
	within(c.t, 2*patience, "all processes are ready", func() bool {
		for _, n := range c.nodes {
			if !n.stopped && !n.hasEnded() && !n.ready() {
				return false
			}
		}
		return true
	})
}

// waitOwned waits until each view, and liveness, has exactly one owner.
func (c *cluster) waitOwned() {
	c.t.Helper()
	for _, what := range owned {
		c.owner(what)
	}
}

// owner waits until exactly one process that runs says that it owns something, and returns it.
func (c *cluster) owner(what ownership) (owner *node) {
	c.t.Helper()
	within(c.t, 2*patience, "one process owns "+string(what), func() bool {
		owner = nil
		for _, n := range c.running("") {
			if value, known := n.metric(string(what)); known && value == 1 {
				if owner != nil {
					return false
				}
				owner = n
			}
		}
		return owner != nil
	})
	return owner
}

// ownership is the metric that says who owns something.
type ownership string

// What there is to own.
const (
	ownsLiveness  ownership = "fleetbeat_liveness_owner"
	ownsFleet     ownership = `fleetbeat_view_owner{view="fleet"}`
	ownsLatest    ownership = `fleetbeat_view_owner{view="latest"}`
	ownsRelations ownership = `fleetbeat_view_owner{view="relations"}`
	ownsTimeline  ownership = `fleetbeat_view_owner{view="timeline"}`
)

// ownedViews are the views, and owned is all that has an owner.
var (
	ownedViews = []ownership{ownsFleet, ownsLatest, ownsRelations, ownsTimeline}
	owned      = append([]ownership{ownsLiveness}, ownedViews...)
)

// withSchema returns the URL of a Postgres with another schema.
func withSchema(t *testing.T, text, schema string) string {
	t.Helper()
	u, err := url.Parse(text)
	require.NoError(t, err)
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

func dropSchema(t *testing.T, text, schema string) {
	t.Helper()
	conn, err := pgx.Connect(cleanup(t), text)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(cleanup(t))) }()
	_, err = conn.Exec(cleanup(t), "DROP SCHEMA IF EXISTS "+schema+" CASCADE")
	require.NoError(t, err)
}

// dropIndexes deletes the indexes whose names begin with one: Elasticsearch deletes by whole names alone.
func dropIndexes(t *testing.T, server, name string) {
	t.Helper()
	_, text := fetch(http.MethodGet, server+"/_cat/indices/"+name+"*?h=index", patience)
	for _, index := range strings.Fields(text) {
		status, text := fetch(http.MethodDelete, server+"/"+index, patience)
		require.Equal(t, http.StatusOK, status, text)
	}
}

// since says for a figure how long ago something was.
func since(moment time.Time) time.Duration { return time.Since(moment).Round(time.Millisecond) }
