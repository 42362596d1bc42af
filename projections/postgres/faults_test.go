package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/projections"
	"fleetbeat/projections/postgres"
	"fleetbeat/projections/projectiontest"
)

// whatOf returns what an operator is told of an error, empty where nothing.
func whatOf(err error) string {
	var fault *projections.FaultError
	if errors.As(err, &fault) {
		return fault.What
	}
	return ""
}

// raising has every change of a checkpoint fail as a server in trouble would.
func raising(schema, code string) []string {
	return []string{
		fmt.Sprintf(`CREATE FUNCTION %s.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'it is so' USING ERRCODE = '%s'; END $$`, schema, code),
		fmt.Sprintf(`CREATE TRIGGER fail BEFORE UPDATE ON %s.views FOR EACH ROW EXECUTE FUNCTION %s.fail()`, schema, schema),
	}
}

func TestWritesOfAServerInTrouble(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for code, says := range map[string]string{
		"53100": "the disk of Postgres is full",
		"53200": "short of memory",
		"25006": "can only be read, a standby",
		"42501": "our user may not do this",
		"57014": "takes too long",
		"58030": "reports damage",
		"57P01": "starting or stopping",
	} {
		t.Run(code+" are named, and heal by themselves", func(t *testing.T) {
			t.Parallel()
			schema := named(t.Name())
			log := projectiontest.Generate(t, 7, 200)
			views, view := s.open(t, schema), projections.Timeline()
			p := follow(t, views, view, projectiontest.NewLog())
			s.exec(t, raising(schema, code)...)
			err := p.Handle(t.Context(), page(log, view, 0, log.Len()))
			require.Error(t, err)
			assert.Contains(t, whatOf(err), says)
			require.NotErrorIs(t, err, projections.ErrMoved)
			_, err = views.Timeline(p).Quarters(t.Context(), "", 0, 1)
			require.NoError(t, err, "what is there can be read")
			s.exec(t, `DROP TRIGGER fail ON `+schema+`.views`)
			require.NoError(t, p.Handle(t.Context(), page(log, view, 0, log.Len())))
			assert.Equal(t, inMemory(t, view, log), projectiontest.Dump(t, views, view.Name))
		})
	}
}

func TestAServerThatDoesNotLetUsIn(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for name, test := range map[string]struct {
		spoil, heal, says string
	}{
		"a user that may not log in":     {`ALTER ROLE %s NOLOGIN`, `ALTER ROLE %s LOGIN`, "refuses our user, password or certificate"},
		"no connection left":             {`ALTER ROLE %s CONNECTION LIMIT 0`, `ALTER ROLE %s CONNECTION LIMIT -1`, "has no connection left for us"},
		"a standby":                      {`ALTER ROLE %s SET default_transaction_read_only = on`, `ALTER ROLE %s RESET default_transaction_read_only`, "a standby"},
		"no database of this name":       {`ALTER DATABASE %[1]s RENAME TO %[1]s_away`, `ALTER DATABASE %[1]s_away RENAME TO %[1]s`, "has no database of this name"},
		"a user that may make no schema": {`ALTER DATABASE %[1]s OWNER TO CURRENT_USER`, `ALTER DATABASE %[1]s OWNER TO %[1]s`, "our user may not do this"},
	} {
		t.Run(name+" is named from the start on, and let in when that is mended", func(t *testing.T) {
			t.Parallel()
			role := named(t.Name())
			s.exec(t, `CREATE ROLE `+role+` LOGIN`, `CREATE DATABASE `+role+` OWNER `+role, fmt.Sprintf(test.spoil, role))
			views, err := postgres.Open(t.Context(), postgres.Options{URL: s.user(t, role, role)})
			require.NoError(t, err, "an order of starting is nobody's business")
			t.Cleanup(func() {
				require.NoError(t, views.Close())
				s.exec(t, `DROP DATABASE `+role, `DROP ROLE `+role)
			})
			assert.Contains(t, whatOf(views.Ping(t.Context())), test.says)
			p := projections.New(projections.Relations(), views, projectiontest.NewLog(), projectiontest.LogID, projections.Options{})
			_, err = p.From(t.Context())
			assert.Contains(t, whatOf(err), test.says)
			_, err = views.Relations(p).CustomersByID(t.Context(), nil)
			requireUnavailable(t, err)

			s.exec(t, fmt.Sprintf(test.heal, role))
			require.Eventually(t, func() bool { return views.Ping(t.Context()) == nil }, 30*time.Second, 20*time.Millisecond)
			_, err = p.From(t.Context())
			require.NoError(t, err)
			_, err = views.Relations(p).CustomersByID(t.Context(), nil)
			require.NoError(t, err)
		})
	}
}

