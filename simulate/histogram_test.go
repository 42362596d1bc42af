package simulate

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestQuantilesAreThoseOfAll(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 1))
	var h histogram
	var all []time.Duration
	for range 50_000 {
		d := time.Duration(math.Pow(10, 3+8*random.Float64())) // from a microsecond to minutes
		all = append(all, d)
		h.add(d)
	}
	slices.Sort(all)
	c := h.read()
	for _, q := range []float64{0, .01, .5, .9, .99, .999, 1} {
		exact := all[int(q*float64(len(all)-1))]
		got := c.quantile(q)
		require.GreaterOrEqual(t, got, exact.Truncate(time.Microsecond), "the quantile %v is never told too short", q)
		require.LessOrEqual(t, got, exact+exact/32+time.Microsecond, "nor much too long")
	}
	assert.Equal(t, all[len(all)-1].Truncate(time.Microsecond), c.max)
	assert.EqualValues(t, len(all), c.total)
}

func TestEveryDurationHasABucket(t *testing.T) {
	t.Parallel()
	last := -1
	for us := int64(0); us < 1<<40; us += 1 + us/100 {
		b := bucketOf(us)
		require.True(t, b >= last && b < buckets, "%d µs are in bucket %d", us, b)
		if b < buckets-1 {
			require.GreaterOrEqual(t, upperOf(b), us)
			require.Equal(t, b, bucketOf(upperOf(b)), "the upper end of a bucket lies in it")
		}
		last = b
	}
}

func TestHistogramsOfMany(t *testing.T) {
	t.Parallel()
	var h histogram
	assert.Zero(t, h.read().quantile(.99), "of nothing")
	var adding sync.WaitGroup
	for range 8 {
		adding.Go(func() {
			for i := range 1000 {
				h.add(time.Duration(i) * time.Millisecond)
			}
		})
	}
	adding.Wait()
	before := h.read()
	assert.EqualValues(t, 8000, before.total)
	h.add(-time.Second)
	h.add(3 * time.Second)
	later := h.read().since(before)
	assert.EqualValues(t, 2, later.total, "what came since")
	assert.Zero(t, later.quantile(0), "nothing is shorter than nothing")
	assert.Equal(t, 3*time.Second, later.quantile(1))
	assert.Same(t, before, before.since(nil))
}
