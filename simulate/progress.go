package simulate

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"
)

const (
	liveEvery = time.Second
	lineEvery = 10 * time.Second
)

// progress tells how a run goes.
type progress struct {
	*engine
	out    io.Writer
	live   bool
	before reading
}

// reading is what the last line was made from: a line tells what happened since.
type reading struct {
	at                    time.Duration
	pings                 int64
	answer, seen, missing *counts
}

// tell writes a line now and then until ctx ends.
func (p *progress) tell(ctx context.Context) {
	every := lineEvery
	if p.live {
		every = liveEvery
	}
	ticks := time.NewTicker(every)
	defer ticks.Stop()
	for {
		select {
		case <-ticks.C:
			if line := p.line(time.Since(p.start)); p.live {
				fmt.Fprintf(p.out, "\r\x1b[K%s", line)
			} else {
				fmt.Fprintln(p.out, line)
			}
		case <-ctx.Done():
			if p.live {
				fmt.Fprint(p.out, "\r\x1b[K")
			}
			return
		}
	}
}

// line returns how it goes.
func (p *progress) line(at time.Duration) string {
	s := p.stats
	now := reading{at, s.pings.Load(), s.answered.read(), s.connects.read(), s.disconnect.read()}
	past := now.at - p.before.at
	_, failed := s.failures()
	line := fmt.Sprintf("%02d:%02d  %.0f/s  %d errors  %d late  ms p50/p99: 202 %s  visible %s  deadline %s", // fits into 100 columns
		int(at.Minutes()), int(at.Seconds())%60, float64(now.pings-p.before.pings)/past.Seconds(), failed, s.late.Load(),
		pair(now.answer.since(p.before.answer)), pair(now.seen.since(p.before.seen)), pair(now.missing.since(p.before.missing)))
	p.before = now
	return line
}

// pair returns the median and the 99th percentile in milliseconds.
func pair(c *counts) string {
	if c.total == 0 {
		return "–"
	}
	in := func(q float64) string {
		digits := 0
		if c.quantile(q) < 10*time.Millisecond {
			digits = 1
		}
		return strconv.FormatFloat(float64(c.quantile(q).Microseconds())/1000, 'f', digits, 64)
	}
	return in(.5) + "/" + in(.99)
}
