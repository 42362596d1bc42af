package messaging_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/messaging"
)

// bubble runs a test in virtual time with a log of its own. It fails if any goroutine is left at the end.
func bubble(t *testing.T, name string, test func(t *testing.T, log *cuttable)) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			log := openLog(t)
			defer func() { assert.NoError(t, log.Close()) }()
			test(t, newCuttable(log))
		})
	})
}

func TestSubscriber(t *testing.T) {
	t.Parallel()

	bubble(t, "tells the handler of an empty log that it is live", func(t *testing.T, log *cuttable) {
		sub, pages := subscribe(t.Context(), t, log, fixed(eventstore.Position{}))
		msg := <-pages
		d := delivery(t, msg)
		assert.True(t, d.Live)
		assert.Zero(t, d.Page.Len())
		assert.Equal(t, message.Metadata{
			messaging.MetaFirst: "0", messaging.MetaLast: "0", messaging.MetaCount: "0", messaging.MetaLive: "true",
		}, msg.Metadata)
		require.True(t, msg.Ack())
		require.NoError(t, sub.Close())
	})

	bubble(t, "delivers pages in the order of the log with their positions as metadata", func(t *testing.T, log *cuttable) {
		at := fill(t, log, "a", 0, 3)
		sub, pages := subscribe(t.Context(), t, log, fixed(at[0]))
		msg := <-pages
		d := delivery(t, msg)
		assert.Equal(t, []int{1, 2}, numbers(t, d))
		assert.Equal(t, d.Page.Bytes(), []byte(msg.Payload))
		assert.Equal(t, at[1].String(), msg.Metadata[messaging.MetaFirst])
		assert.Equal(t, at[2].String(), msg.Metadata[messaging.MetaLast])
		assert.Equal(t, "2", msg.Metadata[messaging.MetaCount])
		require.True(t, msg.Ack())
		require.NoError(t, sub.Close())
	})

	bubble(t, "delivers nothing more before the page in flight is acked", func(t *testing.T, log *cuttable) {
		fill(t, log, "a", 0, 1)
		sub, pages := subscribe(t.Context(), t, log, fixed(eventstore.Position{}))
		first := <-pages
		fill(t, log, "a", 1, 3)
		<-time.After(time.Hour)
		select {
		case msg := <-pages:
			t.Fatalf("page %s came before the first was acked", msg.UUID)
		default:
		}
		require.NoError(t, first.Context().Err(), "the context of a page in flight is alive")
		require.True(t, first.Ack())
		assert.Equal(t, []int{1, 2, 3}, until(t, pages, 3), "what gathered meanwhile")
		assert.Error(t, first.Context().Err(), "the context of an acked page has ended")
		require.NoError(t, sub.Close())
	})

	bubble(t, "delivers only events of the types asked for", func(t *testing.T, log *cuttable) {
		fill(t, log, "a", 0, 3)
		sub, err := messaging.NewSubscriber(messaging.SubscriberConfig{
			Store: log, From: fixed(eventstore.Position{}), Types: []string{"other.v1"},
		})
		require.NoError(t, err)
		pages, err := sub.Subscribe(t.Context(), "test")
		require.NoError(t, err)
		d := delivery(t, <-pages)
		assert.Zero(t, d.Page.Len())
		assert.True(t, d.Live)
		require.NoError(t, sub.Close())
	})

	t.Run("wants a store and a checkpoint", func(t *testing.T) {
		t.Parallel()
		_, err := messaging.NewSubscriber(messaging.SubscriberConfig{})
		require.ErrorIs(t, err, eventstore.ErrInvalid)
	})
}

