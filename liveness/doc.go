// Package liveness decides who is connected: it folds registry events, settings and batches, in the order of the whole
// log, into transitions.
//
// It has no clock and no timer. Time is in the log: a vehicle is disconnected when the watermark has passed its deadline,
// for no other reason, so the same log gives the same transitions in a test, after a crash and in a standby.
//
// [State] is the fold itself, pure and in memory. [Liveness] reads the log through it, appends what it decided to the
// stream "connections" and its evaluations to "evaluations", and keeps a snapshot. It knows neither views nor HTTP; app
// runs it as a handler on the message router. DESIGN.md has the argument why nobody with an acknowledged heartbeat
// inside their timeout is ever declared disconnected.
package liveness
