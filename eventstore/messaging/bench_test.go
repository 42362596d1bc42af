package messaging_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/messaging"
)

// endless is a log that has the same page for ever, at no cost: what is left is that of the messaging.
type endless struct {
	eventstore.Store

	page eventstore.Page
}

func (e endless) Subscribe(context.Context, eventstore.Position, ...string) (eventstore.Subscription, error) {
	return e, nil
}

func (e endless) Next(ctx context.Context) (eventstore.Delivery, error) {
	return eventstore.Delivery{Page: e.page, Live: true}, ctx.Err()
}

func (e endless) Close() error { return nil }

// BenchmarkPage measures what a page costs from the subscription to a handler that does nothing, on three ways: read
// directly (the floor), as a message acked by its reader, and through the router with all its middleware.
//
//	go test ./eventstore/messaging -bench Page -run '^$'
func BenchmarkPage(b *testing.B) {
	var builder eventstore.PageBuilder
	builder.Add(eventstore.Recorded{
		Event:  eventstore.Event{ID: uuid.New(), Type: happened, Data: []byte(`{}`)},
		Stream: "a", Position: eventstore.Position{Commit: 1 << 30, Prepare: 1 << 30},
	})
	log := endless{page: builder.Page()}

	b.Run("floor", func(b *testing.B) {
		sub, err := log.Subscribe(b.Context(), eventstore.Position{})
		require.NoError(b, err)
		for b.Loop() {
			if _, err := sub.Next(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
		report(b)
	})
	b.Run("subscriber", func(b *testing.B) {
		sub, err := messaging.NewSubscriber(messaging.SubscriberConfig{Store: log, From: fixed(eventstore.Position{})})
		require.NoError(b, err)
		pages, err := sub.Subscribe(b.Context(), "bench")
		require.NoError(b, err)
		for b.Loop() {
			(<-pages).Ack()
		}
		report(b)
		require.NoError(b, sub.Close())
	})
	b.Run("router", func(b *testing.B) {
		router, err := messaging.NewRouter(quiet(), messaging.RouterConfig{Observers: []messaging.Observer{newWitness()}})
		require.NoError(b, err)
		sub, err := messaging.NewSubscriber(messaging.SubscriberConfig{Store: log, From: fixed(eventstore.Position{})})
		require.NoError(b, err)
		left, done := b.N, make(chan struct{})
		require.NoError(b, router.Handle("bench", sub, func(context.Context, eventstore.Delivery) error {
			if left--; left == 0 {
				close(done)
			}
			return nil
		}))
		ended := make(chan error, 1)
		go func() { ended <- router.Run(b.Context()) }()
		<-router.Running()
		b.ResetTimer()
		<-done
		report(b)
		require.NoError(b, router.Close())
		require.NoError(b, <-ended)
	})
}

func report(b *testing.B) {
	b.ReportAllocs()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pages/s")
}