func TestSubscriberNack(t *testing.T) {
	t.Parallel()

	bubble(t, "brings the same page again, later and later but never later than the cap", func(t *testing.T, log *cuttable) {
		fill(t, log, "a", 0, 2)
		sub, pages := subscribe(t.Context(), t, log, fixed(eventstore.Position{}))
		first := <-pages
		fill(t, log, "a", 2, 1) // must not slip into the page that comes again
		msg, longest := first, time.Duration(0)
		for range 30 {
			nacked := time.Now()
			require.True(t, msg.Nack())
			msg = <-pages
			longest = max(longest, time.Since(nacked))
			require.Equal(t, first.UUID, msg.UUID)
			require.Equal(t, first.Payload, msg.Payload)
			require.Equal(t, first.Metadata, msg.Metadata)
		}
		assert.LessOrEqual(t, longest, messaging.DefaultMaxBackoff)
		assert.Greater(t, longest, messaging.DefaultMaxBackoff/2)
		require.True(t, msg.Ack())
		assert.Equal(t, []int{2}, until(t, pages, 1))
		require.NoError(t, sub.Close())
	})

	bubble(t, "is forgotten by the next page, which is tried again soon", func(t *testing.T, log *cuttable) {
		fill(t, log, "a", 0, 1)
		sub, pages := subscribe(t.Context(), t, log, fixed(eventstore.Position{}))
		msg := <-pages
		for range 10 {
			msg.Nack()
			msg = <-pages
		}
		msg.Ack()
		fill(t, log, "a", 1, 1)
		msg = <-pages
		nacked := time.Now()
		msg.Nack()
		msg = <-pages
		assert.LessOrEqual(t, time.Since(nacked), messaging.DefaultMinBackoff)
		msg.Ack()
		require.NoError(t, sub.Close())
	})
}

func TestSubscriberResubscribes(t *testing.T) {
	t.Parallel()

	bubble(t, "after what was acked: nothing lost, nothing doubled", func(t *testing.T, log *cuttable) {
		at := fill(t, log, "a", 0, 3)
		sub, pages := subscribe(t.Context(), t, log, fixed(eventstore.Position{}))
		assert.Equal(t, upTo(3), until(t, pages, 3))
		synctest.Wait()
		log.cutAll(2)
		fill(t, log, "a", 3, 2)
		assert.Equal(t, []int{3, 4}, until(t, pages, 2))
		assert.Equal(t, []eventstore.Position{{}, at[2], at[2], at[2]}, log.subscribedAfter(), "two were refused")
		require.NoError(t, sub.Close())
		assert.Zero(t, log.openCount(), "every subscription is closed")
	})

	bubble(t, "without asking for the page in flight again", func(t *testing.T, log *cuttable) {
		fill(t, log, "a", 0, 1)
		sub, pages := subscribe(t.Context(), t, log, fixed(eventstore.Position{}))
		msg := <-pages
		log.cutAll(0)
		synctest.Wait()
		require.NoError(t, msg.Context().Err(), "a cut line is nothing to the handler")
		require.True(t, msg.Ack())
		fill(t, log, "a", 1, 1)
		assert.Equal(t, []int{1}, until(t, pages, 1))
		require.NoError(t, sub.Close())
	})

	bubble(t, "when the checkpoint cannot be loaded at first", func(t *testing.T, log *cuttable) {
		at, tries := fill(t, log, "a", 0, 2), 0
		sub, pages := subscribe(t.Context(), t, log, func(context.Context) (eventstore.Position, error) {
			if tries++; tries < 4 {
				return eventstore.Position{}, errBroken
			}
			return at[0], nil
		})
		assert.Equal(t, []int{1}, until(t, pages, 1))
		assert.Equal(t, 4, tries)
		require.NoError(t, sub.Close())
	})

	bubble(t, "for ever, waiting longer each time up to the cap", func(t *testing.T, log *cuttable) {
		log.cutAll(1_000_000)
		sub, _ := subscribe(t.Context(), t, log, fixed(eventstore.Position{}))
		<-time.After(time.Hour)
		tries := len(log.subscribedAfter())
		assert.Greater(t, tries, int(time.Hour/messaging.DefaultMaxBackoff))
		assert.Less(t, tries, 2*int(time.Hour/messaging.DefaultMaxBackoff)+20)
		require.NoError(t, sub.Close())
	})
}

