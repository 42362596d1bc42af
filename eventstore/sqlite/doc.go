// Package sqlite keeps the event log in one SQLite file: the engine that is there out of the box.
//
// It owns the file's layout, the one goroutine that writes, and what wakes subscriptions. It must not know what events
// mean, nor any other engine. Only app and the tests call it; everybody else sees an [eventstore.Store]. DESIGN.md beside
// package eventstore has the layout, the decisions and their price.
package sqlite
