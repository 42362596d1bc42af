package postgres

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// DefaultSchema is the schema of a database that holds all tables of Fleetbeat, unless options or URL name another.
const DefaultSchema = "fleetbeat"

// DefaultConnections is how many connections a process holds at most. A server allows 100 unless it is told otherwise, and
// several processes share it.
const DefaultConnections = 10

// Options say which Postgres keeps the views, and how it is used. Zero fields but URL mean the defaults.
type Options struct {
	// URL names the server or several (host=a,b: the one that can be written is used), the database, TLS and what else libpq
	// knows: postgres://user@host:5432/database?sslmode=verify-full. Its search_path names the schema where Schema does not. No
	// pooler that shares connections between transactions may stand in between: settings and prepared statements are a
	// connection's.
	URL string
	// Password is the user's, in place of one in URL: a secret that comes from a file.
	Password string
	// Schema is where the tables lie; it is made where it is not there. Several installations share a database by it.
	Schema string
	// Connections is the most that are open at once.
	Connections int
	// Logger is told of what went wrong and was mended without anybody noticing; nil means nobody is.
	Logger *slog.Logger
}

// The bounds of waiting: without them a server that vanished without a word would hold everything up for a quarter of an
// hour or for ever.
const (
	connectWithin = 5 * time.Second
	answerWithin  = 10 * time.Second // a question, a load
	saveWithin    = 15 * time.Second
	fillWithin    = time.Minute // a write of what nobody waits for
	silentFor     = 10 * time.Second
)

// schemaName is what needs no quotes anywhere.
var schemaName = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)

// config returns how the pool connects, and the schema. Errors hold no part of the URL that may be secret.
func (o Options) config() (*pgxpool.Config, string, error) {
	c, err := pgxpool.ParseConfig(o.URL)
	if err != nil {
		return nil, "", o.unreadable(err)
	}
	if !strings.HasPrefix(o.URL, "postgres://") && !strings.HasPrefix(o.URL, "postgresql://") {
		return nil, "", errors.New("the URL of Postgres must begin with postgres://")
	}
	if o.Password != "" {
		c.ConnConfig.Password = o.Password
	}
	params := c.ConnConfig.RuntimeParams
	schema := o.Schema
	if schema == "" {
		schema = params["search_path"]
	}
	if schema == "" {
		schema = DefaultSchema
	}
	if !schemaName.MatchString(schema) {
		return nil, "", fmt.Errorf("schema %q (search_path) is not one name of a–z, 0–9 and _", schema)
	}
	params["search_path"] = schema
	for name, value := range map[string]string{
		"application_name": "fleetbeat",
		// A plan that is kept is made for tables of the size that they had then, and for a LIMIT of a tenth of them.
		"plan_cache_mode": "force_custom_plan",
		// The server, too, gives up: what a process that is gone or paused has begun would keep its locks otherwise, and its
		// successor waiting.
		"statement_timeout":                   milliseconds(fillWithin),
		"idle_in_transaction_session_timeout": milliseconds(5 * time.Second),
		"tcp_keepalives_idle":                 "5",
		"tcp_keepalives_interval":             "2",
		"tcp_keepalives_count":                "3",
		"tcp_user_timeout":                    milliseconds(silentFor),
	} {
		if params[name] == "" {
			params[name] = value
		}
	}
	o.pool(c)
	return c, schema, nil
}

// pool sets how many connections are kept, how long, and how they are made.
func (o Options) pool(c *pgxpool.Config) {
	says := func(name string) bool { return strings.Contains(o.URL, name+"=") }
	switch {
	case o.Connections > 0:
		c.MaxConns = int32(o.Connections)
	case !says("pool_max_conns"):
		c.MaxConns = DefaultConnections
	}
	if !says("pool_max_conn_lifetime") {
		// A name that leads elsewhere since is followed after half an hour at the latest, and at once where the old server is gone.
		c.MaxConnLifetime, c.MaxConnLifetimeJitter = 30*time.Minute, 5*time.Minute
	}
	if !says("pool_max_conn_idle_time") {
		c.MaxConnIdleTime = 5 * time.Minute
	}
	c.HealthCheckPeriod, c.PingTimeout = 30*time.Second, 3*time.Second
	if c.ConnConfig.ConnectTimeout == 0 {
		c.ConnConfig.ConnectTimeout = connectWithin
	}
	dialer := &net.Dialer{
		Timeout:         c.ConnConfig.ConnectTimeout,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 2 * time.Second, Count: 3},
		Control:         limitSilence,
	}
	c.ConnConfig.DialFunc = dialer.DialContext
	if !says("target_session_attrs") {
		c.ConnConfig.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
}

// unreadable says why a URL cannot be read, without the parts of it that may be secret: the library masks passwords that it
// recognises, and in a URL that it cannot read it may not.
func (o Options) unreadable(err error) error {
	const want = "it must look like postgres://user:password@host:5432/database"
	var parse *pgconn.ParseConfigError
	if !errors.As(err, &parse) || strings.ContainsAny(o.URL, "@") || o.Password != "" || strings.Contains(strings.ToLower(o.URL), "password") {
		return fmt.Errorf("the URL of Postgres cannot be read (%s; a %%, @, : or / in a password is written as %%25, %%40, %%3A or %%2F)", want)
	}
	return fmt.Errorf("the URL of Postgres cannot be read (%s): %w", want, err)
}

func milliseconds(d time.Duration) string { return fmt.Sprint(d.Milliseconds()) }
