package messaging_test

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/message/router/middleware"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/messaging"
)

// errorList is what an EventSubscriber reported.
type errorList struct {
	mu   sync.Mutex
	errs []error
}

func (l *errorList) add(err error) { l.mu.Lock(); l.errs = append(l.errs, err); l.mu.Unlock() }
func (l *errorList) all() []error  { l.mu.Lock(); defer l.mu.Unlock(); return l.errs }

// events subscribes to single events of a stream, for a group.
func events(t *testing.T, log eventstore.Store, kept *memory, group, stream string) (*messaging.EventSubscriber, <-chan *message.Message, *errorList) {
	t.Helper()
	failed := &errorList{}
	sub, err := messaging.NewEventSubscriber(messaging.EventSubscriberConfig{
		Store: log, Checkpoints: kept, Name: group, OnError: failed.add,
	})
	require.NoError(t, err)
	out, err := sub.Subscribe(t.Context(), stream)
	require.NoError(t, err)
	return sub, out, failed
}

// takeEvents acks the next n events and returns their first bytes.
func takeEvents(t *testing.T, out <-chan *message.Message, n int) (got []int) {
	t.Helper()
	for range n {
		msg := <-out
		got = append(got, int(msg.Payload[0]))
		require.True(t, msg.Ack())
	}
	return got
}

func TestEventSubscriber(t *testing.T) {
	t.Parallel()

	bubble(t, "unwraps pages to one message an event", func(t *testing.T, log *cuttable) {
		e := eventstore.Event{
			ID: uuid.New(), Type: "other.v1", Data: []byte(`{"vin":"x"}`), Metadata: []byte(`{"correlationId":"c-1","by":"key-7"}`),
		}
		at, err := log.Append(t.Context(), "a", eventstore.NoStream, e)
		require.NoError(t, err)
		sub, out, _ := events(t, log, newMemory(), "hook", "a")
		msg := <-out
		assert.Equal(t, e.ID.String(), msg.UUID)
		assert.Equal(t, e.Data, []byte(msg.Payload))
		assert.Equal(t, message.Metadata{
			middleware.CorrelationIDMetadataKey: "c-1", "by": "key-7",
			messaging.MetaType: "other.v1", messaging.MetaPosition: at.Position.String(),
		}, msg.Metadata)
		require.NoError(t, sub.Close())
	})

	bubble(t, "gives back what a Publisher stored", func(t *testing.T, log *cuttable) {
		msg := note("x")
		msg.Metadata["colour"] = "röd"
		middleware.SetCorrelationID("c-1", msg)
		require.NoError(t, messaging.NewPublisher(log, happened).Publish("a", msg))
		sub, out, _ := events(t, log, newMemory(), "hook", "a")
		got := <-out
		delete(got.Metadata, messaging.MetaType)
		delete(got.Metadata, messaging.MetaPosition)
		assert.True(t, msg.Equals(got), "%v", got.Metadata)
		require.NoError(t, sub.Close())
	})

	bubble(t, "reads one stream, or with the empty topic all, in the order of the log", func(t *testing.T, log *cuttable) {
		fill(t, log, "a", 0, 2)
		fill(t, log, "b", 0, 2)
		fill(t, log, "a", 2, 1)
		kept := newMemory()
		sub, out, _ := events(t, log, kept, "hook", "a")
		assert.Equal(t, []int{0, 1, 2}, takeEvents(t, out, 3))
		all, err := sub.Subscribe(t.Context(), "")
		require.NoError(t, err)
		assert.Equal(t, []int{0, 1, 0, 1, 2}, takeEvents(t, all, 5))
		synctest.Wait()
		require.NoError(t, sub.Close())
		assert.Len(t, kept.kept, 2, "each topic has its checkpoint")
	})

	bubble(t, "brings a nacked event again before any other", func(t *testing.T, log *cuttable) {
		fill(t, log, "a", 0, 3)
		sub, out, _ := events(t, log, newMemory(), "hook", "a")
		for range 5 {
			msg := <-out
			assert.Equal(t, 0, int(msg.Payload[0]))
			msg.Nack()
		}
		assert.Equal(t, upTo(3), takeEvents(t, out, 3))
		require.NoError(t, sub.Close())
	})

	bubble(t, "goes on after the last acked event when its subscription fails", func(t *testing.T, log *cuttable) {
		fill(t, log, "a", 0, 3)
		sub, out, failed := events(t, log, newMemory(), "hook", "a")
		assert.Equal(t, upTo(3), takeEvents(t, out, 3))
		synctest.Wait()
		log.cutAll(1)
		fill(t, log, "a", 3, 1)
		assert.Equal(t, []int{3}, takeEvents(t, out, 1))
		require.NoError(t, sub.Close())
		assert.Len(t, failed.all(), 2, "each failure is told")
	})

	t.Run("wants a store, checkpoints and a name", func(t *testing.T) {
		t.Parallel()
		_, err := messaging.NewEventSubscriber(messaging.EventSubscriberConfig{Store: newLog(t), Checkpoints: newMemory()})
		require.ErrorIs(t, err, eventstore.ErrInvalid)
	})
}

