// Package messaging is Watermill over the event log: it turns any [eventstore.Store] into Watermill subscribers and a
// publisher, and builds the one router on which everything that reacts to the log is a handler.
//
// It owns how a reader follows the log: one message in flight, the log's own order, redelivery, resubscribing, retrying
// and a clean stop. It must not know an engine, an event type or what a handler does. Projections, liveness and the
// reactions that leave the house are registered here by package app.
//
// A message is a page ([Subscriber]) or, for the outside world, one event ([EventSubscriber]). Delivery is at least
// once: a handler finds out by position what it has already done.
package messaging
