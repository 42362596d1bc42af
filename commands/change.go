package commands

import "fleetbeat/domain"

// Change is one optional field of a change. The zero Change leaves the field as it is; Set without a Value takes it
// away (an interval is inherited again); Set with a Value sets it. A pointer alone could not tell the first two apart.
type Change[T any] struct {
	Set   bool
	Value *T
}

// To returns the change that sets a field.
func To[T any](value T) Change[T] { return Change[T]{Set: true, Value: &value} }

// Away returns the change that takes a field away.
func Away[T any]() Change[T] { return Change[T]{Set: true} }

// of returns the field's value after the change.
func (c Change[T]) of(before *T) *T {
	if c.Set {
		return c.Value
	}
	return before
}

// overridesAfter returns overrides with both changes made.
func overridesAfter(before domain.Overrides, interval, grace Change[int64]) domain.Overrides {
	return domain.Overrides{IntervalSeconds: interval.of(before.IntervalSeconds), GraceSeconds: grace.of(before.GraceSeconds)}
}
