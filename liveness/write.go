package liveness

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/google/uuid"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// chunkEvents is the most transitions that one append holds.
const chunkEvents = 2_000

// evaluationsMaxAge is how long evaluations are kept: only the last one is ever asked for.
const evaluationsMaxAge = 24 * time.Hour

// ErrOwned says that somebody else writes this log's transitions though this process is alone by its data folder's lock.
var ErrOwned = errors.New("another process decides who is connected")

// evaluation is the last fleet.evaluated that is known.
type evaluation struct {
	domain.FleetEvaluated
	revision eventstore.Revision
}

// lastEvaluation reads the newest evaluation that has not expired.
func lastEvaluation(ctx context.Context, store eventstore.Store) (evaluation, error) {
	last := evaluation{revision: eventstore.NoStream}
	for r, err := range store.ReadStream(ctx, domain.EvaluationsStream, eventstore.End, eventstore.Backwards) {
		if err != nil {
			return last, fmt.Errorf("read %q: %w", domain.EvaluationsStream, err)
		}
		event, err := eventstore.Decode(r)
		if err != nil {
			return last, err
		}
		if e, ok := event.(*domain.FleetEvaluated); ok {
			last = evaluation{*e, r.Revision}
		}
		break
	}
	return last, nil
}

// write appends what is decided, then an evaluation if one is due.
func (l *Liveness) write(ctx context.Context) error {
	due := len(l.pending) > 0 || l.told
	for len(l.pending) > 0 && l.owner {
		if err := l.writeChunk(ctx); err != nil {
			return err
		}
	}
	w := l.state.w
	due = due || w >= l.last.AsOf.Add(evaluateEvery) || l.state.newest >= l.last.Newest.Add(aliveEvery)
	if l.owner && w >= l.last.AsOf && l.last.Through.Before(l.position) && due {
		return l.evaluate(ctx)
	}
	return nil
}

// writeChunk appends the front of pending. After an error the same events are appended again, under the same ids and at
// the same revision, so that an append of unknown outcome cannot be stored twice.
func (l *Liveness) writeChunk(ctx context.Context) error {
	if l.chunk == nil {
		if err := l.encodeChunk(); err != nil {
			return err
		}
	}
	appended, err := l.options.Store.Append(ctx, domain.ConnectionsStream, l.revision, l.chunk...)
	if err != nil {
		return l.refused(domain.ConnectionsStream, err)
	}
	l.revision = appended.Revision
	l.confirmed(len(l.chunk))
	return nil
}

func (l *Liveness) encodeChunk() error {
	size := 0
	for _, e := range l.pending[:min(len(l.pending), chunkEvents)] {
		encoded, err := encode(e)
		if err != nil {
			return err
		}
		if size += encoded.Size(); size > eventstore.MaxAppendSize {
			break
		}
		l.chunk = append(l.chunk, encoded)
	}
	return nil
}

// confirmed drops what is in the log from what is pending.
func (l *Liveness) confirmed(n int) {
	l.chunk = nil
	l.pending = l.pending[n:]
	if len(l.pending) == 0 {
		l.pending = nil
	}
	l.mu.Lock()
	l.status.Written += int64(n)
	l.mu.Unlock()
}

// evaluate appends that all is known and written as of the watermark.
func (l *Liveness) evaluate(ctx context.Context) error {
	e := domain.FleetEvaluated{AsOf: l.state.w, Through: l.position, Newest: l.state.newest}
	encoded, err := encode(e)
	if err != nil {
		return err
	}
	appended, err := l.options.Store.Append(ctx, domain.EvaluationsStream, l.last.revision, encoded)
	var conflict *eventstore.ConflictError
	if errors.As(err, &conflict) && l.last.revision == eventstore.NoStream {
		return l.adopt(ctx, conflict)
	}
	if err != nil {
		return l.refused(domain.EvaluationsStream, err)
	}
	l.last, l.told = evaluation{e, appended.Revision}, false
	return nil
}

// adopt takes the revision of a stream whose every evaluation has expired: nobody has owned it for a day.
func (l *Liveness) adopt(ctx context.Context, conflict *eventstore.ConflictError) error {
	last, err := lastEvaluation(ctx, l.options.Store)
	if err != nil {
		return err
	}
	if last.revision != eventstore.NoStream {
		return l.refused(domain.EvaluationsStream, conflict)
	}
	l.last.revision = conflict.Actual
	return l.evaluate(ctx)
}

