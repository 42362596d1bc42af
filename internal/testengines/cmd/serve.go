package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"fleetbeat/internal/testengines"
)

// protocolServer is the command that stands for EventStoreDB.
const protocolServer = "fleetbeat/eventstore/eventstoredb/esdbtest/cmd"

type serve struct {
	Data  string         `help:"Folder of the engines' data, made if need be and kept. A temporary one if not given." placeholder:"DIR" type:"path"`
	Ports map[string]int `help:"Ports (postgres=5432,elasticsearch=9200,eventstoredb=2113). Free ones if not given." mapsep:"," placeholder:"ENGINE=PORT"`
}

// Run is what kong calls. It prints one line on stdout, the one that uses the engines; what is for people goes to stderr.
func (s serve) Run(ctx context.Context) (err error) {
	if s.Data == "" {
		if s.Data, err = os.MkdirTemp("", "fleetbeat-engines-"); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(s.Data)) }()
		if err := os.Chmod(s.Data, 0o755); err != nil { // engines run as other users, who must come through
			return err
		}
	}
	if err := os.MkdirAll(s.Data, 0o755); err != nil {
		return err
	}
	servers, err := s.startAll(ctx)
	defer func() { err = errors.Join(err, stopAll(servers)) }()
	if err != nil {
		return err
	}
	control, err := listen(ctx, s.Data, servers)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, control.close()) }()
	fmt.Fprintf(os.Stderr, "testengines: until Ctrl-C. An engine that was killed (kill -9 PROCESS) is started again by\n"+
		"  go run ./internal/testengines/cmd restart --data %s %s|%s|%s\n",
		s.Data, testengines.NamePostgres, testengines.NameElasticsearch, testengines.NameEventStoreDB)
	fmt.Fprintf(os.Stdout, "bin/fleetbeat serve --events '%s' --fleet %s --relations '%s'\n",
		servers[testengines.NameEventStoreDB].URL(), servers[testengines.NameElasticsearch].URL(), servers[testengines.NamePostgres].URL())
	for _, server := range servers {
		tellEnd(ctx, server)
	}
	<-ctx.Done()
	return nil
}

func (s serve) startAll(ctx context.Context) (map[string]*testengines.Server, error) {
	built := filepath.Join(s.Data, "esdbtest")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", built, protocolServer).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the protocol server: %w: %s", err, out)
	}
	options := func(name string) testengines.Options {
		return testengines.Options{Dir: filepath.Join(s.Data, name), Port: s.Ports[name]}
	}
	servers, failed := together(ctx, starts{
		testengines.NamePostgres: func(ctx context.Context) (*testengines.Server, error) {
			return testengines.StartPostgres(ctx, options(testengines.NamePostgres))
		},
		testengines.NameElasticsearch: func(ctx context.Context) (*testengines.Server, error) {
			return testengines.StartElasticsearch(ctx, options(testengines.NameElasticsearch))
		},
		testengines.NameEventStoreDB: func(ctx context.Context) (*testengines.Server, error) {
			return testengines.StartProtocolServer(ctx, built, options(testengines.NameEventStoreDB))
		},
	})
	var errs []error
	for _, err := range failed {
		errs = append(errs, err)
	}
	return servers, errors.Join(errs...)
}

// tellEnd says when an engine's present life is over. Nothing starts it again but people: they play outages.
func tellEnd(ctx context.Context, server *testengines.Server) {
	ended := server.Ended()
	go func() {
		select {
		case <-ctx.Done():
		case <-ended:
			fmt.Fprintf(os.Stderr, "testengines: %s has ended\n", server.Name())
		}
	}()
}
