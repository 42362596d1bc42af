// Package app is one running Fleetbeat: the one place that knows every engine, and the order in which parts start and
// stop.
//
// New reads what is there and listens, Start runs it, Stop finishes what was accepted. cmd/fleetbeat translates flags into
// [Options]; end-to-end tests start an App in their own process, on ":0". Nobody else imports it.
package app
