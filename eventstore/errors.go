package eventstore

import (
	"errors"
	"fmt"
)

// The ways in which a store fails. Which of them leave nothing stored is said at [Store.Append].
var (
	// ErrUnknownOutcome is an append that may or may not be stored. The same call again finds out.
	ErrUnknownOutcome = errors.New("outcome unknown")
	// ErrUnavailable is an engine that cannot be reached or cannot write now (down, read-only, disk full): nothing
	// stored, may work later.
	ErrUnavailable = errors.New("event log unavailable")
	// ErrFull is ErrUnavailable because the engine has no room left: it goes on by itself when there is room again.
	ErrFull = fmt.Errorf("no room left: %w", ErrUnavailable)
	// ErrTooLarge is an append of more than MaxAppendSize.
	ErrTooLarge = errors.New("append too large")
	// ErrInvalid is a call that can never succeed: no events, no stream name, no event id, a revision out of range.
	ErrInvalid = errors.New("invalid call")
	// ErrClosed is a call on a closed store or subscription.
	ErrClosed = errors.New("event log closed")
	// ErrCorrupt is bytes that are not what the engine once wrote.
	ErrCorrupt = errors.New("event log corrupt")
)

// ConflictError says that a stream is not where the writer thought: somebody else wrote, or the writer is stale.
type ConflictError struct {
	Stream   string
	Expected Revision
	Actual   Revision
}

// Error names the stream and both revisions.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("stream %q is at revision %d, not %d", e.Stream, e.Actual, e.Expected)
}

// Check returns the error of an append that no engine may accept, or nil: what every engine calls first.
func Check(stream string, expected Revision, events []Event) error {
	switch {
	case stream == "" || len(stream) > 255:
		return fmt.Errorf("stream name of %d bytes: %w", len(stream), ErrInvalid)
	case expected < NoStream || expected == End:
		return fmt.Errorf("append to %q at revision %d: %w", stream, expected, ErrInvalid)
	case len(events) == 0:
		return fmt.Errorf("append of no events to %q: %w", stream, ErrInvalid)
	}
	size := 0
	for _, e := range events {
		if e.Type == "" || len(e.Type) > 255 || e.ID == [16]byte{} {
			return fmt.Errorf("append to %q of an event without type or id: %w", stream, ErrInvalid)
		}
		size += e.Size()
	}
	if size > MaxAppendSize {
		return fmt.Errorf("append of %d bytes to %q, at most %d: %w", size, stream, MaxAppendSize, ErrTooLarge)
	}
	return nil
}
