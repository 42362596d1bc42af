package commands

import (
	"context"
	"errors"

	"golang.org/x/sync/errgroup"

	"fleetbeat/domain"
	"fleetbeat/ingest"
)

// Recorder makes heartbeats durable: an *ingest.Ingest.
type Recorder interface {
	// Record stamps heartbeats that were checked and returns when all are durable. An error says that none of them may be
	// believed to be.
	Record(ctx context.Context, heartbeats []domain.Heartbeat) (ingest.Recorded, error)
}

// RecordHeartbeats records heartbeats of registered vehicles, one or thousands. With CustomerID, vehicles of other
// customers are as unknown as those that do not exist.
type RecordHeartbeats struct {
	Heartbeats []domain.Heartbeat // their VIN as it was sent; ReceivedAt is ignored
	CustomerID domain.CustomerID
}

// Verdict is what became of one heartbeat.
type Verdict struct {
	ID        string          // its own, or the one it was given
	Position  domain.Position // of the event that holds it, or of a later one
	Duplicate bool            // its id was seen before: stored as bare contact
	Err       *domain.Error   // why nothing was stored, or nil
}

// RecordResult has a verdict for each heartbeat, in their order, and their numbers. Position is that of the last one.
type RecordResult struct {
	Verdicts                       []Verdict
	Accepted, Duplicates, Rejected int
	Position                       domain.Position
}

// RecordHeartbeatsHandler carries out [RecordHeartbeats]. It is where the most calls go, so it is no chain of decorators.
type RecordHeartbeatsHandler struct {
	registry   *Registry
	recorder   Recorder
	lookups    *lookups
	unassigned *unassigned // nil: unknown vehicles are refused
}

func newRecordHeartbeatsHandler(w *writer, o Options, register Handler[RegisterVehicle, VehicleResult]) *RecordHeartbeatsHandler {
	h := &RecordHeartbeatsHandler{registry: w.registry, recorder: o.Recorder, lookups: newLookups(w.store, o.LookupsPerSecond)}
	if o.RegisterUnknown {
		h.unassigned = &unassigned{w.registry, register}
	}
	return h
}

// recordAtOnce is how many heartbeats are handed to the recorder together: what one append of the log holds, and few
// enough that one large command does not take all the room.
const recordAtOnce = 4000

// Handle records what may be recorded and says of the rest why not: Invalid, NotFound, or Overloaded for an unknown
// vehicle that could not be looked up now.
//
// The error is the recorder's (Overloaded, Unavailable): the verdicts then end before the heartbeats of which nothing
// is known, and sending those again is safe.
func (h *RecordHeartbeatsHandler) Handle(ctx context.Context, cmd RecordHeartbeats) (RecordResult, error) {
	result := RecordResult{Verdicts: make([]Verdict, 0, len(cmd.Heartbeats))}
	for rest := cmd.Heartbeats; len(rest) > 0; {
		n := min(len(rest), recordAtOnce)
		verdicts, err := h.record(ctx, rest[:n], cmd.CustomerID)
		if err != nil {
			return result, forCaller(err)
		}
		result.add(verdicts)
		rest = rest[n:]
	}
	return result, nil
}

func (r *RecordResult) add(verdicts []Verdict) {
	r.Verdicts = append(r.Verdicts, verdicts...)
	for i := range verdicts {
		switch v := &verdicts[i]; {
		case v.Err != nil:
			r.Rejected++
			continue
		case v.Duplicate:
			r.Duplicates++
		default:
			r.Accepted++
		}
		r.Position = verdicts[i].Position
	}
}

// One records a single heartbeat; a rejection is its error.
func (h *RecordHeartbeatsHandler) One(ctx context.Context, heartbeat domain.Heartbeat, customer domain.CustomerID) (Verdict, error) {
	if err := h.check(&heartbeat, customer); err != nil {
		if !errors.Is(err, errMiss) {
			return Verdict{}, err
		}
		if err := h.miss(ctx, heartbeat.VIN, customer); err != nil {
			return Verdict{}, forCaller(err)
		}
	}
	recorded, err := h.recorder.Record(ctx, []domain.Heartbeat{heartbeat})
	if err != nil {
		return Verdict{}, forCaller(err)
	}
	r := recorded.Receipts[0]
	return Verdict{ID: r.ID, Duplicate: r.Duplicate, Position: recorded.Position}, nil
}

