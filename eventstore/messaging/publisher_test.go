package messaging_test

import (
	"context"
	"iter"
	"strings"
	"sync"
	"testing"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/message/router/middleware"
	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/messaging"
	"fleetbeat/eventstore/storetest"
)

func note(text string) *message.Message {
	return message.NewMessage(uuid.NewString(), []byte(text))
}

// stored returns the data of the events of stream.
func stored(t *testing.T, log eventstore.Store, stream string) (texts []string) {
	t.Helper()
	for r, err := range log.ReadStream(t.Context(), stream, 0, eventstore.Forwards) {
		require.NoError(t, err)
		texts = append(texts, string(r.Data))
	}
	return texts
}

func TestPublisher(t *testing.T) {
	t.Parallel()

	t.Run("stores id, payload, type and metadata", func(t *testing.T) {
		t.Parallel()
		log := newLog(t)
		pub := messaging.NewPublisher(log, happened)
		plain, typed := note("one"), note("two")
		typed.Metadata[messaging.MetaType] = "other.v1"
		typed.Metadata[messaging.MetaPosition] = "17"
		typed.Metadata["colour"] = "red"
		middleware.SetCorrelationID("c-1", typed)
		require.NoError(t, pub.Publish("a", plain, typed))

		var got []eventstore.Recorded
		for r, err := range log.ReadStream(t.Context(), "a", 0, eventstore.Forwards) {
			require.NoError(t, err)
			got = append(got, r)
		}
		require.Len(t, got, 2)
		assert.Equal(t, plain.UUID, got[0].ID.String())
		assert.Equal(t, happened, got[0].Type)
		assert.Equal(t, "one", string(got[0].Data))
		assert.Equal(t, "{}", string(got[0].Metadata))
		assert.Equal(t, "other.v1", got[1].Type)
		assert.JSONEq(t, `{"colour":"red","correlationId":"c-1"}`, string(got[1].Metadata))
		var m eventstore.Metadata
		require.NoError(t, json.Unmarshal(got[1].Metadata, &m))
		assert.Equal(t, "c-1", m.CorrelationID, "as everything that reads the log expects it")
	})

	t.Run("appends behind what others wrote, many at once, each once", func(t *testing.T) {
		t.Parallel()
		log := newLog(t)
		fill(t, log, "a", 0, 1)
		var all sync.WaitGroup
		for range 4 {
			pub := messaging.NewPublisher(log, happened)
			for range 3 {
				all.Go(func() {
					for range 5 {
						assert.NoError(t, pub.Publish("a", note("x")))
					}
				})
			}
		}
		all.Wait()
		assert.Len(t, stored(t, log, "a"), 61)
	})

	t.Run("refuses an id that is no UUID, a message too large and a stream without name", func(t *testing.T) {
		t.Parallel()
		pub := messaging.NewPublisher(newLog(t), happened)
		require.ErrorIs(t, pub.Publish("a", message.NewMessage("17", nil)), eventstore.ErrInvalid)
		require.ErrorIs(t, pub.Publish("a", note(strings.Repeat("x", eventstore.MaxAppendSize))), eventstore.ErrTooLarge)
		require.ErrorIs(t, pub.Publish("", note("x")), eventstore.ErrInvalid)
	})

	t.Run("stops at the first message that fails and keeps those before it", func(t *testing.T) {
		t.Parallel()
		log := newLog(t)
		pub := messaging.NewPublisher(log, happened)
		first, last := note("first"), note("last")
		require.Error(t, pub.Publish("a", first, message.NewMessage("17", nil), last))
		assert.Equal(t, []string{"first"}, stored(t, log, "a"))
		require.NoError(t, pub.Publish("a", first, last))
		assert.Equal(t, []string{"first", "last"}, stored(t, log, "a"))
	})

	t.Run("waits no longer than the message's context", func(t *testing.T) {
		t.Parallel()
		log := storetest.NewFaulty(newLog(t))
		pub := messaging.NewPublisher(log, happened)
		release := log.Block()
		ctx, cancel := context.WithCancel(t.Context())
		var both sync.WaitGroup
		for range 2 { // one holds the stream's turn, one waits for it
			msg := note("x")
			msg.SetContext(ctx)
			both.Go(func() { assert.ErrorIs(t, pub.Publish("a", msg), context.Canceled) })
		}
		cancel()
		both.Wait()
		release()
		require.NoError(t, pub.Publish("a", note("y")))
		assert.Equal(t, []string{"y"}, stored(t, log, "a"))
	})

	t.Run("publishes nothing after Close, which waits for what is under way", func(t *testing.T) {
		t.Parallel()
		log := storetest.NewFaulty(newLog(t))
		pub := messaging.NewPublisher(log, happened)
		reached := make(chan struct{})
		log.BeforeAppend(func(string, []eventstore.Event) error { close(reached); return nil })
		var publish sync.WaitGroup
		publish.Go(func() { assert.NoError(t, pub.Publish("a", note("x"))) })
		<-reached
		require.NoError(t, pub.Close())
		assert.Equal(t, []string{"x"}, stored(t, log, "a"))
		publish.Wait()
		require.ErrorIs(t, pub.Publish("a", note("y")), eventstore.ErrClosed)
		require.NoError(t, pub.Close(), "closing twice is harmless")
	})
}

