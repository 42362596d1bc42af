package e2e

import (
	"bufio"
	"context"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// takeover is how long a promise gives a standby after a kill -9.
const takeover = 15 * time.Second

// TestClusterRoles is a whole deployment, three nodes for requests and two each of liveness and projections, of which one
// after the other is killed while a fleet pings.
func TestClusterRoles(t *testing.T) {
	t.Parallel()
	c := newCluster(t, "--interval", "2s", "--grace", "1s")
	c.startAll(2, "liveness")
	c.startAll(2, "projections")
	nodes := c.startAll(3, "api")
	c.waitReady()
	c.waitOwned()
	t.Run("what one node was told another one answers", func(t *testing.T) { requireOneFleet(t, nodes) })
	t.Run("the feed of one node tells what another one caused", func(t *testing.T) { requireOneFeed(t, nodes) })
	if testing.Short() {
		t.Log("SKIPPED with -short: kills of owners under load")
	} else {
		c.surviveKills(t, nodes)
	}
	t.Run("keys and sessions made at one node are good at the others", func(t *testing.T) { requireOneDoor(t, nodes) })
}

// requireOneFleet registers through one node, pings through another and sees it through a third.
func requireOneFleet(t *testing.T, nodes []*node) {
	var w written
	nodes[0].ask(201, "POST", "/api/v1/vehicles", map[string]any{
		"vin": vin(1), "registrationNumber": "ROL001", "customer": "Roller AB", "intervalSeconds": 3600,
	}, &w)
	assert.Equal(t, "never_seen", nodes[2].getAfter(vin(1), w.Position).Status)
	eventually(t, "another node knows the vehicle", func() bool {
		status, _ := nodes[1].try("GET", "/heartbeat/"+vin(1), nil)
		return status == 202
	})
	w = nodes[1].ping(vin(1), nil)
	v := nodes[2].getAfter(vin(1), w.Position)
	assert.Equal(t, "connected", v.Status)
	for _, n := range nodes {
		assert.Equal(t, v.Since, n.getAfter(vin(1), w.Position).Since, "all nodes answer the same")
		var page list[vehicle]
		n.ask(200, "GET", "/api/v1/vehicles?q=rol001", nil, &page)
		assert.Equal(t, 1, page.Total)
	}
}

// requireOneFeed follows the feed of one node while vehicles ping another.
func requireOneFeed(t *testing.T, nodes []*node) {
	nodes[1].register(vin(2), "ROL002", "Roller AB")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, nodes[0].base+"/api/v1/changes?vin="+vin(2), http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Accept", "text/event-stream")
	answer, err := client.Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, http.StatusOK, answer.StatusCode)
	nodes[2].ping(vin(2), nil)
	var told []string
	for events := bufio.NewReader(answer.Body); len(told) < 2; {
		c, err := readChange(events)
		require.NoError(t, err)
		if c.Event == "connected" || c.Event == "disconnected" {
			assert.Contains(t, c.Data, vin(2))
			told = append(told, c.Event)
		}
	}
	assert.Equal(t, []string{"connected", "disconnected"}, told, "it pinged once, and its silence was found out")
}

// requireOneDoor makes keys, logs in, and revokes a key. From its first key on nobody comes in without one.
func requireOneDoor(t *testing.T, nodes []*node) {
	create := func(n *node, key, name, scopes string) string {
		t.Helper()
		done := fleetbeatWith(t, []string{"FLEETBEAT_KEY=" + key}, "keys", "create", "--target", n.base, "--name", name, "--scopes", scopes)
		require.Equal(t, 0, done.code, done.stderr)
		return strings.TrimSpace(done.stdout)
	}
	admin := create(nodes[0], "", "Anna", "admin")
	for _, n := range nodes {
		eventually(t, "a node knows that a key is needed", func() bool { return n.status(client, "", "GET", "/api/v1/vehicles", "") == 401 })
		eventually(t, "a node knows the key", func() bool { return n.status(client, admin, "GET", "/api/v1/vehicles", "") == 200 })
	}
	staff := create(nodes[1], admin, "staff", "read")
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	browser := &http.Client{Jar: jar, Timeout: patience}
	eventually(t, "a node knows a key that another one made", func() bool {
		return nodes[2].status(browser, "", "POST", "/api/v1/session", `{"key":"`+staff+`"}`) == 200
	})
	for _, n := range nodes { // cookies know no ports
		assert.Equal(t, 200, n.status(browser, "", "GET", "/api/v1/vehicles", ""), "a session is good wherever the balancer sends it")
	}
	done := fleetbeatWith(t, []string{"FLEETBEAT_KEY=" + admin}, "keys", "revoke", "--target", nodes[0].base, staff[3:11])
	require.Equal(t, 0, done.code, done.stderr)
	for _, n := range nodes {
		eventually(t, "a session ends with its key, at every node", func() bool {
			return n.status(browser, "", "GET", "/api/v1/vehicles", "") == 401
		})
	}
}
