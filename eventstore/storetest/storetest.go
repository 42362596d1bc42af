package storetest

import (
	"testing"
	"time"

	"fleetbeat/eventstore"
)

// Open returns a fresh store. It is empty, unless the engine declares to be Shared. Run closes it.
type Open func(t *testing.T) eventstore.Store

// Abilities are what an engine declares of itself. The zero Abilities ask for nothing but the contract.
type Abilities struct {
	// Reopen closes a store, or lets it die, and opens another on the same data. Nil where the test cannot.
	Reopen func(t *testing.T, store eventstore.Store) eventstore.Store
	// Expire lets more than Age pass for the engine and makes it delete what it would delete some time: as much of stream
	// as it ever does. Nil where the test cannot: then what is promised of expired events is tested with events that are
	// not.
	Expire func(t *testing.T, store eventstore.Store, stream string)
	// Shared says that others write to the same log, so that it is not empty and not all in it is the test's. The tests run one after
	// the other then: each reads all that is written meanwhile.
	Shared bool
	// Patience is how long anything may take before it counts as never; 0 means a minute.
	Patience time.Duration
}

// Age is the maximum age that Run gives to streams.
const Age = time.Minute

// Run tests every promise of [eventstore.Store].
func Run(t *testing.T, open Open, can Abilities) {
	t.Helper()
	for _, topic := range []struct {
		name     string
		promises []promise
	}{
		{"append", appending()},
		{"conflict", conflicts()},
		{"retry", retries()},
		{"limits", limits()},
		{"order", order()},
		{"read a stream", readingStreams()},
		{"read the log", readingAll()},
		{"subscribe", subscribing()},
		{"interrupt a subscription", interrupting()},
		{"head", heads()},
		{"age", aging()},
		{"cancel", cancelling()},
		{"close", closing()},
		{"reopen", reopening()},
	} {
		t.Run(topic.name, func(t *testing.T) {
			can.together(t)
			for _, p := range topic.promises {
				t.Run(p.name, func(t *testing.T) {
					can.together(t)
					if p.needs != nil {
						if reason := p.needs(can); reason != "" {
							t.Skip("declared by the engine: " + reason)
						}
					}
					p.test(newFixture(t, open, can))
				})
			}
		})
	}
}

// together lets tests run at the same time where each has a log of its own.
func (a Abilities) together(t *testing.T) {
	t.Helper()
	if !a.Shared {
		t.Parallel()
	}
}

// promise is one sentence of the contract. needs names the ability that is missing, or nothing.
type promise struct {
	name  string
	needs func(Abilities) string
	test  func(f *fixture)
}

func ownLog(can Abilities) string {
	if can.Shared {
		return "the log is shared, hence never empty"
	}
	return ""
}

func reopens(can Abilities) string {
	if can.Reopen == nil {
		return "cannot be reopened by a test"
	}
	return ""
}
