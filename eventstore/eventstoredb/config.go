package eventstoredb

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
)

// Credentials are what the server knows this process by. They keep a password out of the connection string.
type Credentials struct {
	User     string
	Password string
}

// String leaves the password out, so that no log has it.
func (c Credentials) String() string { return "user " + c.User }

// GoString is String, for whoever prints a struct that holds them.
func (c Credentials) GoString() string { return c.String() }

const (
	// What the connection string leaves open: the client's own 10 s and 5 s are long for vehicles that wait. A connection on which
	// nothing comes back is given up 10 s + keepAlive after the last word, or keepAlive after something was sent, where packets are lost.
	keepAlive     = 5 * time.Second
	gossipTimeout = 3 // seconds for one server to answer while one is looked for
)

// settings are those of connection strings, in small letters. The client passes over what it does not know, and a certificate with a
// typing error in front of it would not be used.
var settings = []string{
	"defaultdeadline", "discoveryinterval", "gossiptimeout", "keepaliveinterval", "keepalivetimeout", "maxdiscoverattempts", "nodepreference",
	"tls", "tlscafile", "tlsverifycert", "usercertfile", "userkeyfile",
}

// configure reads a connection string and sets what must not be left to it.
// reason is told why the client finds no server.
func configure(connection string, o Options, reason func(string)) (*esdb.Configuration, error) {
	config, given, err := parse(connection)
	if err != nil {
		return nil, fmt.Errorf("connection string of EventStoreDB: %w", err)
	}
	if !given["keepalivetimeout"] {
		config.KeepAliveTimeout = keepAlive
	}
	if !given["gossiptimeout"] {
		config.GossipTimeout = gossipTimeout
	}
	if o.Credentials != (Credentials{}) {
		if config.Username != "" {
			return nil, errors.New("connection string of EventStoreDB: it names a user, and so do the credentials given beside it")
		}
		config.Username, config.Password = o.Credentials.User, o.Credentials.Password
	}
	if err := sound(config, given); err != nil {
		return nil, fmt.Errorf("connection string of EventStoreDB: %w", err)
	}
	// At the last attempt the client would close itself for good, with callers waiting in it for ever.
	config.MaxDiscoverAttempts = math.MaxInt32
	config.Logger = told(o.Log, reason)
	if o.Log != nil && config.SkipCertificateVerification && !config.DisableTLS {
		o.Log.Warn("the certificate of eventstoredb is not verified: tlsVerifyCert=false")
	}
	return config, nil
}

// told takes what the client says of its connection, in which there is nothing secret.
func told(log *slog.Logger, reason func(string)) esdb.LoggingFunc {
	return func(level esdb.LogLevel, format string, args ...any) {
		if log == nil && level != esdb.LogWarn {
			return
		}
		text := fmt.Sprintf(format, args...)
		if level == esdb.LogWarn {
			reason(text)
		}
		if log != nil {
			log.Debug("eventstoredb client", "level", level, "text", text)
		}
	}
}

// parse reads a connection string, and which settings it names.
func parse(connection string) (*esdb.Configuration, map[string]bool, error) {
	given, err := named(connection) // first: the client would print what it does not know
	if err != nil {
		return nil, nil, err
	}
	config, err := esdb.ParseConnectionString(connection)
	var file *fs.PathError
	switch {
	case errors.As(err, &file):
		return nil, nil, fmt.Errorf("tlsCaFile: %w", file.Err)
	case err != nil && strings.Contains(connection, "@"):
		// The parser's errors quote what they stumbled over, which may be the password.
		return nil, nil, errors.New("not of the form esdb://user:password@host:port?…, or a setting in it is wrong")
	case err != nil:
		return nil, nil, err
	}
	return config, given, nil
}

// named returns the names of the settings of a connection string, in small letters.
func named(connection string) (map[string]bool, error) {
	_, query, _ := strings.Cut(connection, "?")
	values, err := url.ParseQuery(query)
	if err != nil || strings.Contains(query, "@") { // half of a password, perhaps
		return nil, errors.New("not of the form esdb://user:password@host:port?setting=value&setting=value")
	}
	given := map[string]bool{}
	for name := range values {
		given[strings.ToLower(name)] = true
		if !slices.Contains(settings, strings.ToLower(name)) {
			return nil, fmt.Errorf("setting %q is not known", name)
		}
	}
	return given, nil
}

// sound returns what is wrong with settings that the client would take, and then fail to do what was meant.
func sound(c *esdb.Configuration, given map[string]bool) error {
	switch {
	case c.Username != "" && c.DisableTLS:
		// The client would leave them out without a word, and the server would refuse every call.
		return errors.New("user and password are never sent with tls=false; take them out, or use TLS")
	case c.Username != "" && c.Password == "":
		return errors.New("a user without password is never sent")
	case c.Username == "" && c.Password != "":
		return errors.New("a password without user is never sent")
	case c.NodePreference != esdb.NodePreferenceLeader:
		// A follower may not have what was acknowledged before.
		return errors.New("nodePreference must be leader")
	case c.DisableTLS && (given["tlscafile"] || given["usercertfile"] || given["userkeyfile"]):
		return errors.New("certificates are never used with tls=false")
	case c.KeepAliveInterval < 0 || c.KeepAliveTimeout <= 0:
		return errors.New("keepAliveInterval and keepAliveTimeout cannot be off: a dead connection would never be noticed")
	case c.GossipTimeout < 1:
		return errors.New("gossipTimeout must be a second or more")
	case c.DiscoveryInterval < 1:
		return errors.New("discoveryInterval must be a millisecond or more")
	case c.DefaultDeadline != nil && *c.DefaultDeadline <= 0:
		return errors.New("defaultDeadline must be a millisecond or more")
	case (c.UserCertFile == "") != (c.UserKeyFile == ""):
		return errors.New("userCertFile and userKeyFile go together")
	}
	if c.UserCertFile != "" {
		if _, err := tls.LoadX509KeyPair(c.UserCertFile, c.UserKeyFile); err != nil {
			return fmt.Errorf("userCertFile and userKeyFile: %w", err)
		}
	}
	return nil
}