func TestEventSubscriberCheckpoint(t *testing.T) {
	t.Parallel()

	bubble(t, "moves on ack alone, for its own name alone", func(t *testing.T, log *cuttable) {
		at, kept := fill(t, log, "a", 0, 3), newMemory()
		sub, out, _ := events(t, log, kept, "hook", "a")
		assert.Equal(t, upTo(2), takeEvents(t, out, 2))
		(<-out).Nack()
		require.NoError(t, sub.Close())
		assert.Equal(t, map[string]eventstore.Position{"hook/a": at[1]}, kept.kept)

		sub, out, _ = events(t, log, kept, "hook", "a")
		assert.Equal(t, []int{2}, takeEvents(t, out, 1), "the same name goes on")
		require.NoError(t, sub.Close())
		sub, out, _ = events(t, log, kept, "broker", "a")
		assert.Equal(t, upTo(3), takeEvents(t, out, 3), "another begins at the start")
		require.NoError(t, sub.Close())
	})

	bubble(t, "of an event acked just before Close is saved", func(t *testing.T, log *cuttable) {
		at, kept := fill(t, log, "a", 0, 50), newMemory()
		for i := range at { // each time either may be noticed first
			sub, out, _ := events(t, log, kept, "hook", "a")
			assert.Equal(t, []int{i}, takeEvents(t, out, 1))
			require.NoError(t, sub.Close())
			require.Equal(t, at[i], kept.kept["hook/a"])
		}
	})

	bubble(t, "that cannot be saved is told, holds nothing up and is made good by the next", func(t *testing.T, log *cuttable) {
		at, kept := fill(t, log, "a", 0, 3), newMemory()
		kept.fails = errBroken
		sub, out, failed := events(t, log, kept, "hook", "a")
		assert.Equal(t, upTo(2), takeEvents(t, out, 2))
		synctest.Wait()
		require.Len(t, failed.all(), 2)
		require.ErrorIs(t, failed.all()[1], errBroken)
		require.ErrorContains(t, failed.all()[1], `save checkpoint "hook/a"`)
		kept.mu.Lock()
		kept.fails = nil
		kept.mu.Unlock()
		assert.Equal(t, []int{2}, takeEvents(t, out, 1))
		require.NoError(t, sub.Close())
		assert.Equal(t, at[2], kept.kept["hook/a"])
	})
}

func TestEventMetadata(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stored string
		want   message.Metadata
	}{
		"of any JSON kind comes as text":         {`{"n":1.50,"b":true,"z":null,"l":[1],"s":"a\"b"}`, message.Metadata{"n": "1.50", "b": "true", "z": "null", "l": "[1]", "s": `a"b`}},
		"that is empty is none":                  {``, message.Metadata{}},
		"that is no object is left out":          {`[1]`, message.Metadata{}},
		"that is no JSON is left out":            {"\x00\x01", message.Metadata{}},
		"never hides the event's type and place": {`{"event_type":"x","position":"y"}`, message.Metadata{}},
	} {
		bubble(t, name, func(t *testing.T, log *cuttable) {
			e := eventstore.Event{ID: uuid.New(), Type: happened, Data: []byte("x"), Metadata: []byte(c.stored)}
			at, err := log.Append(t.Context(), "a", eventstore.NoStream, e)
			require.NoError(t, err)
			sub, out, _ := events(t, log, newMemory(), "hook", "a")
			c.want[messaging.MetaType], c.want[messaging.MetaPosition] = happened, at.Position.String()
			assert.Equal(t, c.want, (<-out).Metadata)
			require.NoError(t, sub.Close())
		})
	}
}

// corrupt is a log whose pages have a broken event at the end, while it is broken.
type corrupt struct {
	*cuttable

	mu     sync.Mutex
	broken bool
}

type corruptSubscription struct {
	eventstore.Subscription

	log *corrupt
}

func (c *corrupt) Subscribe(ctx context.Context, after eventstore.Position, types ...string) (eventstore.Subscription, error) {
	sub, err := c.cuttable.Subscribe(ctx, after, types...)
	return corruptSubscription{sub, c}, err
}

func (c corruptSubscription) Next(ctx context.Context) (eventstore.Delivery, error) {
	d, err := c.Subscription.Next(ctx)
	c.log.mu.Lock()
	defer c.log.mu.Unlock()
	if err != nil || d.Page.Len() == 0 || !c.log.broken {
		return d, err
	}
	raw := bytes.Clone(d.Page.Bytes())
	raw[len(raw)-3] = 0x7f // the length of the last event's metadata, {}
	d.Page, err = eventstore.ParsePage(raw)
	return d, err
}

func TestEventSubscriberCorrupt(t *testing.T) {
	t.Parallel()
	bubble(t, "stops at an event that cannot be read, says so and does not skip it", func(t *testing.T, log *cuttable) {
		fill(t, log, "a", 0, 3)
		bad := &corrupt{cuttable: log, broken: true}
		sub, out, failed := events(t, bad, newMemory(), "hook", "a")
		assert.Equal(t, upTo(2), takeEvents(t, out, 2))
		synctest.Wait()
		require.NotEmpty(t, failed.all())
		require.ErrorIs(t, failed.all()[0], eventstore.ErrCorrupt)
		bad.mu.Lock()
		bad.broken = false
		bad.mu.Unlock()
		assert.Equal(t, []int{2}, takeEvents(t, out, 1), "and those before it do not come again")
		require.NoError(t, sub.Close())
	})
}
