package ingest

import (
	"context"
	"fmt"
	"time"

	"fleetbeat/domain"
)

// Receipt is what became of one heartbeat.
type Receipt struct {
	ID        string // its own, or the one it was given
	Duplicate bool   // its id was seen in the last ten minutes: it is stored as bare contact
}

// Recorded is the answer to heartbeats that are durable.
type Recorded struct {
	Receipts   []Receipt       // one for each heartbeat, in their order
	ReceivedAt domain.Instant  // the stamp of them all
	Position   domain.Position // of the event that holds the last of them; the others lie there or before
}

// Record stamps heartbeats, one or thousands, and returns when all are durable. They have been checked
// ([domain.Heartbeat.Check]); their ReceivedAt is ignored.
//
// While the node is not listening Record waits for it, at most five seconds, and stamps afterwards: only a stamped
// heartbeat was received. Errors are a *[domain.Error] or ctx's own:
//
//   - Overloaded: nothing is stored, there is no room. The call was refused at once.
//   - Unavailable: nothing is stored, because the node does not listen (see [Ingest.Ready]); or it was not known to be
//     durable within five seconds of its stamp, and may be stored yet. To send it again is safe in both cases.
//   - ctx's: the caller went away. What was stamped is stored all the same.
func (i *Ingest) Record(ctx context.Context, heartbeats []domain.Heartbeat) (Recorded, error) {
	if len(heartbeats) == 0 {
		return Recorded{}, nil
	}
	c := i.calls.Get().(*call)
	c.reset(len(heartbeats))
	for n := range heartbeats {
		if err := c.add(&heartbeats[n], i.queue.seen); err != nil {
			return Recorded{}, err
		}
	}
	b, at, err := i.admit(ctx, c)
	receipts := c.receipts
	c.receipts = nil
	if cap(c.bytes) <= maxPooled {
		i.calls.Put(c)
	}
	if err != nil {
		return Recorded{}, err
	}
	if err := i.await(ctx, b, at); err != nil {
		return Recorded{}, err
	}
	return Recorded{Receipts: receipts, ReceivedAt: at, Position: b.position}, nil
}

// maxPooled is how large a call's bytes may be to be kept for the next one.
const maxPooled = 2 << 20

// await returns nil when b is durable within patience of the stamp.
func (i *Ingest) await(ctx context.Context, b *batch, at domain.Instant) error {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-b.done:
	case <-ctx.Done():
		return fmt.Errorf("record heartbeats: %w", ctx.Err())
	case <-timer.C:
		select {
		case <-b.done: // at the same moment: the receipt clock decides
		default:
			return i.late()
		}
	}
	switch {
	case b.err != nil:
		return unavailable("heartbeats cannot be stored now", b.err)
	case b.durable.Sub(at) > patience:
		return i.late()
	}
	return nil
}

func (i *Ingest) late() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.full() {
		return noRoom(i.trouble)
	}
	return unavailable("the heartbeat was not stored in time; sending it again is safe", nil)
}

// fullRetryAfter is when to try again what a full disk refused, in seconds: people make room, in their own time.
const fullRetryAfter = 5

func noRoom(cause error) error {
	return &domain.Error{
		Kind: domain.Unavailable, Message: "the disk is full: heartbeats cannot be stored now", RetryAfter: fullRetryAfter, Cause: cause,
	}
}

func unavailable(message string, cause error) error {
	return &domain.Error{Kind: domain.Unavailable, Message: message, RetryAfter: 1, Cause: cause}
}

func overloaded() error {
	return &domain.Error{Kind: domain.Overloaded, Message: "there is no room for more heartbeats now", RetryAfter: 1}
}