func (h *RecordHeartbeatsHandler) record(ctx context.Context, heartbeats []domain.Heartbeat, customer domain.CustomerID) ([]Verdict, error) {
	verdicts := make([]Verdict, len(heartbeats))
	admitted := make([]domain.Heartbeat, len(heartbeats)) // a copy: the caller's VINs stay as they were sent
	copy(admitted, heartbeats)
	var missed []int
	for i := range admitted {
		switch err := h.check(&admitted[i], customer); {
		case errors.Is(err, errMiss):
			missed = append(missed, i)
		case err != nil:
			verdicts[i].Err = asDomain(err)
		}
	}
	h.missAll(ctx, missed, admitted, verdicts, customer)
	kept := 0
	for i := range admitted {
		if verdicts[i].Err == nil {
			admitted[kept] = admitted[i]
			kept++
		}
	}
	if kept == 0 {
		return verdicts, ctx.Err()
	}
	recorded, err := h.recorder.Record(ctx, admitted[:kept])
	if err != nil {
		return nil, err
	}
	for i, receipts := 0, recorded.Receipts; i < len(verdicts); i++ {
		if verdicts[i].Err == nil {
			verdicts[i] = Verdict{ID: receipts[0].ID, Duplicate: receipts[0].Duplicate, Position: recorded.Position}
			receipts = receipts[1:]
		}
	}
	return verdicts, nil
}

// errMiss is a VIN that this node's registry does not know.
var errMiss = errors.New("not in the registry")

// check puts the VIN right and returns why the heartbeat cannot be recorded, errMiss where only the log may know.
func (h *RecordHeartbeatsHandler) check(heartbeat *domain.Heartbeat, customer domain.CustomerID) error {
	vin, err := domain.ParseVIN(string(heartbeat.VIN))
	if err != nil {
		return err
	}
	heartbeat.VIN = vin
	if err := heartbeat.Check(); err != nil {
		return err
	}
	if customer == "" {
		if !h.registry.Registered(vin) {
			return errMiss
		}
		return nil
	}
	switch owner, ok := h.registry.Owner(vin); {
	case !ok:
		return errMiss
	case owner != customer:
		return unknownVehicle(string(vin))
	}
	return nil
}

// lookAtOnce is how many unknown vehicles of one command are looked up at the same time.
const lookAtOnce = 16

// missAll finds out about all heartbeats whose VIN the registry does not know.
func (h *RecordHeartbeatsHandler) missAll(ctx context.Context, missed []int, heartbeats []domain.Heartbeat, verdicts []Verdict, customer domain.CustomerID) {
	var group errgroup.Group
	group.SetLimit(lookAtOnce)
	for _, i := range missed {
		group.Go(func() error {
			if err := h.miss(ctx, heartbeats[i].VIN, customer); err != nil {
				verdicts[i].Err = asDomain(forCaller(err))
			}
			return nil
		})
	}
	_ = group.Wait() // each verdict has its own error
}

// miss returns nil if the heartbeats of a VIN that the registry does not know may be recorded all the same.
func (h *RecordHeartbeatsHandler) miss(ctx context.Context, vin domain.VIN, customer domain.CustomerID) error {
	found, err := h.lookups.find(ctx, vin)
	switch {
	case err != nil:
		return err
	case found.registered && (customer == "" || found.owner == customer):
		return nil
	case found.registered || customer != "" || h.unassigned == nil:
		return unknownVehicle(string(vin))
	}
	if err := h.unassigned.register(ctx, vin); err != nil {
		return err
	}
	h.lookups.forget(vin)
	return nil
}

// asDomain returns err as the *domain.Error that it holds.
func asDomain(err error) *domain.Error {
	var known *domain.Error
	if errors.As(err, &known) {
		return known
	}
	return &domain.Error{Kind: domain.Internal, Message: "this went wrong on our side", Cause: err}
}
