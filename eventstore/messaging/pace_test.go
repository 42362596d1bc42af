package messaging_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/messaging"
)

const pace = 50 * time.Millisecond

// paced subscribes with a pace, and acks the first page: that the empty log is live.
func paced(ctx context.Context, t *testing.T, log eventstore.Store) (*messaging.Subscriber, <-chan *message.Message) {
	t.Helper()
	sub, err := messaging.NewSubscriber(messaging.SubscriberConfig{Store: log, From: fixed(eventstore.Position{}), Pace: pace})
	require.NoError(t, err)
	pages, err := sub.Subscribe(ctx, "test")
	require.NoError(t, err)
	require.True(t, (<-pages).Ack())
	return sub, pages
}

// next acks the next page and returns its numbers and how long it took to come.
func next(t *testing.T, pages <-chan *message.Message) (got []int, after time.Duration) {
	t.Helper()
	began := time.Now()
	msg := <-pages
	got, after = numbers(t, delivery(t, msg)), time.Since(began)
	require.True(t, msg.Ack())
	return got, after
}

func TestSubscriberPace(t *testing.T) {
	t.Parallel()

	bubble(t, "gathers what comes soon after a live page into the next one", func(t *testing.T, log *cuttable) {
		sub, pages := paced(t.Context(), t, log)
		synctest.Wait()
		fill(t, log, "a", 0, 1)
		<-time.After(pace / 2)
		fill(t, log, "a", 1, 2)
		got, after := next(t, pages)
		assert.Equal(t, []int{0, 1, 2}, got)
		assert.Equal(t, pace/2, after, "a pace after the page before began")
		require.NoError(t, sub.Close())
	})

	bubble(t, "brings the first page after a quiet time at once", func(t *testing.T, log *cuttable) {
		sub, pages := paced(t.Context(), t, log)
		for i := range 3 {
			<-time.After(pace)
			synctest.Wait()
			fill(t, log, "a", i, 1)
			got, after := next(t, pages)
			assert.Equal(t, []int{i}, got)
			assert.Zero(t, after)
		}
		require.NoError(t, sub.Close())
	})

	bubble(t, "takes the time of the handler for the pace", func(t *testing.T, log *cuttable) {
		sub, pages := paced(t.Context(), t, log)
		<-time.After(pace)
		fill(t, log, "a", 0, 1)
		msg := <-pages
		fill(t, log, "a", 1, 1)
		<-time.After(2 * pace)
		require.True(t, msg.Ack())
		got, after := next(t, pages)
		assert.Equal(t, []int{1}, got)
		assert.Zero(t, after)
		require.NoError(t, sub.Close())
	})

	bubble(t, "does not hold up a reader that catches up", func(t *testing.T, log *cuttable) {
		sub, pages := paced(t.Context(), t, log)
		<-time.After(pace)
		synctest.Wait()
		large := make([]byte, 900<<10) // four or five of them are a page
		for i := range 12 {
			appendLarge(t, log, i, large)
		}
		var waited time.Duration
		for n := 0; n < 12; {
			got, after := next(t, pages)
			n += len(got)
			waited += after
		}
		assert.Less(t, waited, 2*pace, "three pages, of which the first was live when it was read, and the last")
		require.NoError(t, sub.Close())
	})

	bubble(t, "is over at once when the subscriber is closed or restarted", func(t *testing.T, log *cuttable) {
		sub, pages := paced(t.Context(), t, log)
		synctest.Wait()
		began := time.Now()
		sub.Restart()
		require.True(t, (<-pages).Ack(), "the news of being live, anew")
		assert.LessOrEqual(t, time.Since(began), messaging.DefaultMinBackoff)
		began = time.Now()
		require.NoError(t, sub.Close())
		assert.Zero(t, time.Since(began))
	})
}

func appendLarge(t *testing.T, log eventstore.Store, i int, data []byte) {
	t.Helper()
	e := eventstore.Event{ID: uuid.New(), Type: happened, Data: data, Metadata: []byte(`{}`)}
	_, err := log.Append(context.Background(), "large", eventstore.Revision(i-1), e)
	require.NoError(t, err)
}
