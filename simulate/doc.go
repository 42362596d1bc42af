// Package simulate is fleets that play against a running Fleetbeat, over HTTP alone: what they show is what anybody sees.
//
// It must know nothing of the server but its API. cmd/fleetbeat runs it.
package simulate
