// Package simulate is fleets that play against a running Fleetbeat, over HTTP alone: what they show is what anybody sees.
// [Classic] is the seven vehicles of the demo; [Run] plays any number of them with all the trouble that real ones have,
// measures what the target makes of it, and checks it.
//
// Who sends what and when is decided in simulate/fleet, without a clock; simulate/target speaks with the target;
// simulate/truth writes down what was played and judges by it. This package is the engine between them: a schedule, a
// few goroutines with a connection each, and the measuring.
//
// It must know nothing of the server but its API. cmd/fleetbeat runs it.
package simulate
