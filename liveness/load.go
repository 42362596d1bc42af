package liveness

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// load starts from the snapshot, or from the beginning of the log where there is none that belongs to it.
func (l *Liveness) load(ctx context.Context) error {
	state, h, err := l.fromSnapshot(ctx)
	if errors.Is(err, errNoSnapshot) {
		l.options.Logger.Warn("liveness snapshot not usable, folding the log from its start", "error", err)
		state, h = NewState(), header{Connections: eventstore.NoStream}
	} else if err != nil {
		return err
	}
	last, err := lastEvaluation(ctx, l.options.Store)
	if err != nil {
		return err
	}
	if err := l.options.Store.SetMaxAge(ctx, domain.EvaluationsStream, evaluationsMaxAge); err != nil {
		return err
	}
	recording := &recording{ctx: l.life, store: l.options.Store, revision: h.Connections}
	first, err := recording.peek()
	if err != nil {
		return err
	}
	l.state, l.position, l.revision, l.last = state, h.Position, h.Connections, last
	l.recording, l.pending, l.chunk, l.owner = recording, nil, nil, false
	l.saved, l.contacts, l.seen, l.kept = state.w, 0, h.Last, h.Kept
	if first == nil && !l.position.Before(last.Through) {
		l.decide()
	}
	return nil
}

// fromSnapshot returns the stored state if it is one of this log, which may have been restored from a backup since.
func (l *Liveness) fromSnapshot(ctx context.Context) (*State, header, error) {
	fresh := header{Connections: eventstore.NoStream}
	blob, err := l.options.Snapshots.Load(ctx, snapshotKey)
	if err != nil || blob == nil {
		return NewState(), fresh, err
	}
	state, h, err := decodeState(blob)
	if err != nil {
		return nil, fresh, err
	}
	head, err := l.options.Store.Head(ctx)
	if err != nil {
		return nil, fresh, err
	}
	if h.LogID != l.options.LogID || head.Before(h.Position) {
		return nil, fresh, fmt.Errorf("of another log: %w", errNoSnapshot)
	}
	for _, m := range []struct {
		mark
		expires bool
	}{{h.Last, true}, {h.Kept, false}} {
		if is, err := l.holds(ctx, m.mark, m.expires); err != nil || !is {
			return nil, fresh, cmp.Or(err, fmt.Errorf("of a log that went another way: %w", errNoSnapshot))
		}
	}
	return state, h, nil
}

// holds reports whether the log has the event of a mark; one that expires may be gone.
func (l *Liveness) holds(ctx context.Context, m mark, expires bool) (bool, error) {
	if m.Stream == "" {
		return true, nil
	}
	for r, err := range l.options.Store.ReadStream(ctx, m.Stream, m.Revision, eventstore.Forwards) {
		if err != nil {
			return false, err
		}
		if r.Revision == m.Revision {
			return r.ID == m.ID, nil
		}
		break
	}
	return expires, nil
}

// reload starts again from the snapshot and folds up to and with position through: what this process decided is not what
// the log says.
func (l *Liveness) reload(ctx context.Context, through domain.Position) error {
	if l.recording != nil {
		l.recording.close()
	}
	if err := l.load(ctx); err != nil {
		return err
	}
	for page, err := range l.options.Store.ReadAll(ctx, l.position, types()...) {
		if err != nil {
			return err
		}
		for r, err := range page.Events() {
			if err != nil {
				return err
			}
			if through.Before(r.Position) {
				return nil
			}
			if err := l.fold(ctx, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// snapshotable reports whether the state is one that can be stored: all that it proves is in the log.
func (l *Liveness) snapshotable() bool {
	return l.recording == nil && len(l.pending) == 0 && !l.position.IsZero()
}

// snapshotWhenDue stores the state in the background, from time to time. The time is the log's.
func (l *Liveness) snapshotWhenDue(ctx context.Context, live bool) {
	due := live && l.state.w >= l.saved.Add(snapshotEvery) || l.contacts >= snapshotContacts
	if !due || !l.snapshotable() {
		return
	}
	select {
	case l.busy <- struct{}{}:
	default:
		return // the last one is still being written
	}
	blob, err := l.encode()
	if err != nil {
		<-l.busy
		l.options.Logger.Error("liveness snapshot not encoded", "error", err)
		return
	}
	l.saved, l.contacts = l.state.w, 0
	position := l.position
	l.saving.Go(func() {
		defer func() { <-l.busy }()
		if err := l.options.Snapshots.Save(context.WithoutCancel(ctx), snapshotKey, position, blob); err != nil {
			l.options.Logger.Error("liveness snapshot not stored", "error", err)
		}
	})
}

func (l *Liveness) encode() ([]byte, error) {
	return l.state.encode(header{LogID: l.options.LogID, Position: l.position, Connections: l.revision, Last: l.seen, Kept: l.kept})
}
