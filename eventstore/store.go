package eventstore

import (
	"context"
	"iter"
	"time"

	"github.com/google/uuid"

	"fleetbeat/domain"
)

// Position is a place in the whole log.
type Position = domain.Position

// Revision is an event's place in its stream, counted from 0.
type Revision int64

const (
	// NoStream is the revision of a stream that has never been written: what the first append to it expects.
	NoStream Revision = -1
	// End is where reading backwards starts when it starts at the newest event.
	End Revision = 1<<63 - 1
)

// Direction says which way a stream is read.
type Direction bool

// The two ways of reading a stream.
const (
	Forwards  Direction = false
	Backwards Direction = true
)

// MaxAppendSize is the most that one append may hold, by [Event.Size], in bytes. It is EventStoreDB's own limit, kept
// by every engine so that a log can move between them.
const MaxAppendSize = 1 << 20

// Event is what is appended. Data and Metadata come back byte for byte.
type Event struct {
	ID       uuid.UUID // unique for ever; a retry carries the same
	Type     string    // a versioned literal of package domain, 1–255 bytes of ASCII
	Data     []byte
	Metadata []byte
}

// Size is what the event counts towards [MaxAppendSize], in bytes.
func (e Event) Size() int { return len(e.Data) + len(e.Metadata) + 2*len(e.Type) }

// Recorded is an event in the log.
type Recorded struct {
	Event
	Stream   string
	Revision Revision
	Position Position
	Time     time.Time // when the engine stored it, in milliseconds: for people and for maximum age, never for deciding
}

// Appended is what an append answers.
type Appended struct {
	Revision Revision // of the last event
	Position Position // of the last event
}

// Delivery is what a subscription hands over: the next events, in order, or the news that there are none yet.
type Delivery struct {
	Page Page
	// Live says that this page (empty, perhaps) reaches everything that lay in the log at some moment after the
	// subscription was made: the reader has caught up.
	Live bool
}

// Subscription reads the log as it grows. One goroutine reads; Close may come from any.
type Subscription interface {
	// Next returns what has gathered since the last call: at most [MaxPageEvents] events or [MaxPageBytes] bytes, at
	// least one event or the news of being live (told once when it becomes so, then with every page that reaches the
	// end). It waits where there is nothing. The page is the caller's to keep. After an error the subscription is
	// finished: subscribe again after the last position handled. ctx ends the call and leaves the subscription whole.
	Next(ctx context.Context) (Delivery, error)
	// Close ends the subscription; a waiting Next returns ErrClosed. Closing twice is harmless.
	Close() error
}

// Store is the event log. All methods may be called by many goroutines at once.
//
//   - Order: positions rise in commit order. Once any reader has seen position P, nothing ever appears at or below P. An
//     append acknowledged before another begins lies before it.
//   - An append is all or nothing and names its exact expected revision. Of two racing writers with one expected revision
//     one wins, the other gets a [*ConflictError].
//   - A retry of an append with the same event ids at the same expected revision succeeds, adds nothing and answers as the
//     first did.
//   - Bytes come back exactly.
//   - An event older than its stream's maximum age may still be returned or be gone, at any moment and in any order of
//     deleting from the oldest; no reader may depend on either. Revisions and positions are never used again.
//
// Every error wraps one of the errors of this package or ctx's own.
type Store interface {
	// Append stores events at the end of stream if its last revision is expected ([NoStream] for none yet).
	//
	// Nothing is stored on *ConflictError, ErrTooLarge, ErrInvalid, ErrUnavailable and ErrClosed. On ErrUnknownOutcome,
	// and when ctx ends during the call, the events may be stored, now or a little later: repeat the same call to know.
	Append(ctx context.Context, stream string, expected Revision, events ...Event) (Appended, error)

	// ReadStream yields the events of stream from revision from on (that one first), forwards or backwards, as they were
	// when reading began or later. An absent stream yields nothing. Backwards from End starts at the newest. An error is
	// the last thing yielded.
	ReadStream(ctx context.Context, stream string, from Revision, d Direction) iter.Seq2[Recorded, error]

	// ReadAll yields the log after a position, in its order, up to where it ended at some moment after the call, as
	// pages. With types, only events of these types. An error is the last thing yielded.
	ReadAll(ctx context.Context, after Position, types ...string) iter.Seq2[Page, error]

	// Subscribe follows the log after a position: what is there, then what comes. With types, only events of these types.
	// ctx is for subscribing only. A position beyond the end of the log is not an error and waits for the log to get there.
	Subscribe(ctx context.Context, after Position, types ...string) (Subscription, error)

	// Head returns a position at or after the last event that is acknowledged, and at or before the next one; the zero
	// Position for an empty log. For measuring progress and for finding out that a checkpoint is not of this log.
	Head(ctx context.Context) (Position, error)

	// SetMaxAge lets events of stream older than age go, at some time. It may come before the stream's first event; setting
	// it again replaces it; 0 keeps for ever.
	SetMaxAge(ctx context.Context, stream string, age time.Duration) error

	// Close waits for what is under way and ends all subscriptions. Calls after it return ErrClosed. Closing twice is harmless.
	Close() error
}
