package simulate

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"

	"fleetbeat/simulate/target"
	"fleetbeat/simulate/truth"
)

// verdict is what an answer, or that there was none, means for what was sent.
type verdict struct {
	outcome truth.Outcome
	kind    string // of the error; empty where there is none
	again   bool   // sending it again may help
}

// verdictOf returns the verdict of a [target.Connection.Post]. What was answered 503 may yet be in the log: its append
// was of unknown outcome.
func verdictOf(status int, err error) verdict {
	var network net.Error
	switch {
	case err != nil && target.NotSent(err):
		return verdict{truth.Refused, "connect", true}
	case errors.Is(err, context.Canceled):
		return verdict{truth.Unknown, "cut off", false}
	case errors.As(err, &network) && network.Timeout():
		return verdict{truth.Unknown, "timeout", true}
	case err != nil:
		return verdict{truth.Unknown, "connection", true}
	case status/100 == 2:
		return verdict{truth.Accepted, "", false}
	case status == http.StatusTooManyRequests:
		return verdict{truth.Refused, strconv.Itoa(status), true}
	case status >= 500:
		return verdict{truth.Unknown, strconv.Itoa(status), true}
	}
	return verdict{truth.Refused, strconv.Itoa(status), false}
}

const (
	firstRetry  = time.Second
	longestWait = 30 * time.Second
)

// backoff returns how long a device waits before it sends something again: as long as it was told, and longer each time
// where it was not; never all devices equally long, or they would all come back at once.
func backoff(attempt int, told time.Duration) time.Duration {
	wait := max(told, min(firstRetry<<min(attempt, 10), longestWait))
	return wait + time.Duration(rand.Int64N(int64(wait)/4+1))
}
