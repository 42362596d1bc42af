package projections

import (
	"context"
	"errors"
	"iter"

	"fleetbeat/domain"
)

// The ways in which folding stops.
var (
	// ErrMoved is a checkpoint, or a generation, that is not what this owner left: somebody else folds the view or builds it
	// anew. Nothing was written. Subscribe again from [Projection.From].
	ErrMoved = errors.New("checkpoint moved by somebody else")
	// ErrBuilding is a rebuild of a view that is being built already.
	ErrBuilding = errors.New("view is being built already")
)

// Engine keeps the rows of views, each view's rows in generations. Folding and building know no more of it than this.
// All methods may be called by many goroutines at once, but one owner folds a view.
type Engine interface {
	// Generations returns the generations of a view, in no order.
	Generations(ctx context.Context, view string) ([]Generation, error)
	// Create makes an empty generation that is not active, with a number never used before.
	Create(ctx context.Context, view string, version int) (Generation, error)
	// Drop deletes a generation and its rows; one that is not there is no error.
	Drop(ctx context.Context, g Generation) error

	// Load returns what is stored under these keys; what is not there is left out. The rows are the caller's to keep.
	Load(ctx context.Context, g Generation, keys []Key) ([]Stored, error)
	// Owned returns the rows of kind fleet_vehicles of a customer.
	Owned(ctx context.Context, g Generation, id domain.CustomerID) ([]Stored, error)
	// Save writes changes and checkpoint of an active generation: all or nothing (or, where the engine cannot, rows first,
	// each with its version). It returns an error wrapping [ErrMoved], and writes nothing, where the stored checkpoint is not
	// at from's position. Changes come sorted by key, each key once.
	Save(ctx context.Context, g Generation, from, to Checkpoint, changes []Change) error

	// Fill writes changes of a generation that is being built, some at a time: a crash leaves it half filled, and nobody uses
	// it again. Fill, Finish and Activate return an error wrapping [ErrMoved] for a generation that was dropped meanwhile, and
	// change nothing.
	Fill(ctx context.Context, g Generation, changes []Change) error
	// Finish adds to a filled generation what makes finding fast. Fill may follow, a little slower.
	Finish(ctx context.Context, g Generation) (Generation, error)
	// Activate makes a finished generation the one that is read and saved, at a checkpoint, and drops the view's others.
	Activate(ctx context.Context, g Generation, at Checkpoint) (Generation, error)

	// Dump yields every row of a view's active generation, quarters without those that are all zero, in no order. An error is
	// the last thing yielded. It is for comparing views, not for answering.
	Dump(ctx context.Context, view string) iter.Seq2[Row, error]

	// Rebuild returns the request to build a view anew; its State is empty where there never was one.
	Rebuild(ctx context.Context, view string) (Rebuild, error)
	// SaveRebuild stores the request, its progress or its outcome, in place of what was there.
	SaveRebuild(ctx context.Context, r Rebuild) error
}

// RebuildState says how far a request to build a view anew has come.
type RebuildState string

// The states of a request.
const (
	RebuildAsked   RebuildState = "asked"
	RebuildRunning RebuildState = "running"
	RebuildDone    RebuildState = "done"
	RebuildFailed  RebuildState = "failed"
)

// Rebuild is a request to build a view anew, made by any process and served by the view's owner.
type Rebuild struct {
	View     string
	State    RebuildState
	Progress Progress
	Problem  string // why it failed, for the operator
}

// Progress is how far building a view has come.
type Progress struct {
	Events          int64 // folded
	EventsPerSecond float64
	Position        domain.Position
	Head            domain.Position // of the log when building began or, later, when its end was reached
}

// Fraction returns the part of the log that is behind, from 0 to 1, as far as positions tell.
func (p Progress) Fraction() float64 {
	if p.Head.Commit == 0 || !p.Position.Before(p.Head) {
		return 1
	}
	return float64(p.Position.Commit) / float64(p.Head.Commit)
}
