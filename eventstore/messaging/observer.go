package messaging

import (
	"time"

	"fleetbeat/eventstore"
)

// Observer is told how handlers fare: health keeps what is stuck and why, metrics count. It is called by many
// goroutines at once, on the way of every page, so it must not wait.
type Observer interface {
	// OnSuccess says that handler has handled d, and how long the try that succeeded took. Whatever was wrong with
	// handler before is over. d.Live says that handler has caught up.
	OnSuccess(handler string, d eventstore.Delivery, took time.Duration)
	// OnError says that handler could not handle its page, or that its subscription failed. It is tried again, for
	// ever; nothing is skipped.
	OnError(handler string, err error)
}
