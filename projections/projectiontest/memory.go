package projectiontest

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"

	"fleetbeat/domain"
	"fleetbeat/projections"
)

// Memory is an engine that keeps rows in maps: the simplest that keeps the contract, to compare others with. Its faults
// can be set between calls.
type Memory struct {
	mu          sync.Mutex
	generations []*memoryGeneration
	numbers     int64
	rebuilds    map[string]projections.Rebuild
	fail        error
}

type memoryGeneration struct {
	projections.Generation
	rows map[projections.Key]projections.Row
}

var _ projections.Engine = (*Memory)(nil)

// NewMemory returns an engine without views.
func NewMemory() *Memory { return &Memory{rebuilds: map[string]projections.Rebuild{}} }

// Fail lets every write fail with err from now on, until it is nil again.
func (m *Memory) Fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail = err
}

func (m *Memory) find(g projections.Generation) (*memoryGeneration, error) {
	for _, known := range m.generations {
		if known.View == g.View && known.Number == g.Number {
			return known, nil
		}
	}
	return nil, fmt.Errorf("generation %d of %q is gone: %w", g.Number, g.View, projections.ErrMoved)
}

// Generations returns the generations of a view.
func (m *Memory) Generations(_ context.Context, view string) (found []projections.Generation, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, g := range m.generations {
		if g.View == view {
			found = append(found, g.Generation)
		}
	}
	return found, nil
}

// Create makes an empty generation.
func (m *Memory) Create(_ context.Context, view string, version int) (projections.Generation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return projections.Generation{}, m.fail
	}
	m.numbers++
	g := projections.Generation{View: view, Version: version, Number: m.numbers}
	m.generations = append(m.generations, &memoryGeneration{g, map[projections.Key]projections.Row{}})
	return g, nil
}

// Drop forgets a generation.
func (m *Memory) Drop(_ context.Context, g projections.Generation) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var kept []*memoryGeneration
	for _, known := range m.generations {
		if known.Number != g.Number {
			kept = append(kept, known)
		}
	}
	m.generations = kept
	return m.fail
}

// Load returns what is stored under these keys.
func (m *Memory) Load(_ context.Context, g projections.Generation, keys []projections.Key) (found []projections.Stored, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	known, err := m.find(g)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		if row := known.rows[key]; row != nil {
			found = append(found, projections.Stored{Row: row})
		}
	}
	return found, nil
}

// Owned returns the rows of a customer's vehicles.
func (m *Memory) Owned(_ context.Context, g projections.Generation, id domain.CustomerID) (found []projections.Stored, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	known, err := m.find(g)
	if err != nil {
		return nil, err
	}
	for _, row := range known.rows {
		if v, ok := row.(*projections.FleetVehicle); ok && v.CustomerID == id {
			found = append(found, projections.Stored{Row: row})
		}
	}
	return found, nil
}

// Save stores changes and checkpoint.
func (m *Memory) Save(_ context.Context, g projections.Generation, from, to projections.Checkpoint, changes []projections.Change) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	known, err := m.find(g)
	if err != nil {
		return err
	}
	if m.fail != nil {
		return m.fail
	}
	if known.Checkpoint.Position != from.Position {
		return projections.ErrMoved
	}
	known.Checkpoint = to
	known.apply(changes)
	return nil
}

// Fill stores changes.
func (m *Memory) Fill(_ context.Context, g projections.Generation, changes []projections.Change) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	known, err := m.find(g)
	if err != nil {
		return err
	}
	known.apply(changes)
	return m.fail
}

func (g *memoryGeneration) apply(changes []projections.Change) {
	for _, c := range changes {
		added, isQuarter := c.After.(*projections.Quarter)
		stored, ok := g.rows[c.Key].(*projections.Quarter)
		switch {
		case c.After == nil:
			delete(g.rows, c.Key)
		case isQuarter && ok:
			sum := *stored
			sum.Connected += added.Connected
			sum.Disconnected += added.Disconnected
			sum.NeverSeen += added.NeverSeen
			g.rows[c.Key] = &sum
		default:
			g.rows[c.Key] = c.After
		}
	}
}

// Finish has nothing to do.
func (m *Memory) Finish(_ context.Context, g projections.Generation) (projections.Generation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	g.Finished = true
	_, err := m.find(g)
	return g, err
}

// Activate makes a generation the one that is read.
func (m *Memory) Activate(_ context.Context, g projections.Generation, at projections.Checkpoint) (projections.Generation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	known, err := m.find(g)
	if err != nil || m.fail != nil {
		return g, errors.Join(err, m.fail)
	}
	m.generations = slices.DeleteFunc(m.generations, func(other *memoryGeneration) bool { return other.View == g.View && other != known })
	known.Active, known.Finished, known.Checkpoint = true, true, at
	return known.Generation, nil
}

// Dump yields every row of a view's active generation.
func (m *Memory) Dump(_ context.Context, view string) iter.Seq2[projections.Row, error] {
	return func(yield func(projections.Row, error) bool) {
		m.mu.Lock()
		defer m.mu.Unlock()
		for _, g := range m.generations {
			if g.View != view || !g.Active {
				continue
			}
			for _, row := range g.rows {
				q, ok := row.(*projections.Quarter)
				if ok && q.Connected == 0 && q.Disconnected == 0 && q.NeverSeen == 0 {
					continue
				}
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}

// Rebuild returns the request to build a view anew.
func (m *Memory) Rebuild(_ context.Context, view string) (projections.Rebuild, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.rebuilds[view], nil
}

// SaveRebuild stores the request to build a view anew.
func (m *Memory) SaveRebuild(_ context.Context, r projections.Rebuild) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rebuilds[r.View] = r
	return m.fail
}
