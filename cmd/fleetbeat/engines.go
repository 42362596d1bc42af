package main

import (
	"fmt"
	"os"
	"strings"

	"fleetbeat/app"
	"fleetbeat/domain"
)

// eventsFlags say where the event log is, where it is not in the data folder.
type eventsFlags struct {
	Events             string `help:"Event log in EventStoreDB, by its connection string (esdb://HOST:PORT?tls=true); without it a file in --data." placeholder:"URL"`
	EventsUser         string `help:"User of EventStoreDB; with TLS alone." placeholder:"NAME"`
	EventsPasswordFile string `help:"File that holds the password of that user, as Docker secrets are." placeholder:"FILE"`
}

func (f eventsFlags) engine() (app.EventsEngine, error) {
	password, err := secretIn("--events-password-file", f.EventsPasswordFile)
	return app.EventsEngine{URL: f.Events, User: f.EventsUser, Password: password}, err
}

// engineFlags say where the log and the views are kept.
type engineFlags struct {
	eventsFlags
	Fleet                 string `help:"Fleet view in Elasticsearch (http://HOST:9200, several nodes with commas); without it a file in --data." placeholder:"URL"`
	FleetUser             string `help:"User of Elasticsearch; with https:// alone." placeholder:"NAME"`
	FleetPasswordFile     string `help:"File that holds the password of that user." placeholder:"FILE"`
	FleetAPIKeyFile       string `name:"fleet-api-key-file" help:"File that holds an API key of Elasticsearch, in place of user and password." placeholder:"FILE"`
	FleetCA               string `name:"fleet-ca" help:"File of the certificates that Elasticsearch's is signed by (PEM), in place of the machine's." placeholder:"FILE"`
	FleetShards           int    `default:"1" help:"Shards of an index that is made, as by a rebuild." placeholder:"N"`
	FleetReplicas         *int   `help:"Replicas of an index that is made; without it one as soon as there is a second node." placeholder:"N"`
	Relations             string `help:"The other views, leases and snapshots in Postgres (postgres://USER@HOST/DATABASE); without it files in --data." placeholder:"URL"`
	RelationsPasswordFile string `help:"File that holds the password of Postgres." placeholder:"FILE"`
}

func (f engineFlags) engines() (e app.Engines, err error) {
	if e.Events, err = f.engine(); err != nil {
		return e, err
	}
	e.Fleet = app.FleetEngine{URL: f.Fleet, User: f.FleetUser, CAFile: f.FleetCA, Shards: f.FleetShards, Replicas: f.FleetReplicas}
	if e.Fleet.Password, err = secretIn("--fleet-password-file", f.FleetPasswordFile); err != nil {
		return e, err
	}
	if e.Fleet.APIKey, err = secretIn("--fleet-api-key-file", f.FleetAPIKeyFile); err != nil {
		return e, err
	}
	e.Relations.URL = f.Relations
	e.Relations.Password, err = secretIn("--relations-password-file", f.RelationsPasswordFile)
	return e, err
}

// secretIn returns what a file holds, without the blanks around it; nothing where no file is named.
func secretIn(flag, file string) (string, error) {
	if file == "" {
		return "", nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read the file of %s: %w", flag, err)
	}
	if secret := strings.TrimSpace(string(text)); secret != "" {
		return secret, nil
	}
	return "", domain.InvalidField(flag, "%q is empty", file)
}