func TestPublisherAgain(t *testing.T) {
	t.Parallel()
	unknown := func(string, []eventstore.Event) error { return errBroken }

	t.Run("adds nothing, from the same publisher or from another", func(t *testing.T) {
		t.Parallel()
		log := newLog(t)
		first, second := note("first"), note("second")
		pub := messaging.NewPublisher(log, happened)
		require.NoError(t, pub.Publish("a", first, second))
		require.NoError(t, pub.Publish("a", first))
		require.NoError(t, messaging.NewPublisher(log, happened).Publish("a", second, first))
		assert.Equal(t, []string{"first", "second"}, stored(t, log, "a"))
	})

	t.Run("finds what another publisher stored meanwhile", func(t *testing.T) {
		t.Parallel()
		log := newLog(t)
		one, two, shared := messaging.NewPublisher(log, happened), messaging.NewPublisher(log, happened), note("shared")
		require.NoError(t, one.Publish("a", note("first")))
		require.NoError(t, two.Publish("a", shared, note("last")))
		require.NoError(t, one.Publish("a", shared))
		assert.Equal(t, []string{"first", "shared", "last"}, stored(t, log, "a"))
	})

	t.Run("settles an append of unknown outcome that was stored", func(t *testing.T) {
		t.Parallel()
		log := storetest.NewFaulty(newLog(t))
		pub, first := messaging.NewPublisher(log, happened), note("first")
		log.AfterAppend(unknown)
		require.ErrorIs(t, pub.Publish("a", first), eventstore.ErrUnknownOutcome)
		log.AfterAppend(nil)
		require.NoError(t, pub.Publish("a", first))
		assert.Equal(t, []string{"first"}, stored(t, log, "a"))
	})

	t.Run("settles it also when others were published in between", func(t *testing.T) {
		t.Parallel()
		log := storetest.NewFaulty(newLog(t))
		pub, first := messaging.NewPublisher(log, happened), note("first")
		log.AfterAppend(unknown)
		require.ErrorIs(t, pub.Publish("a", first), eventstore.ErrUnknownOutcome)
		log.AfterAppend(nil)
		require.NoError(t, pub.Publish("a", note("second")))
		require.NoError(t, pub.Publish("a", first))
		assert.Equal(t, []string{"first", "second"}, stored(t, log, "a"))
	})

	t.Run("stores what an unavailable log refused", func(t *testing.T) {
		t.Parallel()
		log := storetest.NewFaulty(newLog(t))
		pub, first := messaging.NewPublisher(log, happened), note("first")
		log.BeforeAppend(func(string, []eventstore.Event) error { return eventstore.ErrUnavailable })
		require.ErrorIs(t, pub.Publish("a", first), eventstore.ErrUnavailable)
		log.BeforeAppend(nil)
		require.NoError(t, pub.Publish("a", first))
		assert.Equal(t, []string{"first"}, stored(t, log, "a"))
	})
}

// forgetful is a log whose streams' events have all expired.
type forgetful struct{ eventstore.Store }

func (forgetful) ReadStream(context.Context, string, eventstore.Revision, eventstore.Direction) iter.Seq2[eventstore.Recorded, error] {
	return func(func(eventstore.Recorded, error) bool) {}
}

func TestPublisherConflicts(t *testing.T) {
	t.Parallel()

	t.Run("finds the end of a stream whose events have expired", func(t *testing.T) {
		t.Parallel()
		log := newLog(t)
		fill(t, log, "a", 0, 3)
		require.NoError(t, messaging.NewPublisher(forgetful{log}, happened).Publish("a", note("x")))
		assert.Len(t, stored(t, log, "a"), 4)
	})

	t.Run("gives up after a hundred lost races and says against whom", func(t *testing.T) {
		t.Parallel()
		log, tries := storetest.NewFaulty(newLog(t)), 0
		log.BeforeAppend(func(stream string, _ []eventstore.Event) error {
			tries++
			return &eventstore.ConflictError{Stream: stream, Expected: eventstore.NoStream, Actual: 7}
		})
		err := messaging.NewPublisher(log, happened).Publish("a", note("x"))
		var conflict *eventstore.ConflictError
		require.ErrorAs(t, err, &conflict)
		assert.Equal(t, 101, tries)
	})

	t.Run("passes on that a stream cannot be read, and reads it the next time", func(t *testing.T) {
		t.Parallel()
		log := newLog(t)
		fill(t, log, "a", 0, 3)
		broken := &unreadable{Store: log, fails: 1}
		pub := messaging.NewPublisher(broken, happened)
		require.ErrorIs(t, pub.Publish("a", note("x")), errBroken)
		require.NoError(t, pub.Publish("a", note("x")))
		broken.fails = 1
		fill(t, log, "a", 4, 1)
		require.ErrorIs(t, pub.Publish("a", note("y")), errBroken)
		require.NoError(t, pub.Publish("a", note("y")))
		assert.Len(t, stored(t, log, "a"), 6)
	})
}

// unreadable is a log in which reading a stream fails a few times.
type unreadable struct {
	eventstore.Store

	fails int
}

func (u *unreadable) ReadStream(ctx context.Context, stream string, from eventstore.Revision, d eventstore.Direction) iter.Seq2[eventstore.Recorded, error] {
	if u.fails == 0 {
		return u.Store.ReadStream(ctx, stream, from, d)
	}
	u.fails--
	return func(yield func(eventstore.Recorded, error) bool) {
		yield(eventstore.Recorded{}, errBroken)
	}
}
