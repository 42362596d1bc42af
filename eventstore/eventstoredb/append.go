package eventstoredb

import (
	"context"
	"errors"
	"fmt"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"github.com/google/uuid"

	"fleetbeat/eventstore"
)

// Append stores events at the end of a stream whose last revision is expected.
func (s *Store) Append(ctx context.Context, stream string, expected eventstore.Revision, events ...eventstore.Event) (eventstore.Appended, error) {
	if err := checkAppend(stream, expected, events); err != nil {
		return eventstore.Appended{}, err
	}
	step := fmt.Sprintf("append to %q", stream)
	data := proposed(events)
	result, err := call(ctx, s, func(ctx context.Context, client *esdb.Client) (*esdb.WriteResult, error) {
		return client.AppendToStream(ctx, stream, esdb.AppendToStreamOptions{ExpectedRevision: expectation(expected)}, data...)
	})
	if code(err) == esdb.ErrorCodeWrongExpectedVersion {
		return eventstore.Appended{}, s.conflict(ctx, stream, expected, err)
	}
	if err != nil {
		return eventstore.Appended{}, s.appendFault(ctx, step, err)
	}
	answer := eventstore.Appended{Revision: eventstore.Revision(result.NextExpectedVersion)}
	if answer.Revision != expected+eventstore.Revision(len(events)) {
		// The client takes an answer that it does not know for a success at revision 1.
		return eventstore.Appended{}, fmt.Errorf("%s: answered with revision %d: %w", step, answer.Revision, eventstore.ErrUnknownOutcome)
	}
	var ok bool
	if answer.Position, ok = position(esdb.Position{Commit: result.CommitPosition, Prepare: result.PreparePosition}); ok {
		return answer, nil
	}
	if answer.Position, err = s.place(ctx, stream, answer.Revision, events[len(events)-1].ID); err != nil {
		return eventstore.Appended{}, fmt.Errorf("%s: it is stored, its place is not known: %w: %w", step, err, eventstore.ErrUnknownOutcome)
	}
	return answer, nil
}

// checkAppend returns the error of an append that can never succeed. An append that is too large would only say that the
// connection ended.
func checkAppend(stream string, expected eventstore.Revision, events []eventstore.Event) error {
	if err := eventstore.Check(stream, expected, events); err != nil {
		return err
	}
	if err := checkStream(stream); err != nil {
		return err
	}
	for _, e := range events {
		if err := checkTypes([]string{e.Type}); err != nil {
			return fmt.Errorf("append to %q: %w", stream, err)
		}
	}
	return nil
}

// conflict returns the port's error for the client's err, with the revision that the stream is at. Reading it would not do where
// its events have expired.
func (s *Store) conflict(ctx context.Context, stream string, expected eventstore.Revision, err error) error {
	conflict := &eventstore.ConflictError{Stream: stream, Expected: expected}
	var told bool
	if conflict.Actual, told = actual(err); told {
		return conflict
	}
	conflict.Actual = eventstore.NoStream
	for e, err := range s.ReadStream(ctx, stream, eventstore.End, eventstore.Backwards) {
		if err != nil {
			return fmt.Errorf("append to %q was refused at revision %d, and where it is: %w", stream, expected, err)
		}
		conflict.Actual = e.Revision
		break
	}
	return conflict
}

// place returns the position of an event that is stored, for an append that was answered without one: the server does so where
// a repeated append has expired since. Then nobody can tell, and any later place is as good: the head.
func (s *Store) place(ctx context.Context, stream string, revision eventstore.Revision, id uuid.UUID) (eventstore.Position, error) {
	for e, err := range s.ReadStream(ctx, stream, revision, eventstore.Forwards) {
		if err != nil {
			return eventstore.Position{}, err
		}
		if e.Revision == revision && e.ID != id {
			return eventstore.Position{}, errors.New("another event is at its revision")
		}
		if e.Revision == revision {
			return e.Position, nil
		}
		break
	}
	return s.Head(ctx)
}
