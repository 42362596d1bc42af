package projections

import "fmt"

// FaultError is what keeps an engine from keeping rows, named for the operator: which engine, what is wrong, whether it heals by
// itself or what to do. Engines return it (wrapped) for what they recognise; /readyz shows What, the process's log the chain.
type FaultError struct {
	What string // a sentence without secrets, host names or library messages, like "the index is read-only because the disk is full; …"
	Err  error
}

// Fault returns err with words for the operator.
func Fault(err error, format string, args ...any) error {
	return &FaultError{What: fmt.Sprintf(format, args...), Err: err}
}

// Error returns What and the error beneath.
func (f *FaultError) Error() string { return fmt.Sprintf("%s: %v", f.What, f.Err) }

// Unwrap returns the error beneath.
func (f *FaultError) Unwrap() error { return f.Err }
