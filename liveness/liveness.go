package liveness

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

const (
	// evaluateEvery is how far the watermark moves between two evaluations where nothing else asks for one.
	evaluateEvery = 100 * time.Millisecond
	// aliveEvery is how far the newest batch moves between two evaluations while the watermark waits for a node: so long an
	// owner may seem dead to a standby.
	aliveEvery = time.Second
	// takeoverAfter is how far a batch must lie past the newest that the last evaluation knew for a standby to become the owner.
	takeoverAfter = 10 * time.Second
	// snapshotEvery is how far the watermark moves between two snapshots while liveness follows the log.
	snapshotEvery = time.Minute
	// snapshotContacts is how many heartbeats are folded between two snapshots while it catches up.
	snapshotContacts = 5_000_000
	// snapshotKey is the key of the one snapshot.
	snapshotKey = "liveness"
)

// Options say what a Liveness works on.
type Options struct {
	Store     eventstore.Store
	Snapshots Snapshots
	LogID     string
	Logger    *slog.Logger
	// Exclusive says that nobody else can own this log's liveness: it decides at once after a start. Without it, it
	// stands by until the last evaluation is 10 s old.
	Exclusive bool
}

// Status is what operators see of a Liveness.
type Status struct {
	Watermark domain.Instant
	Newest    domain.Instant // the greatest until of any node; its distance to Watermark is how far the slowest is behind
	Vehicles  map[domain.Status]int64
	Owner     bool  // it writes; false while it starts or stands by
	Unwritten int   // transitions and spans decided and not yet in the log
	Written   int64 // transitions and spans that this process has appended
	Applying  bool  // what was recorded before the start still says what was decided
}

// Liveness folds the log and writes what it decides. Handle belongs to one goroutine; Status may be called by any.
//
// Owner and standby do the same, but for appending: both decide, and both keep what is not yet in the log. The owner
// appends it; a standby waits for it to come by in the log, and takes over with what is left when nothing comes any more.
type Liveness struct {
	options Options
	life    context.Context // of readings that outlast a message
	end     context.CancelFunc

	state     *State
	position  domain.Position // of the last event folded
	batch     batch
	recording *recording          // nil once all that was recorded at the start is applied
	revision  eventstore.Revision // of the last event of "connections" that is in state
	seen      mark                // of the last event folded
	kept      mark                // of the last one that never expires
	pending   []domain.Event      // decided, not yet seen in the log
	chunk     []eventstore.Event  // the front of pending, being appended: the same at every attempt
	owner     bool
	last      evaluation
	told      bool // something was folded that somebody waits to see: an evaluation is due without more time

	saved    domain.Instant // watermark of the last snapshot
	contacts int64          // since then
	saving   sync.WaitGroup
	busy     chan struct{} // holds one token while a snapshot is written

	mu     sync.Mutex
	status Status
}

// New returns a Liveness that has read nothing yet.
func New(o Options) *Liveness {
	life, end := context.WithCancel(context.Background())
	return &Liveness{options: o, life: life, end: end, busy: make(chan struct{}, 1)}
}

// Types returns the events that Handle must be given.
func Types() []string { return types() }

// From returns the place after which Handle goes on, having loaded the snapshot at the first call.
func (l *Liveness) From(ctx context.Context) (domain.Position, error) {
	if l.state == nil {
		if err := l.load(ctx); err != nil {
			return domain.Position{}, err
		}
	}
	return l.position, nil
}

// Handle folds the next page and, as the owner, appends what it proves, then an evaluation. Events it was given before
// are skipped, so a page may come again after an error: nothing is decided twice.
func (l *Liveness) Handle(ctx context.Context, d eventstore.Delivery) error {
	if _, err := l.From(ctx); err != nil {
		return err
	}
	for r, err := range d.Page.Events() {
		if err != nil {
			return err
		}
		if !l.position.Before(r.Position) {
			continue
		}
		if err := l.fold(ctx, r); err != nil {
			return err
		}
	}
	if l.owner {
		if err := l.write(ctx); err != nil {
			return err
		}
	}
	l.snapshotWhenDue(ctx, d.Live)
	l.report()
	return nil
}

// Close writes a last snapshot, and in the log that a standby may take over. Handle must have returned.
func (l *Liveness) Close(ctx context.Context) error {
	defer l.end()
	l.resign(ctx)
	l.saving.Wait()
	if l.recording != nil {
		l.recording.close()
	}
	if l.state == nil || !l.snapshotable() {
		return nil
	}
	blob, err := l.encode()
	if err != nil {
		return err
	}
	return l.options.Snapshots.Save(ctx, snapshotKey, l.position, blob)
}

// Status returns what is known after the last page.
func (l *Liveness) Status() Status {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.status
}

func (l *Liveness) report() {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := &l.status
	s.Watermark, s.Newest, s.Vehicles = l.state.w, l.state.newest, l.state.Counts()
	s.Owner, s.Unwritten, s.Applying = l.owner, len(l.pending), l.recording != nil
}

// fold takes one event into the state, applying what is recorded before deciding anything.
func (l *Liveness) fold(ctx context.Context, r eventstore.Recorded) error {
	index, err := l.applyRecorded(r)
	if err != nil {
		return err
	}
	switch r.Type {
	case domain.TypeVehicleConnected, domain.TypeVehicleDisconnected, domain.TypeObservationInterrupted:
		err = l.confirm(ctx, r)
	case domain.TypeFleetEvaluated:
		err = l.observe(r)
	default:
		err = l.state.Fold(r, index, &l.batch)
		l.pending = append(l.pending, l.state.take()...)
		l.told = l.told || r.Type != domain.TypeHeartbeatsRecorded && l.last.Through.Before(r.Position)
	}
	if err != nil {
		return err
	}
	l.position = r.Position
	l.seen = mark{r.Stream, r.Revision, r.ID}
	if r.Stream != domain.EvaluationsStream && !strings.HasPrefix(r.Stream, domain.IngestPrefix) {
		l.kept = l.seen
	}
	if r.Type == domain.TypeHeartbeatsRecorded {
		l.contacts += int64(len(l.batch.Heartbeats))
		l.takeOver(l.batch.Until)
	}
	return nil
}

// applyRecorded applies what was decided before the start and is due at r, and returns the index that r's further
// transitions begin at.
func (l *Liveness) applyRecorded(r eventstore.Recorded) (int, error) {
	if l.recording == nil {
		return 0, nil
	}
	more, err := l.applyDue(r)
	if err != nil {
		return 0, err
	}
	index := 0
	if caused(l.recording.cause, r) {
		index = l.recording.cause.Index + 1
	}
	if !more && l.last.Through.Before(r.Position) {
		l.decide() // up to there, an evaluation says that all is decided and recorded
	}
	return index, nil
}

// applyDue applies what is recorded and due at r, and reports whether more is recorded.
func (l *Liveness) applyDue(r eventstore.Recorded) (bool, error) {
	for {
		event, err := l.recording.peek()
		if err != nil || event == nil {
			return false, err
		}
		if !l.recording.due(r) {
			return true, nil
		}
		l.state.Apply(event)
		l.recording.take()
		l.revision = l.recording.revision
	}
}

// decide ends the time of recorded transitions.
func (l *Liveness) decide() {
	l.recording.close()
	l.recording = nil
	l.state.Decide()
	l.owner = l.options.Exclusive
}

// take returns what folding has decided since the last call.
func (s *State) take() []domain.Event {
	decided := s.decided
	s.decided = nil
	return decided
}