// refused turns an owner whose append met somebody else's into a standby. What it decided stays pending: the other
// decides the same, and it will come by in the log.
func (l *Liveness) refused(stream string, err error) error {
	var conflict *eventstore.ConflictError
	if !errors.As(err, &conflict) {
		return fmt.Errorf("append to %q: %w", stream, err)
	}
	l.chunk = nil
	if l.options.Exclusive {
		return fmt.Errorf("append to %q: %w: %w", stream, ErrOwned, err)
	}
	l.owner = false
	l.options.Logger.Warn("liveness stands by, another process owns it", "stream", stream, "error", err)
	return nil
}

// confirm compares what is in the log with what was decided here.
func (l *Liveness) confirm(ctx context.Context, r eventstore.Recorded) error {
	if r.Revision <= l.revision {
		return nil // applied, or our own
	}
	event, err := eventstore.Decode(r)
	if err != nil {
		return err
	}
	if l.recording != nil { // another owner wrote it since this one started
		l.state.Apply(event)
		l.revision = r.Revision
		return nil
	}
	l.owner, l.chunk = false, nil
	if len(l.pending) > 0 && r.Revision == l.revision+1 && reflect.DeepEqual(l.pending[0], event) {
		l.revision = r.Revision
		l.pending = l.pending[1:]
		return nil
	}
	l.options.Logger.Error("the log says otherwise than was decided here, folding again", "stream", r.Stream, "revision", int64(r.Revision))
	return l.reload(ctx, r.Position)
}

// observe takes an evaluation from the log; one that is not ours tells that another process owns liveness.
func (l *Liveness) observe(r eventstore.Recorded) error {
	if r.Revision <= l.last.revision {
		return nil
	}
	event, err := eventstore.Decode(r)
	if err != nil {
		return err
	}
	if e, ok := event.(*domain.FleetEvaluated); ok {
		l.last = evaluation{*e, r.Revision}
		l.owner = l.options.Exclusive && l.recording == nil
	}
	return nil
}

// resign appends that this owner writes no more, so that a standby takes over at once and not when the time in the log has
// left the last evaluation behind. Where it cannot be appended, a standby waits for that.
func (l *Liveness) resign(ctx context.Context) {
	if !l.owner || l.options.Exclusive {
		return
	}
	l.owner = false
	e := l.last.FleetEvaluated
	if len(l.pending) == 0 && l.state.w >= e.AsOf && e.Through.Before(l.position) {
		e = domain.FleetEvaluated{AsOf: l.state.w, Through: l.position, Newest: l.state.newest}
	}
	e.Resigns = true
	encoded, err := encode(e)
	if err == nil {
		_, err = l.options.Store.Append(ctx, domain.EvaluationsStream, l.last.revision, encoded)
	}
	if err != nil {
		l.options.Logger.Warn("liveness stops without a word in the log, a standby waits", "error", err)
	}
}

// takeOver makes a standby the owner when the last one has resigned, or the time in the log has left the last evaluation far
// behind: the newest that it knew and not its watermark, which stands for as long when a node has crashed. Should the other be
// alive after all, the exact revisions of both streams let only one of them write.
func (l *Liveness) takeOver(until domain.Instant) {
	if l.owner || l.recording != nil || until < max(l.last.AsOf, l.last.Newest).Add(takeoverAfter) && !l.last.Resigns {
		return
	}
	l.owner = true
	l.options.Logger.Info("liveness takes over", "watermark", l.state.w.String())
}

// encode returns an event of liveness as it is appended. Its id is that of its content, cause and all: the same decision
// has the same id whoever writes it and however often, and another one has another, also where a log restored from a
// backup has gone its own way.
func encode(e domain.Event) (eventstore.Event, error) {
	encoded, err := eventstore.Encode(uuid.Nil, e, eventstore.Metadata{By: "liveness"})
	encoded.ID = uuid.NewSHA1(uuid.NameSpaceOID, append([]byte(encoded.Type), encoded.Data...))
	return encoded, err
}
