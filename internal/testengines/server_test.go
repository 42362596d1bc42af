package testengines

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// unlessMissing skips a test aloud where the machine has no such engine, and fails where it must have one.
func unlessMissing(t *testing.T, engine string, err error) {
	t.Helper()
	if err != nil && !Required(engine) {
		t.Skip("SKIPPED:", err)
	}
	require.NoError(t, err)
}

// started is an engine that ends with the test.
func started(t *testing.T, engine string, start func(context.Context, Options) (*Server, error)) *Server {
	t.Helper()
	s, err := start(t.Context(), Options{ShortLived: true})
	unlessMissing(t, engine, err)
	t.Cleanup(func() {
		if t.Failed() {
			said, _ := os.ReadFile(s.LogFile())
			t.Logf("%s said:\n%s", engine, said)
		}
		assert.NoError(t, s.Stop())
	})
	return s
}

// gone reports whether no process has an id.
func gone(pid int) bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

func TestPostgres(t *testing.T) {
	t.Parallel()
	s := started(t, NamePostgres, StartPostgres)
	assert.Equal(t, []string{"on"}, ask(t, s.URL(), "SHOW fsync"), "it must lose what a real one would lose, and no more")
	ask(t, s.URL(), "CREATE TABLE kept (word text)")
	ask(t, s.URL(), "INSERT INTO kept VALUES ('Åke')")
	was, pid := s.URL(), s.PID()

	s.Kill()
	assert.True(t, gone(pid))
	assert.Zero(t, s.PID())
	_, err := net.Dial("tcp", hostOf(t, was))
	assert.Error(t, err, "nobody listens where it was killed")

	require.NoError(t, s.Restart(t.Context()))
	assert.Equal(t, was, s.URL(), "its clients find it where it was")
	assert.NotEqual(t, pid, s.PID())
	assert.Equal(t, []string{"Åke"}, ask(t, s.URL(), "SELECT word FROM kept"))

	pid = s.PID()
	require.NoError(t, s.Stop())
	assert.True(t, gone(pid))
	assert.NoDirExists(t, filepath.Dir(s.LogFile()), "a temporary folder is removed")
	require.NoError(t, s.Stop(), "a second stop is harmless")
	assert.Error(t, s.Restart(t.Context()), "what was stopped for good stays so")
}

func TestElasticsearch(t *testing.T) {
	t.Parallel()
	s := started(t, NameElasticsearch, StartElasticsearch)
	document := s.URL() + "/kept/_doc/1?refresh=true"
	status, said := request(t, http.MethodPut, document, `{"word":"Åke"}`)
	require.Equal(t, 201, status, said)
	was, pid := s.URL(), s.PID()

	s.Kill()
	assert.True(t, gone(pid), "the server itself, not only its launcher")
	require.NoError(t, s.Restart(t.Context()))
	assert.Equal(t, was, s.URL(), "its clients find it where it was")
	assert.NotEqual(t, pid, s.PID())
	status, said = request(t, http.MethodGet, document, "")
	require.Equal(t, 200, status, said)
	assert.Contains(t, said, `"Åke"`)

	pid = s.PID()
	require.NoError(t, s.Stop())
	assert.True(t, gone(pid))
	assert.NoDirExists(t, filepath.Dir(s.LogFile()), "a temporary folder is removed")
}

func request(t *testing.T, method, url, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(said)
}

func hostOf(t *testing.T, address string) string {
	t.Helper()
	parsed, err := url.Parse(address)
	require.NoError(t, err)
	return parsed.Host
}

// ask sends one statement on a connection of its own and returns the first column of what comes back.
func ask(t *testing.T, url, statement string) (column []string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	rows, err := conn.Query(t.Context(), statement)
	require.NoError(t, err)
	column, err = pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
	return column
}
