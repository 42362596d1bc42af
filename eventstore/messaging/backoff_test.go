package messaging

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestBackoff(t *testing.T) {
	t.Parallel()
	t.Run("doubles up to the longest, less a random half at most", func(t *testing.T) {
		t.Parallel()
		b := Backoff{Min: 10 * time.Millisecond, Max: time.Second}.orDefault()
		want := 10 * time.Millisecond
		for failures := range 100 {
			for range 20 {
				got := b.delay(failures)
				assert.LessOrEqual(t, got, want)
				assert.GreaterOrEqual(t, got, want/2)
			}
			want = min(2*want, time.Second)
		}
	})
	t.Run("differs from reader to reader", func(t *testing.T) {
		t.Parallel()
		b, seen := Backoff{}.orDefault(), map[time.Duration]bool{}
		for range 20 {
			seen[b.delay(5)] = true
		}
		assert.Greater(t, len(seen), 1)
	})
	t.Run("fills in what is not said", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, Backoff{DefaultMinBackoff, DefaultMaxBackoff}, Backoff{}.orDefault())
		assert.Equal(t, Backoff{time.Minute, time.Minute}, Backoff{Min: time.Minute}.orDefault(), "never less than the least")
	})
}
