package ingest

import (
	"fmt"
	"time"

	"fleetbeat/domain"
)

// evaluation is what the last fleet.evaluated says about the clocks of the other nodes.
type evaluation struct {
	newest domain.Instant // the greatest until of any node then
	seen   time.Duration  // when it arrived here, in monotonic time
	old    bool           // it was old news when it was stored
}

// ObserveEvaluation tells the clock of an evaluation: newest as it says, stored as the log says ([eventstore.Recorded]'s
// Time; zero where unknown). While evaluations come in, a clock more than five seconds from newest refuses.
//
// The caller reads the log live and passes the last evaluation of a page that reaches the end: one that was read late
// would make a right clock look fast. An evaluation stored more than five seconds after its own newest comes from a
// liveness that lags and cannot prove that this clock is fast; that it is slow, it can.
func (c *Clock) ObserveEvaluation(newest, stored domain.Instant) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.advance()
	c.fleet = evaluation{newest: newest, seen: c.mono, old: stored.Sub(newest) > freshFor}
}

// refusal returns why a clock that shows now must not be used, or nil. Nodes whose clocks are farther apart would leave
// each other out, and the slow one's heartbeats would come after W had passed them.
func (e evaluation) refusal(now domain.Instant, mono time.Duration) error {
	if e.newest.IsZero() || mono-e.seen > freshFor {
		return nil
	}
	ahead := now.Sub(e.newest.Add(mono - e.seen))
	switch {
	case ahead < -maxApart:
		return fmt.Errorf("the clock is %v behind the other nodes': set it right", -ahead.Round(time.Millisecond))
	case ahead > maxApart && !e.old:
		return fmt.Errorf("the clock is %v ahead of the other nodes': set it right", ahead.Round(time.Millisecond))
	}
	return nil
}
