package simulate

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// histogram counts durations in buckets that are at most 1/32 wide, from a microsecond to some hours, in the manner of
// HdrHistogram. It may be used by many goroutines at once; the zero histogram is empty.
type histogram struct {
	counts [buckets]atomic.Int64
	max    atomic.Int64 // µs
}

const (
	fine    = 5 // bits of a value that are kept
	buckets = (36 - fine) << fine
)

// add counts a duration; one below a microsecond counts as none.
func (h *histogram) add(d time.Duration) {
	us := max(0, d.Microseconds())
	h.counts[bucketOf(us)].Add(1)
	for {
		top := h.max.Load()
		if us <= top || h.max.CompareAndSwap(top, us) {
			return
		}
	}
}

// bucketOf returns the bucket of a number of microseconds.
func bucketOf(us int64) int {
	if us < 2<<fine {
		return int(us)
	}
	shift := bits.Len64(uint64(us)) - fine - 1
	return min(shift<<fine+int(us>>shift), buckets-1)
}

// upperOf returns the largest number of microseconds in a bucket.
func upperOf(bucket int) int64 {
	if bucket < 2<<fine {
		return int64(bucket)
	}
	shift := bucket>>fine - 1
	return (int64(bucket-shift<<fine)+1)<<shift - 1
}

// counts are a histogram at a moment.
type counts struct {
	buckets [buckets]int64
	total   int64
	max     time.Duration // since the beginning, also in a difference
}

// read returns the counts now.
func (h *histogram) read() *counts {
	c := &counts{max: time.Duration(h.max.Load()) * time.Microsecond}
	for i := range c.buckets {
		c.buckets[i] = h.counts[i].Load()
		c.total += c.buckets[i]
	}
	return c
}

// since returns what was counted after an earlier reading.
func (c *counts) since(earlier *counts) *counts {
	if earlier == nil {
		return c
	}
	later := *c
	later.total -= earlier.total
	for i := range later.buckets {
		later.buckets[i] -= earlier.buckets[i]
	}
	return &later
}

// quantile returns the duration that a share q of all is not longer than, too long by at most 1/32; 0 of none.
func (c *counts) quantile(q float64) time.Duration {
	rank, seen := int64(q*float64(c.total-1))+1, int64(0)
	for i, n := range c.buckets {
		if seen += n; n > 0 && seen >= rank {
			return min(time.Duration(upperOf(i))*time.Microsecond, c.max)
		}
	}
	return 0
}
