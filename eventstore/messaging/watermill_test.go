package messaging_test

import (
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/pubsub/tests"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/messaging"
)

// features are what Publisher and EventSubscriber promise together over any store.
func features() tests.Features {
	return tests.Features{
		ConsumerGroups:      true,  // by the checkpoint's name
		ExactlyOnceDelivery: false, // an ack whose checkpoint was not saved comes again
		GuaranteedOrder:     true,  // that of the log
		Persistent:          true,
		// RestartServiceCommand: none; what an engine that goes away does to a reader is tested in TestSubscriberResubscribes.
		RequireSingleInstance: false,
		ContextPreserved:      false,
		// Within a group, no. A group that is new receives all: TestWatermillNewGroup.
		NewSubscriberReceivesOldMessages: false,
		ForceShort:                       testing.Short() || raced,
	}
}

// suite makes publishers and subscribers over one log for Watermill's tests. Not all of these close what they opened,
// so it is closed here, before the log.
type suite struct {
	t           *testing.T
	log         eventstore.Store
	checkpoints *memory
}

func newSuite(t *testing.T) *suite {
	t.Helper()
	return &suite{t: t, log: newLog(t), checkpoints: newMemory()}
}

func (s *suite) group(t *testing.T, name string) (message.Publisher, message.Subscriber) {
	t.Helper()
	sub, err := messaging.NewEventSubscriber(messaging.EventSubscriberConfig{
		Store: s.log, Checkpoints: s.checkpoints, Name: name,
		Backoff: messaging.Backoff{Min: time.Millisecond, Max: 10 * time.Millisecond}, // the suite nacks by the hundred
		OnError: func(err error) { s.t.Error(err) },
	})
	require.NoError(t, err)
	s.t.Cleanup(func() { assert.NoError(s.t, sub.Close()) })
	return messaging.NewPublisher(s.log, happened), sub
}

func TestWatermill(t *testing.T) {
	t.Parallel()
	s := newSuite(t)
	everybody := func(t *testing.T) (message.Publisher, message.Subscriber) { return s.group(t, "everybody") }
	tests.TestPubSub(t, features(), everybody, s.group)
}

func TestWatermillNewGroup(t *testing.T) {
	t.Parallel()
	s := newSuite(t)
	f := features()
	f.NewSubscriberReceivesOldMessages = true
	alone := func(t *testing.T) (message.Publisher, message.Subscriber) { return s.group(t, uuid.NewString()) }
	tests.TestNewSubscriberReceivesOldMessages(t, tests.TestContext{TestID: tests.NewTestID(), Features: f}, alone)
}
