package domain

import "fmt"

// Kind says what went wrong, in a closed set that the API maps to HTTP statuses in one table.
type Kind int

// The kinds of errors. An error of no kind is Internal: its text is for the operator, never for the caller.
const (
	// Internal is a fault of ours.
	Internal Kind = iota
	// Malformed is a request that cannot be read at all (400).
	Malformed
	// Invalid is a request that reads well and asks for something that cannot be: Fields says where (422).
	Invalid
	// NotFound is an unknown or decommissioned vehicle, or an unknown customer (404).
	NotFound
	// Taken is a VIN, registration number or customer name that somebody else has (409).
	Taken
	// Conflict is a change that lost a race more often than it is worth trying again (409).
	Conflict
	// Overloaded is refused before anything was stored, for want of room: try again after RetryAfter seconds (503).
	Overloaded
	// Unavailable is something we need and cannot reach; what was sent may or may not be stored, and sending it again is safe (503).
	Unavailable
)

// Problem is one thing wrong with a request: where it is (a field as the API names it) and what is wrong, in plain words.
type Problem struct {
	Field   string
	Message string
}

// Error is an error that a caller may see: Message and Fields hold no Go, SQL or library text. Cause, for the operator
// alone, is reached by errors.Unwrap.
type Error struct {
	Kind       Kind
	Message    string
	Fields     []Problem
	RetryAfter int // seconds; 0 means no hint
	Cause      error
}

// Error returns the message, the fields and the cause, for the operator.
func (e *Error) Error() string {
	text := e.Message
	for i, f := range e.Fields {
		if i == 0 && f.Message == e.Message {
			text = fmt.Sprintf("%s: %s", f.Field, f.Message)
			continue
		}
		text += fmt.Sprintf("; %s: %s", f.Field, f.Message)
	}
	if e.Cause != nil {
		text += ": " + e.Cause.Error()
	}
	return text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// InvalidField returns the error that one field is wrong.
func InvalidField(field, format string, args ...any) *Error {
	message := fmt.Sprintf(format, args...)
	return &Error{Kind: Invalid, Message: message, Fields: []Problem{{Field: field, Message: message}}}
}

// Errorf returns an error of a kind with a message made for the caller.
func Errorf(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}
