package elasticsearch

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// Options say which Elasticsearch keeps the view, and how. Only Addresses must be given.
type Options struct {
	Addresses []string // http://host:9200, of several nodes of one cluster; nobody's name or password in them
	User      string
	Password  string
	APIKey    string // in place of User and Password: the encoded form
	CA        []byte // certificates that are trusted, PEM; nil: those of the system
	CAFile    string // a file with them, in place of CA

	Name     string // of the alias, and what the names of all indexes begin with; empty: "fleet". Two deployments need two
	Shards   int    // of each index; 0: one, of which all numbers are exact and all of one moment
	Replicas *int   // of each shard; nil: one as soon as there is a second node
	// Timeout is how long one request may take; 0: half a minute.
	Timeout time.Duration
	// Logger is told when Elasticsearch cannot keep up; nil: nobody is.
	Logger *slog.Logger
}

const (
	defaultName    = "fleet"
	defaultTimeout = 30 * time.Second
	maxName        = 60 // characters: a name of an index has at most 255 bytes
)

// errCleartext keeps secrets off the wire.
var errCleartext = errors.New("elasticsearch: a password or an API key goes over https only, or to this machine")

// OptionsFromURL reads what --fleet takes: http://host:9200 or https://user:password@host1:9200,host2:9200/name?shards=1&replicas=1&ca=FILE.
// Everything but the first host may be left out. Errors never repeat the text: there may be a password in it.
func OptionsFromURL(text string) (Options, error) {
	text, query, _ := strings.Cut(text, "?")
	o, scheme := Options{}, ""
	parts := strings.Split(text, ",")
	for i, part := range parts {
		if !strings.Contains(part, "://") && i > 0 {
			part = scheme + "://" + part
		}
		u, err := url.Parse(part)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Fragment != "" || i > 0 && u.Scheme != scheme {
			return Options{}, fmt.Errorf("elasticsearch: address %d is not a URL like http://host:9200", i+1)
		}
		scheme = u.Scheme
		if u.User != nil {
			o.User = u.User.Username()
			o.Password, _ = u.User.Password()
		}
		path := strings.Trim(u.Path, "/")
		if path != "" && i < len(parts)-1 {
			return Options{}, errors.New("elasticsearch: the name of the alias stands after the last address")
		}
		o.Name = path
		o.Addresses = append(o.Addresses, u.Scheme+"://"+u.Host)
	}
	if err := o.readQuery(query); err != nil {
		return Options{}, err
	}
	return o.complete()
}

func (o *Options) readQuery(query string) error {
	values, err := url.ParseQuery(query)
	if err != nil {
		return errors.New("elasticsearch: what follows ? is not like shards=1&replicas=1")
	}
	for key, given := range values {
		value := given[len(given)-1]
		n, err := strconv.Atoi(value)
		switch key {
		case "ca":
			o.CAFile, err = value, nil
		case "shards":
			if o.Shards = n; err == nil && n < 1 {
				err = errors.New("less than one")
			}
		case "replicas":
			o.Replicas = &n
		default:
			return fmt.Errorf("elasticsearch: %q is no option; there are ca, shards and replicas", key)
		}
		if err != nil {
			return fmt.Errorf("elasticsearch: %s is not a number that can be", key)
		}
	}
	return nil
}

// complete fills in what was left out and checks the rest. It does not look for the server.
func (o Options) complete() (Options, error) {
	if o.Name == "" {
		o.Name = defaultName
	}
	if o.Shards == 0 {
		o.Shards = 1
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	switch {
	case len(o.Addresses) == 0:
		return o, errors.New("elasticsearch: no address")
	case !plainName(o.Name):
		return o, fmt.Errorf("elasticsearch: the name %q is not made of small letters, digits, - and _, beginning with a letter", o.Name)
	case o.Shards < 1 || o.Shards > 1024 || o.Replicas != nil && *o.Replicas < 0:
		return o, errors.New("elasticsearch: shards are from 1 to 1024, replicas not negative")
	}
	return o, nil
}

// urls returns the addresses. Errors do not repeat them: there may be a password in one.
func (o Options) urls() ([]*url.URL, error) {
	urls := make([]*url.URL, 0, len(o.Addresses))
	for i, address := range o.Addresses {
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
			return nil, fmt.Errorf("elasticsearch: address %d is not a URL like http://host:9200, without a user", i+1)
		}
		if u.Scheme == "http" && (o.Password != "" || o.APIKey != "") && !loopback(u.Hostname()) {
			return nil, errCleartext
		}
		urls = append(urls, u)
	}
	return urls, nil
}

// certificates returns the trusted ones, nil for those of the system.
func (o Options) certificates() ([]byte, error) {
	if o.CAFile == "" {
		return o.CA, nil
	}
	pem, err := os.ReadFile(o.CAFile)
	if err != nil {
		return nil, fmt.Errorf("elasticsearch: read trusted certificates: %w", err)
	}
	return pem, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func plainName(name string) bool {
	for i, c := range name {
		small := c >= 'a' && c <= 'z'
		if !small && (i == 0 || c != '-' && c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return name != "" && len(name) <= maxName
}
