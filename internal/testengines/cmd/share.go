package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"fleetbeat/eventstore/eventstoredb/esdbtest"
	"fleetbeat/internal/testengines"
)

type share struct{}

// Run is what kong calls. It prints the flags of a share as a JSON array in one line, keeps the share until its input ends, and
// removes it.
func (share) Run(ctx context.Context) (err error) {
	urls := map[string]string{}
	for _, name := range []string{testengines.NamePostgres, testengines.NameElasticsearch} {
		variable := testengines.Variable(name)
		if urls[name] = os.Getenv(variable); urls[name] == "" {
			return fmt.Errorf("%s is not set: see run", variable)
		}
	}
	made, err := testengines.NewShare(ctx, urls[testengines.NamePostgres], urls[testengines.NameElasticsearch], esdbtest.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, made.Close(context.WithoutCancel(ctx))) }()
	if err := json.NewEncoder(os.Stdout).Encode(made.Flags()); err != nil {
		return err
	}
	held := make(chan struct{})
	go func() {
		defer close(held)
		_, _ = io.Copy(io.Discard, os.Stdin) // however it ends, nobody holds it any more
	}()
	select {
	case <-ctx.Done():
	case <-held:
	}
	return nil
}
