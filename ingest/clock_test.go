package ingest

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

// inTime runs a test of a clock in virtual time. start is when it begins, by the wall.
func inTime(t *testing.T, o ClockOptions, test func(c *Clock, times *fakeTimes, start domain.Instant)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(*testing.T) {
		times := &fakeTimes{start: time.Now()}
		o.Times, o.Boot = times.times, times.boot
		if !o.NotBefore.IsZero() { // given as a distance from the start
			o.NotBefore += domain.InstantOf(times.start)
		}
		test(NewClock(o), times, domain.InstantOf(times.start))
	})
}

// away is a distance in the place of NotBefore.
func away(d time.Duration) domain.Instant { return domain.Instant(d.Milliseconds()) }

func TestClockRuns(t *testing.T) {
	t.Parallel()
	t.Run("shows the wall clock, in whole milliseconds", func(t *testing.T) {
		inTime(t, ClockOptions{}, func(c *Clock, _ *fakeTimes, start domain.Instant) {
			pass(1234567 * time.Microsecond)
			assert.Equal(t, start.Add(1234*time.Millisecond), c.Now())
			require.NoError(t, c.Refusing())
		})
	})
	t.Run("follows the wall clock forward at once", func(t *testing.T) {
		inTime(t, ClockOptions{}, func(c *Clock, times *fakeTimes, start domain.Instant) {
			times.jump(9 * time.Minute)
			assert.Equal(t, start.Add(9*time.Minute), c.Now())
			require.NoError(t, c.Refusing())
		})
	})
	t.Run("after a step back runs at nine tenths until they meet", func(t *testing.T) {
		inTime(t, ClockOptions{}, func(c *Clock, times *fakeTimes, start domain.Instant) {
			times.jump(-10 * time.Second)
			assert.Equal(t, start, c.Now())
			pass(10 * time.Second)
			assert.Equal(t, start.Add(9*time.Second), c.Now())
			pass(80 * time.Second)
			assert.Equal(t, start.Add(81*time.Second), c.Now())
			pass(10 * time.Second)
			assert.Equal(t, start.Add(90*time.Second), c.Now(), "100 s at nine tenths, and the wall shows the same")
			pass(10 * time.Second)
			assert.Equal(t, start.Add(100*time.Second), c.Now(), "as fast as the wall again")
		})
	})
	t.Run("never goes back, whatever the wall clock does and however often it is read", func(t *testing.T) {
		inTime(t, ClockOptions{}, func(c *Clock, times *fakeTimes, _ domain.Instant) {
			last := c.Now()
			for i := range 2000 {
				times.jump(time.Duration((i*7919)%4001-2000) * time.Millisecond)
				pass(time.Duration(i%3) * 333 * time.Microsecond)
				now := c.Now()
				require.GreaterOrEqual(t, now, last)
				last = now
			}
		})
	})
}

func TestClockStart(t *testing.T) {
	t.Parallel()
	t.Run("begins at W where the wall is a little behind, and runs slowly until they meet", func(t *testing.T) {
		inTime(t, ClockOptions{NotBefore: away(time.Minute)}, func(c *Clock, _ *fakeTimes, start domain.Instant) {
			assert.Equal(t, start.Add(time.Minute), c.Now())
			require.NoError(t, c.Refusing())
			pass(10 * time.Second)
			assert.Equal(t, start.Add(69*time.Second), c.Now())
			pass(10 * time.Minute)
			assert.Equal(t, start.Add(10*time.Minute+10*time.Second), c.Now())
		})
	})
	t.Run("begins at the wall clock where the log is older, by however much", func(t *testing.T) {
		inTime(t, ClockOptions{NotBefore: away(-1000 * time.Hour)}, func(c *Clock, _ *fakeTimes, start domain.Instant) {
			assert.Equal(t, start, c.Now())
			require.NoError(t, c.Refusing())
		})
	})
	t.Run("more than ten minutes behind W it refuses and stands, until they are ten minutes apart", func(t *testing.T) {
		inTime(t, ClockOptions{NotBefore: away(11 * time.Minute)}, func(c *Clock, _ *fakeTimes, start domain.Instant) {
			require.ErrorContains(t, c.Refusing(), "11m0s behind the log")
			pass(59 * time.Second)
			require.Error(t, c.Refusing())
			assert.Equal(t, start.Add(11*time.Minute), c.Now())
			pass(time.Second)
			require.NoError(t, c.Refusing())
			pass(10 * time.Second)
			assert.Equal(t, start.Add(11*time.Minute+9*time.Second), c.Now())
		})
	})
	t.Run("the clock is set right: it goes on at once", func(t *testing.T) {
		inTime(t, ClockOptions{NotBefore: away(time.Hour)}, func(c *Clock, times *fakeTimes, start domain.Instant) {
			require.Error(t, c.Refusing())
			times.jump(2 * time.Hour)
			require.NoError(t, c.Refusing())
			assert.Equal(t, start.Add(2*time.Hour), c.Now())
		})
	})
	t.Run("trusted, it refuses nothing and begins at W", func(t *testing.T) {
		inTime(t, ClockOptions{NotBefore: away(time.Hour), Trust: true}, func(c *Clock, times *fakeTimes, start domain.Instant) {
			require.NoError(t, c.Refusing())
			assert.Equal(t, start.Add(time.Hour), c.Now())
			times.jump(24 * time.Hour)
			require.NoError(t, c.Refusing())
			assert.Equal(t, start.Add(24*time.Hour), c.Now())
		})
	})
	t.Run("NotBefore never sets it back", func(t *testing.T) {
		inTime(t, ClockOptions{}, func(c *Clock, _ *fakeTimes, start domain.Instant) {
			c.NotBefore(start.Add(time.Second))
			c.NotBefore(start.Add(-time.Second))
			c.NotBefore(0)
			assert.Equal(t, start.Add(time.Second), c.Now())
		})
	})
}

