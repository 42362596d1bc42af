package projectiontest_test

import (
	"sync"
	"testing"

	"fleetbeat/projections/projectiontest"
)

// folders are the engines in memory that were opened, by folder: what a disk is to the others.
type folders struct {
	mu      sync.Mutex
	engines map[string]*projectiontest.Memory
}

func (f *folders) open(folder string) *projectiontest.Memory {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.engines[folder] == nil {
		f.engines[folder] = projectiontest.NewMemory()
	}
	return f.engines[folder]
}

func TestMemory(t *testing.T) {
	t.Parallel()
	disk := &folders{engines: map[string]*projectiontest.Memory{}}
	projectiontest.Run(t, func(_ *testing.T, folder string) projectiontest.Opened {
		return projectiontest.Opened{Engine: disk.open(folder), Close: func() error { return nil }}
	})
}
