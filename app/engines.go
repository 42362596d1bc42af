package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/eventstoredb"
	"fleetbeat/eventstore/sqlite"
	"fleetbeat/projections/elasticsearch"
	"fleetbeat/projections/postgres"
)

// Engines say where things are kept. What has no URL is kept by SQLite, in the data folder.
type Engines struct {
	Events    EventsEngine
	Fleet     FleetEngine
	Relations RelationsEngine
}

// EventsEngine is an event log in EventStoreDB.
type EventsEngine struct {
	URL            string // a connection string: esdb://… or esdb+discover://…
	User, Password string // in place of those in the URL, so that it can be shown
}

// FleetEngine is the fleet view in Elasticsearch.
type FleetEngine struct {
	URL            string // http:// or https://, several nodes with commas; a path is the name of the view's alias
	User, Password string // in place of those in the URL
	APIKey         string // in place of user and password
	CAFile         string // certificates to trust, in place of the machine's
	Shards         int    // of a new index; 0: one
	Replicas       *int   // of each shard of a new index; nil: one as soon as there is a second node
}

// RelationsEngine is the other views, leases and snapshots in Postgres.
type RelationsEngine struct {
	URL      string // postgres://…
	Password string // in place of the one in the URL
}

// embedded reports whether anything is kept in the data folder.
func (e Engines) embedded() bool {
	return e.Events.URL == "" || e.Fleet.URL == "" || e.Relations.URL == ""
}

// files are the files of the data folder that are in use.
func (e Engines) files() (files []string) {
	if e.Events.URL == "" {
		files = append(files, eventsFile)
	}
	if e.Fleet.URL == "" || e.Relations.URL == "" {
		files = append(files, viewsFile)
	}
	return files
}

// OpenLog opens the event log of engines, or of a data folder where they have none. A log in a folder that is not there is
// an error unless create says that it is to be made; the folder itself must be there, and locked by who writes.
func OpenLog(e EventsEngine, data string, create bool, o sqlite.Options) (eventstore.Store, error) {
	if e.URL == "" {
		file := filepath.Join(data, eventsFile)
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) && !create {
			return nil, noLog(data)
		}
		store, err := sqlite.Open(file, o)
		if err != nil {
			return nil, fmt.Errorf("open the event log: %w", err)
		}
		return store, nil
	}
	credentials := eventstoredb.Credentials{User: e.User, Password: e.Password}
	store, err := eventstoredb.Open(e.URL, eventstoredb.Options{Credentials: credentials, Log: o.Log})
	if err != nil {
		return nil, fmt.Errorf("open the event log: %w", err)
	}
	return store, nil
}

// open opens the fleet view. The server need not be there.
func (e FleetEngine) open(log *slog.Logger) (*elasticsearch.Views, error) {
	o, err := elasticsearch.OptionsFromURL(e.URL)
	if err != nil {
		return nil, fmt.Errorf("open the fleet view: %w", err)
	}
	o.Logger = log
	if e.User != "" {
		o.User, o.Password = e.User, e.Password
	}
	if e.APIKey != "" {
		o.APIKey = e.APIKey
	}
	if e.CAFile != "" {
		o.CAFile = e.CAFile
	}
	if e.Shards > 0 {
		o.Shards = e.Shards
	}
	if e.Replicas != nil {
		o.Replicas = e.Replicas
	}
	views, err := elasticsearch.Open(o)
	if err != nil {
		return nil, fmt.Errorf("open the fleet view: %w", err)
	}
	return views, nil
}

// open opens the other views, leases and snapshots. The server need not be there.
func (e RelationsEngine) open(ctx context.Context, log *slog.Logger) (*postgres.Views, error) {
	views, err := postgres.Open(ctx, postgres.Options{URL: e.URL, Password: e.Password, Logger: log})
	if err != nil {
		return nil, fmt.Errorf("open the relations view: %w", err)
	}
	return views, nil
}

func noLog(data string) error { return fmt.Errorf("there is no event log in %q", data) }