func requireUnavailable(t *testing.T, err error) {
	t.Helper()
	var known *domain.Error
	require.ErrorAs(t, err, &known)
	assert.Equal(t, domain.Unavailable, known.Kind)
	assert.Positive(t, known.RetryAfter)
	assert.NotContains(t, known.Message, "ostgres", "whoever asks need not know what it runs on")
}

// silent is an address that takes connections and never answers.
func silent(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, listener.Close()) })
	return listener.Addr().String()
}

// closed is an address that nobody listens on.
func closed(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	return listener.Addr().String()
}

func TestAServerThatIsNotThere(t *testing.T) {
	t.Parallel()
	t.Run("is named", func(t *testing.T) {
		t.Parallel()
		views, err := postgres.Open(t.Context(), postgres.Options{URL: "postgres://a@" + closed(t) + "/b"})
		require.NoError(t, err)
		defer func() { assert.NoError(t, views.Close()) }()
		assert.Equal(t, "Postgres cannot be reached; this ends by itself when it can", whatOf(views.Ping(t.Context())))
		_, err = views.Latest(nil).Latest(t.Context(), nil)
		requireUnavailable(t, err)
	})
	t.Run("and takes what is sent without a word holds nobody longer than they have time", func(t *testing.T) {
		t.Parallel()
		short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		views, err := postgres.Open(short, postgres.Options{URL: "postgres://a@" + silent(t) + "/b"})
		require.NoError(t, err)
		again, cancelAgain := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancelAgain()
		err = views.Ping(again)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, "Postgres does not answer in time; this ends by itself when it does", whatOf(err))
		require.NoError(t, views.Close())
	})
}

// safeBuffer is a log that several goroutines write.
type safeBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.String()
}

func TestSecretsAreNeverTold(t *testing.T) {
	t.Parallel()
	address := closed(t)
	for name, o := range map[string]postgres.Options{
		"in a URL":                            {URL: "postgres://u:s3cret@" + address + "/db"},
		"in a parameter of a URL":             {URL: "postgres://" + address + "/db?user=u&password=s3cret"},
		"beside a URL":                        {URL: "postgres://u@" + address + "/db", Password: "s3cret"},
		"in a URL that cannot be read":        {URL: "postgres://u:s3cret%zz@" + address + "/db"},
		"with a slash in a URL":               {URL: "postgres://u:s3cret/x@" + address + "/db"},
		"in a URL with a port that is none":   {URL: "postgres://u:s3cret@host:port/db"},
		"in a URL of another kind":            {URL: "mysql://u:s3cret@" + address + "/db"},
		"in a URL with a wrong TLS parameter": {URL: "postgres://u:s3cret@" + address + "/db?sslmode=s3cret"},
		"in words":                            {URL: "host=" + address + " password=s3cret user=u"},
		"in half a URL":                       {URL: "u:s3cret@" + address},
		"in a schema's place":                 {URL: "postgres://u:s3cret@" + address + "/db", Schema: "no schema"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &safeBuffer{}
			o.Logger = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			views, err := postgres.Open(t.Context(), o)
			if err == nil {
				err = views.Ping(t.Context())
				require.NoError(t, views.Close())
			}
			require.Error(t, err)
			assert.NotContains(t, fmt.Sprintf("%v %+v %s", err, err, whatOf(err)), "s3cret")
			assert.NotContains(t, log.String(), "s3cret")
			assert.False(t, strings.Contains(whatOf(err), address), "what is shown names no host")
		})
	}
}
