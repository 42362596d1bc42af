package bench

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestProcessorTimeOfAProcess(t *testing.T) {
	t.Parallel()
	worked, ok := workedIn([]byte("42 (a name) with (spaces) S 1 42 42 0 -1 4194560 1 0 0 0 250 50 0 0 20 0 8"))
	assert.True(t, ok)
	assert.InDelta(t, 3, worked.Seconds(), 0, "the time in the program and in the kernel")
	for _, broken := range []string{"", "42 (x) S 1", "42 (x) S 1 42 42 0 -1 4194560 1 0 0 0 many 50 0 0"} {
		_, ok = workedIn([]byte(broken))
		assert.False(t, ok, broken)
	}
	_, ok = processorTime(-1)
	assert.False(t, ok, "a process that there is none of")
	assert.Empty(t, byProcessorTime(nil))
	assert.Equal(t, "; by processor time 0.50 of the floor", byProcessorTime([]float64{0.4, 0.5, 0.6}))
}

func TestWhatOthersDo(t *testing.T) {
	t.Parallel()
	t.Run("cores are busy with all but idling and waiting for a disk", func(t *testing.T) {
		t.Parallel()
		busy, possible, ok := coresIn("cpu  100 1 50 800 40 2 3 4 7 8\ncpu0 1 1 1 1\n")
		assert.True(t, ok)
		assert.Equal(t, 1600*time.Millisecond, busy)
		assert.Equal(t, 10*time.Second, possible)
	})
	t.Run("what cannot be read tells nothing", func(t *testing.T) {
		t.Parallel()
		for _, text := range []string{"", "cpu 1 2 3", "cpu0 1 2 3 4 5 6 7 8", "cpu 1 2 3 4 5 6 7 many"} {
			_, _, ok := coresIn(text)
			assert.False(t, ok, text)
		}
	})
	t.Run("a share is between none and all", func(t *testing.T) {
		t.Parallel()
		share := others()
		for until := time.Now().Add(30 * time.Millisecond); time.Now().Before(until); {
			_, _ = processorTime(os.Getpid()) // something of our own to do
		}
		assert.GreaterOrEqual(t, share(), 0.0)
		assert.LessOrEqual(t, share(), 1.0)
	})
	t.Run("it is told where it is worth telling", func(t *testing.T) {
		t.Parallel()
		assert.Empty(t, othersText(0.005))
		assert.Equal(t, "; other processes took 71 % of the cores", othersText(0.71))
	})
}
