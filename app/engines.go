package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/eventstoredb"
	"fleetbeat/eventstore/sqlite"
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
	URL              string // http:// or https://, several nodes with commas; a path is the name of the view's alias
	User, Password   string
	APIKey           string // in place of user and password
	CAFile           string // certificates to trust, in place of the machine's
	Shards, Replicas int    // of a new index; zero means the defaults
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
	store, err := eventstoredb.Open(e.URL, eventstoredb.Options{Log: o.Log})
	if err != nil {
		return nil, fmt.Errorf("open the event log: %w", err)
	}
	return store, nil
}

func noLog(data string) error { return fmt.Errorf("there is no event log in %q", data) }
