package e2e

import (
	"testing"
	"time"
)

// patience is how long is waited for what takes a moment on an idle machine: long enough that only a product that never
// does it misses it, however busy the machine is.
const patience = 30 * time.Second

// often is how often a condition is looked at.
const often = 20 * time.Millisecond

// pass lets time go by: the one place in this package that does. It is for what cannot be asked for, a silence above all.
func pass(d time.Duration) { <-time.After(d) }

// eventually waits until a condition holds and fails the test when it never does.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	within(t, patience, what, holds)
}

// within is eventually with another patience.
func within(t *testing.T, limit time.Duration, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !holds(); pass(often) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %s", what, limit)
		}
	}
}

// rounds returns how often something is repeated: fewer with -short.
func rounds(whole, short int) int {
	if testing.Short() {
		return short
	}
	return whole
}
