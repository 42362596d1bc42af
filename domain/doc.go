// Package domain holds what Fleetbeat is about: vehicles, customers, heartbeats, the rule that says who is connected,
// and the events that record it.
//
// It is pure. It knows no clock (time is an argument), no context, no logger, no database and no HTTP, and it imports
// the standard library alone, so that every rule here means the same in liveness, in a view, in an answer and in a test.
// Everybody may import it; it imports nobody.
package domain