func TestSubscriberRestart(t *testing.T) {
	t.Parallel()

	// movable is a checkpoint that a test moves.
	movable := func() (set func(eventstore.Position), from func(context.Context) (eventstore.Position, error)) {
		var mu sync.Mutex
		var at eventstore.Position
		set = func(p eventstore.Position) { mu.Lock(); at = p; mu.Unlock() }
		from = func(context.Context) (eventstore.Position, error) { mu.Lock(); defer mu.Unlock(); return at, nil }
		return set, from
	}

	bubble(t, "of an idle subscription reads again from the checkpoint", func(t *testing.T, log *cuttable) {
		at := fill(t, log, "a", 0, 3)
		set, from := movable()
		sub, pages := subscribe(t.Context(), t, log, from)
		assert.Equal(t, upTo(3), until(t, pages, 3))
		synctest.Wait()
		set(at[0])
		sub.Restart()
		assert.Equal(t, []int{1, 2}, until(t, pages, 2))
		require.NoError(t, sub.Close())
	})

	bubble(t, "ends the context of the page in flight and waits for its verdict", func(t *testing.T, log *cuttable) {
		at := fill(t, log, "a", 0, 3)
		set, from := movable()
		sub, pages := subscribe(t.Context(), t, log, from)
		msg := <-pages
		set(at[1])
		sub.Restart()
		<-msg.Context().Done()
		<-time.After(time.Hour)
		select {
		case <-pages:
			t.Fatal("a page came while the handler had another")
		default:
		}
		require.True(t, msg.Nack())
		assert.Equal(t, []int{2}, until(t, pages, 1))
		require.NoError(t, sub.Close())
	})

	bubble(t, "counts even where the page in flight is acked", func(t *testing.T, log *cuttable) {
		fill(t, log, "a", 0, 2)
		_, from := movable()
		sub, pages := subscribe(t.Context(), t, log, from)
		msg := <-pages
		sub.Restart()
		require.True(t, msg.Ack())
		assert.Equal(t, upTo(2), until(t, pages, 2), "the checkpoint had not moved")
		require.NoError(t, sub.Close())
	})
}

func TestSubscriberEnds(t *testing.T) {
	t.Parallel()

	for name, end := range map[string]func(sub *messaging.Subscriber, cancel context.CancelFunc){
		"at Close":          func(sub *messaging.Subscriber, _ context.CancelFunc) { _ = sub.Close() },
		"when its ctx ends": func(_ *messaging.Subscriber, cancel context.CancelFunc) { cancel() },
	} {
		for state, prepare := range map[string]func(t *testing.T, log *cuttable, pages <-chan *message.Message){
			"while it waits for events": func(t *testing.T, _ *cuttable, pages <-chan *message.Message) {
				assert.Equal(t, upTo(1), until(t, pages, 1))
			},
			"while a page waits to be taken": func(*testing.T, *cuttable, <-chan *message.Message) {},
			"while a page is in flight":      func(_ *testing.T, _ *cuttable, pages <-chan *message.Message) { <-pages },
			"while it waits to deliver again": func(_ *testing.T, _ *cuttable, pages <-chan *message.Message) {
				(<-pages).Nack()
			},
			"while it waits to subscribe again": func(t *testing.T, log *cuttable, pages <-chan *message.Message) {
				until(t, pages, 1)
				log.cutAll(1_000)
			},
		} {
			bubble(t, name+" "+state+", at once", func(t *testing.T, log *cuttable) {
				fill(t, log, "a", 0, 1)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				sub, pages := subscribe(ctx, t, log, fixed(eventstore.Position{}))
				prepare(t, log, pages)
				synctest.Wait()
				began := time.Now()
				end(sub, cancel)
				for range pages { // a page on its way may still come
				}
				assert.Zero(t, time.Since(began), "no waiting")
				require.NoError(t, sub.Close())
				assert.Zero(t, log.openCount())
			})
		}
	}

	bubble(t, "for good at Close", func(t *testing.T, log *cuttable) {
		sub, pages := subscribe(t.Context(), t, log, fixed(eventstore.Position{}))
		require.NoError(t, sub.Close())
		_, open := <-pages
		assert.False(t, open)
		_, err := sub.Subscribe(t.Context(), "test")
		require.ErrorIs(t, err, eventstore.ErrClosed)
		require.NoError(t, sub.Close(), "closing twice is harmless")
		sub.Restart()
	})

	bubble(t, "one channel without the other", func(t *testing.T, log *cuttable) {
		sub, _ := subscribe(t.Context(), t, log, fixed(eventstore.Position{}))
		short, cancel := context.WithCancel(t.Context())
		first, err := sub.Subscribe(short, "test")
		require.NoError(t, err)
		second, err := sub.Subscribe(t.Context(), "test")
		require.NoError(t, err)
		cancel()
		for range first {
		}
		fill(t, log, "a", 0, 1)
		assert.Equal(t, upTo(1), until(t, second, 1))
		require.NoError(t, sub.Close())
	})
}
