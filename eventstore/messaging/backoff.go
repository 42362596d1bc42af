package messaging

import (
	"context"
	"math/rand/v2"
	"time"
)

// How long to wait between tries unless told otherwise: short enough that an engine's restart goes unnoticed, long
// enough that an engine that is down is not hammered.
const (
	DefaultMinBackoff = 20 * time.Millisecond
	DefaultMaxBackoff = 5 * time.Second
)

// Backoff says how long to wait before something is tried again: Min after the first failure, doubled with each
// further one up to Max, of which a random half is taken off so that readers that failed together do not return
// together. Zero fields mean the defaults.
type Backoff struct {
	Min, Max time.Duration
}

// orDefault returns b with its zero fields filled in and Max at least Min.
func (b Backoff) orDefault() Backoff {
	if b.Min <= 0 {
		b.Min = DefaultMinBackoff
	}
	if b.Max <= 0 {
		b.Max = DefaultMaxBackoff
	}
	b.Max = max(b.Max, b.Min)
	return b
}

// delay returns the wait after so many failures before this one: between half of it and all of it.
func (b Backoff) delay(failures int) time.Duration {
	d := b.Min
	for ; failures > 0 && d < b.Max; failures-- {
		d *= 2
	}
	d = min(d, b.Max)
	return d - rand.N(d/2+1)
}

// wait waits for delay(failures) and reports false where ctx ended first.
func (b Backoff) wait(ctx context.Context, failures int) bool { return wait(ctx, b.delay(failures)) }

// wait waits for d, not at all where that is no time, and reports false where ctx ended first.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
