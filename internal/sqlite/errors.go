package sqlite

import (
	"errors"

	"golang.org/x/sys/unix"
	"zombiezen.com/go/sqlite"
)

// What Open and the methods of a DB say besides SQLite's own errors.
var (
	// ErrClosed is a call on a closed file.
	ErrClosed = errors.New("file closed")
	// ErrReadOnly is a write to a file that was opened for reading.
	ErrReadOnly = errors.New("file opened for reading only")
	// ErrForeign is a file that somebody else made: its application id is not the one asked for.
	ErrForeign = errors.New("file belongs to another program")
	// ErrNewer is a file that a newer Fleetbeat made.
	ErrNewer = errors.New("file made by a newer version")
)

// Class says what an error means to whoever called.
type Class int

// The classes of errors.
const (
	// Other is a fault of ours or an error that is not SQLite's.
	Other Class = iota
	// Unavailable is a disk that is full, a file that cannot be written, read or locked now: nothing was stored, the same
	// call may work later.
	Unavailable
	// Uncertain is a commit that could not be made durable: it is undone for every reader of this life of the process, but
	// its bytes may be on the disk, so that it may be there after a crash.
	Uncertain
	// Corrupt is a file that is not what SQLite once wrote.
	Corrupt
)

// commitError marks the step at which an I/O error leaves the outcome open.
type commitError struct{ cause error }

func (e *commitError) Error() string { return "commit: " + e.cause.Error() }
func (e *commitError) Unwrap() error { return e.cause }

// Classify returns the class of an error.
func Classify(err error) Class {
	if errors.Is(err, ErrReadOnly) {
		return Unavailable
	}
	if found := (*damage)(nil); errors.As(err, &found) {
		return Corrupt
	}
	switch sqlite.ErrCode(err).ToPrimary() {
	case sqlite.ResultIOErr:
		if commit := (*commitError)(nil); errors.As(err, &commit) {
			return Uncertain
		}
		return Unavailable
	case sqlite.ResultFull, sqlite.ResultReadOnly, sqlite.ResultBusy, sqlite.ResultLocked, sqlite.ResultCantOpen,
		sqlite.ResultPerm, sqlite.ResultNoMem, sqlite.ResultProtocol:
		return Unavailable
	case sqlite.ResultCorrupt, sqlite.ResultNotADB:
		return Corrupt
	default:
		return Other
	}
}

// IsFull reports whether an error says that the disk has no room. Of the classes it is Unavailable, or Uncertain where a
// commit met it late.
func IsFull(err error) bool {
	return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) || sqlite.ErrCode(err).ToPrimary() == sqlite.ResultFull
}
