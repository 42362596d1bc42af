package eventstoredb

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/EventStore/EventStore-Client-Go/v4/esdb"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"fleetbeat/eventstore"
)

// fault returns err as an error of the port, for a step that stores nothing.
func (s *Store) fault(ctx context.Context, step string, err error) error {
	switch {
	case known(err):
		return fmt.Errorf("%s: %w", step, err)
	case over(ctx) != nil:
		return fmt.Errorf("%s: %w", step, over(ctx))
	case s.life.Err() != nil:
		return fmt.Errorf("%s: %w", step, eventstore.ErrClosed)
	case status.Code(cause(err)) == codes.InvalidArgument: // a position between two events, a broken filter
		return fmt.Errorf("%s: %w: %w", step, err, eventstore.ErrInvalid)
	}
	return fmt.Errorf("%s: %w: %w", step, err, eventstore.ErrUnavailable)
}

// appendFault is fault for an append, which may be stored although it fails.
func (s *Store) appendFault(ctx context.Context, step string, err error) error {
	if known(err) {
		return fmt.Errorf("%s: %w", step, err)
	}
	if err := over(ctx); err != nil {
		return fmt.Errorf("%s: %w", step, err)
	}
	if errors.Is(err, errSlow) {
		return fmt.Errorf("%s: %w: %w", step, err, eventstore.ErrUnknownOutcome)
	}
	if !answered(err) {
		return fmt.Errorf("%s: %w: %w", step, err, eventstore.ErrUnavailable)
	}
	switch code(err) {
	case esdb.ErrorCodeNotLeader, esdb.ErrorCodeAccessDenied, esdb.ErrorCodeUnauthenticated, esdb.ErrorCodeConnectionClosed:
		return fmt.Errorf("%s: %w: %w", step, err, eventstore.ErrUnavailable)
	case esdb.ErrorCodeStreamDeleted: // by a tombstone, for ever
		return fmt.Errorf("%s: %w: %w", step, err, eventstore.ErrInvalid)
	}
	if status.Code(cause(err)) == codes.InvalidArgument {
		return fmt.Errorf("%s: %w: %w", step, err, eventstore.ErrInvalid)
	}
	return fmt.Errorf("%s: %w: %w", step, err, eventstore.ErrUnknownOutcome)
}

// answered reports whether err of an append came after everything was sent. The client wraps what it meets while it sends, and
// only that; the server stores nothing before it has everything.
func answered(err error) bool {
	var e *esdb.Error
	return errors.As(err, &e) && any(e) == any(err)
}

// over returns the error with which ctx ended. The client keeps deadlines by a clock of its own, and may be a moment ahead.
func over(ctx context.Context) error {
	if deadline, ok := ctx.Deadline(); ok && ctx.Err() == nil && !time.Now().Before(deadline) {
		return context.DeadlineExceeded
	}
	return ctx.Err()
}

// known reports whether err is one of the port's already.
func known(err error) bool {
	for _, target := range []error{eventstore.ErrClosed, eventstore.ErrUnavailable, eventstore.ErrInvalid, eventstore.ErrCorrupt} {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}

// code returns the client's code of err, ErrorCodeUnknown where it has none. The client's own FromError does not look into
// wrapped errors.
func code(err error) esdb.ErrorCode {
	var e *esdb.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return esdb.ErrorCodeUnknown
}

// cause returns what the client's error was made from, or err itself.
func cause(err error) error {
	var e *esdb.Error
	if errors.As(err, &e) && e.Err() != nil {
		return e.Err()
	}
	return err
}

// absent reports that err says that a stream is not there, by the server's own word: a NotFound of gRPC may come from anyone on
// the way, and would make a full stream look empty.
func absent(err error) bool {
	switch code(err) {
	case esdb.ErrorCodeStreamDeleted:
		return true
	case esdb.ErrorCodeResourceNotFound:
		return status.Code(cause(err)) != codes.NotFound
	}
	return false
}

// actual returns the revision that a wrong expected version was met with. The client has it in its text only.
func actual(err error) (eventstore.Revision, bool) {
	_, text, found := strings.Cut(cause(err).Error(), "but got '")
	text, _, closed := strings.Cut(text, "'")
	if !found || !closed {
		return 0, false
	}
	if text == "no_stream" {
		return eventstore.NoStream, true
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return eventstore.Revision(n), err == nil
}
