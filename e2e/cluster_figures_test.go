package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// logFigures tells what the processes and the engines have come to.
func (c *cluster) logFigures(t *testing.T) {
	t.Helper()
	for _, n := range c.running("") {
		t.Logf("process %d (%s): %s", n.cmd.Process.Pid, n.roles, memory(n.cmd.Process.Pid))
	}
	t.Logf("log server: %s", memory(c.log.PID()))
	t.Logf("elasticsearch: %s", memory(c.elasticsearch.PID()))
	file, err := os.Stat(filepath.Join(filepath.Dir(c.log.LogFile()), "log.esdb"))
	require.NoError(t, err)
	t.Logf("log: %.1f MB, %s", float64(file.Size())/1e6, c.logLength())

	var stats struct {
		All struct {
			Total struct {
				Docs  struct{ Count int64 }
				Store struct {
					Bytes int64 `json:"size_in_bytes"`
				}
			}
		} `json:"_all"`
	}
	_, text := fetch("GET", c.fleet+"*/_stats/store,docs", patience)
	if strings.Count(c.fleet, "/") == 2 { // no name of an alias
		_, text = fetch("GET", c.fleet+"/fleet*/_stats/store,docs", patience)
	}
	require.NoError(t, json.Unmarshal([]byte(text), &stats), text)
	t.Logf("indexes: %.1f MB, %d documents", float64(stats.All.Total.Store.Bytes)/1e6, stats.All.Total.Docs.Count)

	conn, err := pgx.Connect(t.Context(), c.relations)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(t.Context())) }()
	tables, err := conn.Query(t.Context(), `SELECT relname, pg_total_relation_size(oid) FROM pg_class
		WHERE relkind = 'r' AND relnamespace = 'fleetbeat'::regnamespace ORDER BY 2 DESC LIMIT 6`)
	require.NoError(t, err)
	for tables.Next() {
		var name string
		var size int64
		require.NoError(t, tables.Scan(&name, &size))
		t.Logf("table %s: %.1f MB", name, float64(size)/1e6)
	}
	require.NoError(t, tables.Err())
}

// logLength says how many events of which kinds the log holds.
func (c *cluster) logLength() string {
	c.t.Helper()
	count := map[string]int{}
	for _, e := range c.print() {
		count[e.Type]++
	}
	return fmt.Sprint(count)
}

// memory says how much of it a process has, and has had.
func memory(pid int) string {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return err.Error() // a figure that is missing fails nothing
	}
	var said []string
	for line := range strings.Lines(string(status)) {
		if strings.HasPrefix(line, "VmRSS") || strings.HasPrefix(line, "VmHWM") {
			said = append(said, strings.Join(strings.Fields(line), " "))
		}
	}
	return strings.Join(said, ", ")
}
