package messaging_test

import (
	"testing"
	"testing/synctest"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/message/router/middleware"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore/messaging"
)

func TestRouterReactions(t *testing.T) {
	t.Parallel()
	bubble(t, "of single events run beside the pages, with the correlation id passed on", func(t *testing.T, log *cuttable) {
		r := newRig(t, log)
		fn, got := collect(t)
		r.add("fleet", fn)
		sub, err := messaging.NewEventSubscriber(messaging.EventSubscriberConfig{Store: log, Checkpoints: newMemory(), Name: "hook"})
		require.NoError(t, err)
		pub := messaging.NewPublisher(log, happened)
		r.Watermill().AddHandler("hook", "in", sub, "out", pub, func(msg *message.Message) ([]*message.Message, error) {
			return []*message.Message{note("\x02")}, nil
		})
		r.run()
		cause := note("\x01")
		middleware.SetCorrelationID("c-1", cause)
		require.NoError(t, pub.Publish("in", cause))
		assert.Equal(t, []int{1, 2}, take(got, 2))
		synctest.Wait()

		check, out, _ := events(t, log, newMemory(), "check", "out")
		assert.Equal(t, "c-1", middleware.MessageCorrelationID(<-out))
		require.NoError(t, check.Close())
		r.shut()
	})

	bubble(t, "are waited for at Close, their context alive", func(t *testing.T, log *cuttable) {
		r := newRig(t, log)
		fill(t, log, "in", 0, 1)
		kept := newMemory()
		sub, err := messaging.NewEventSubscriber(messaging.EventSubscriberConfig{Store: log, Checkpoints: kept, Name: "hook"})
		require.NoError(t, err)
		started, release := make(chan struct{}), make(chan struct{})
		r.Watermill().AddConsumerHandler("hook", "in", sub, func(msg *message.Message) error {
			close(started)
			<-release
			return msg.Context().Err()
		})
		r.run()
		<-started
		closed := make(chan error)
		go func() { closed <- r.Close() }()
		synctest.Wait()
		close(release)
		require.NoError(t, <-closed)
		require.NoError(t, <-r.end)
		assert.Zero(t, log.openCount())
	})
}