func TestClockSteps(t *testing.T) {
	t.Parallel()
	t.Run("a step forward of ten minutes is followed, one of more refuses and is not", func(t *testing.T) {
		inTime(t, ClockOptions{}, func(c *Clock, times *fakeTimes, start domain.Instant) {
			times.jump(10 * time.Minute)
			require.NoError(t, c.Refusing())
			times.jump(10*time.Minute + time.Millisecond)
			require.ErrorContains(t, c.Refusing(), "jumped forward by 10m0s")
			pass(3 * time.Second)
			assert.Equal(t, start.Add(10*time.Minute+3*time.Second), c.Now(), "it runs on by itself")
			times.jump(-10 * time.Minute)
			require.NoError(t, c.Refusing(), "the clock was set right")
			assert.Equal(t, start.Add(10*time.Minute+3*time.Second), c.Now()-1)
		})
	})
	t.Run("a machine that slept for hours has a right clock", func(t *testing.T) {
		inTime(t, ClockOptions{}, func(c *Clock, times *fakeTimes, start domain.Instant) {
			times.suspend(8 * time.Hour)
			require.NoError(t, c.Refusing())
			assert.Equal(t, start.Add(8*time.Hour), c.Now())
		})
	})
	t.Run("a sleep excuses no later step", func(t *testing.T) {
		inTime(t, ClockOptions{}, func(c *Clock, times *fakeTimes, _ domain.Instant) {
			times.suspend(9 * time.Minute)
			require.NoError(t, c.Refusing())
			times.jump(11 * time.Minute)
			require.Error(t, c.Refusing())
		})
	})
	t.Run("where nothing tells sleep from a step, a long sleep refuses", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			times := &fakeTimes{start: time.Now()}
			c := NewClock(ClockOptions{Times: times.times})
			pass(time.Hour)
			require.NoError(t, c.Refusing())
			times.suspend(8 * time.Hour)
			require.Error(t, c.Refusing())
		})
	})
}

func TestClockAndTheFleet(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		newest  time.Duration // against our clock
		stored  time.Duration // against newest
		later   time.Duration // when we ask
		refuses string
	}{
		{"five seconds behind the others is near enough", 5 * time.Second, 0, 0, ""},
		{"more than five seconds behind the others refuses", 5001 * time.Millisecond, 0, 0, "behind the other nodes'"},
		{"five seconds ahead is near enough", -5 * time.Second, 0, 0, ""},
		{"more than five seconds ahead refuses", -5001 * time.Millisecond, 0, 0, "ahead of the other nodes'"},
		{"four seconds later it still refuses", -6 * time.Second, 0, 4 * time.Second, "ahead of the other nodes'"},
		{"an evaluation over five seconds old says nothing", -6 * time.Second, 0, 5001 * time.Millisecond, ""},
		{"one that was old when it was stored does not make us fast", -time.Hour, 6 * time.Second, 0, ""},
		{"one that was old when it was stored proves that we are slow", time.Hour, 6 * time.Second, 0, "behind the other nodes'"},
	} {
		t.Run(c.name, func(t *testing.T) {
			inTime(t, ClockOptions{Trust: true}, func(clock *Clock, _ *fakeTimes, start domain.Instant) {
				newest := start.Add(c.newest)
				clock.ObserveEvaluation(newest, newest.Add(c.stored))
				pass(c.later)
				if c.refuses == "" {
					require.NoError(t, clock.Refusing())
				} else {
					require.ErrorContains(t, clock.Refusing(), c.refuses)
				}
			})
		})
	}
}

func TestSystemClock(t *testing.T) {
	t.Parallel()
	before := domain.InstantOf(time.Now())
	c := NewClock(ClockOptions{})
	assert.GreaterOrEqual(t, c.Now(), before)
	assert.LessOrEqual(t, c.Now(), domain.InstantOf(time.Now()))
	require.NoError(t, c.Refusing())
	if boot := systemBoot(); boot != nil {
		first := boot()
		assert.Positive(t, first)
		assert.GreaterOrEqual(t, boot(), first)
	}
}
