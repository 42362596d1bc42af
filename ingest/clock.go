package ingest

import (
	"fmt"
	"sync"
	"time"

	"fleetbeat/domain"
)

const (
	// maxStep is how far the wall clock may jump forward, or start behind the log, and still be believed.
	maxStep = 10 * time.Minute
	// maxApart is how far this node's clock may be from the fleet's.
	maxApart = 5 * time.Second
	// freshFor is for how long an evaluation says something about the fleet's clock.
	freshFor = 5 * time.Second
	// asleepFrom is the step forward from which on the clock asks whether the machine slept.
	asleepFrom = time.Second
)

// ClockOptions say where a [Clock] has its time from. The zero value is the machine's own clocks.
type ClockOptions struct {
	// Times returns the wall clock and a monotonic time, which may stand still while the machine sleeps, read together.
	Times func() (wall time.Time, mono time.Duration)
	// Boot returns a monotonic time that goes on while the machine sleeps. Without it a machine that slept for more than
	// ten minutes looks as if somebody had set its clock. nil with Times set: there is none.
	Boot func() time.Duration
	// NotBefore is the watermark (W) of the log: receipt time never begins before it.
	NotBefore domain.Instant
	// Trust believes the wall clock whatever it says (--trust-clock). The comparison with the fleet stays.
	Trust bool
}

// Clock is the receipt clock, one a process. It begins at the wall clock or at W, whichever is later, runs on monotonic
// time, follows the wall clock forward at once, and runs at nine tenths after a step back until they meet. It never goes
// back. Where it cannot know the time it refuses (see [Clock.Refusing]) and the node takes no heartbeats.
//
// All methods may be called by many goroutines at once.
type Clock struct {
	times func() (time.Time, time.Duration)
	boot  func() time.Duration
	trust bool

	mu     sync.Mutex
	now    int64         // nanoseconds since 1970
	mono   time.Duration // when now was right
	asleep time.Duration // how far boot was ahead of mono when last asked
	early  time.Duration // how far the wall is behind W, where that is too far since the start
	step   time.Duration // how far the wall is ahead, where that is too far to be followed
	fleet  evaluation
}

// NewClock returns a clock that begins now.
func NewClock(o ClockOptions) *Clock {
	if o.Times == nil {
		start := time.Now()
		o.Times = func() (time.Time, time.Duration) {
			now := time.Now()
			return now, now.Sub(start)
		}
		o.Boot = systemBoot()
	}
	if o.Boot == nil {
		o.Boot = func() time.Duration { return 0 }
	}
	c := &Clock{times: o.Times, boot: o.Boot, trust: o.Trust}
	wall, mono := c.times()
	c.now, c.mono, c.asleep = wall.UnixNano(), mono, c.boot()-mono
	c.NotBefore(o.NotBefore)
	return c
}

// Now returns the receipt time. It is never less than any it returned before.
func (c *Clock) Now() domain.Instant {
	now, _ := c.read()
	return now
}

// Refusing returns why no heartbeat may be stamped now, in words for the operator, or nil.
func (c *Clock) Refusing() error {
	_, refusal := c.read()
	return refusal
}

// NotBefore raises the clock to w, the latest moment that the log knows of, before the first heartbeat is stamped: a
// receipt before it would count as one at w. More than ten minutes ahead of the wall clock it refuses, standing at w,
// until the wall comes closer; running on meanwhile would only keep them apart for longer.
func (c *Clock) NotBefore(w domain.Instant) {
	c.mu.Lock()
	defer c.mu.Unlock()
	wall := c.advance()
	at := w.Time().UnixNano()
	if w.IsZero() || at <= c.now {
		return
	}
	c.now = at
	if behind := time.Duration(at - wall); behind > maxStep && !c.trust {
		c.early = behind
	}
}

// read returns the receipt time and why it must not be used as a stamp, or nil: one look for both.
func (c *Clock) read() (domain.Instant, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.advance()
	now := domain.Instant(c.now / int64(time.Millisecond))
	switch {
	case c.early > 0:
		return now, fmt.Errorf("the clock is %v behind the log: set it right, or start with --trust-clock", c.early.Round(time.Second))
	case c.step > 0:
		return now, fmt.Errorf("the clock jumped forward by %v: set it right, or start with --trust-clock", c.step.Round(time.Second))
	}
	return now, c.fleet.refusal(now, c.mono)
}

// advance brings the clock to this moment and returns the wall clock, in nanoseconds.
func (c *Clock) advance() int64 {
	t, mono := c.times()
	wall, ran := t.UnixNano(), max(mono-c.mono, 0)
	c.mono = mono
	if c.early > 0 {
		if c.early = time.Duration(c.now - wall); c.early <= maxStep {
			c.early, c.now = 0, max(c.now, wall) // it begins only now: no step is too far
		}
		return wall
	}
	run := c.now + int64(ran)
	ahead := time.Duration(wall - run)
	c.step = 0
	if ahead > asleepFrom {
		slept := c.boot() - mono - c.asleep
		if ahead-max(slept, 0) > maxStep && !c.trust {
			c.now, c.step = run, ahead
			return wall
		}
		c.asleep += slept
	}
	c.now = max(wall, c.now+int64(ran)*9/10)
	return wall
}
