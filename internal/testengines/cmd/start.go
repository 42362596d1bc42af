package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"fleetbeat/internal/testengines"
)

// starts is how each engine is started, by its name.
type starts map[string]func(context.Context) (*testengines.Server, error)

// together starts engines beside one another and says on stderr where each is. Of those that cannot be started it returns why.
func together(ctx context.Context, engines starts) (map[string]*testengines.Server, map[string]error) {
	var (
		mu      sync.Mutex
		work    sync.WaitGroup
		servers = map[string]*testengines.Server{}
		failed  = map[string]error{}
	)
	for name, start := range engines {
		work.Go(func() {
			began := time.Now()
			server, err := start(ctx)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed[name] = err
				return
			}
			servers[name] = server
			fmt.Fprintf(os.Stderr, "testengines: %s is process %d at %s, ready in %.1f s\n", name, server.PID(), server.URL(), time.Since(began).Seconds())
		})
	}
	work.Wait()
	return servers, failed
}

// stopAll stops engines beside one another.
func stopAll(servers map[string]*testengines.Server) error {
	var (
		mu   sync.Mutex
		work sync.WaitGroup
		errs []error
	)
	for _, server := range servers {
		work.Go(func() {
			err := server.Stop()
			mu.Lock()
			defer mu.Unlock()
			errs = append(errs, err)
		})
	}
	work.Wait()
	return errors.Join(errs...)
}
