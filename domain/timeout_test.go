package domain_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
)

func overrides(interval, grace int64) (o domain.Overrides) {
	if interval >= 0 {
		o.IntervalSeconds = &interval
	}
	if grace >= 0 {
		o.GraceSeconds = &grace
	}
	return o
}

func TestResolve(t *testing.T) {
	t.Parallel()
	global := domain.Settings{IntervalSeconds: 60, GraceSeconds: 30}
	const none = -1
	for _, c := range []struct {
		promise           string
		customer, vehicle domain.Overrides
		want              domain.Timeout
	}{
		{"global where nobody else sets anything", overrides(none, none), overrides(none, none),
			domain.Timeout{IntervalSeconds: 60, IntervalFrom: domain.FromGlobal, GraceSeconds: 30, GraceFrom: domain.FromGlobal}},
		{"the customer before global", overrides(120, 10), overrides(none, none),
			domain.Timeout{IntervalSeconds: 120, IntervalFrom: domain.FromCustomer, GraceSeconds: 10, GraceFrom: domain.FromCustomer}},
		{"the vehicle before the customer", overrides(120, 10), overrides(5, 1),
			domain.Timeout{IntervalSeconds: 5, IntervalFrom: domain.FromVehicle, GraceSeconds: 1, GraceFrom: domain.FromVehicle}},
		{"the vehicle before global", overrides(none, none), overrides(5, 1),
			domain.Timeout{IntervalSeconds: 5, IntervalFrom: domain.FromVehicle, GraceSeconds: 1, GraceFrom: domain.FromVehicle}},
		{"interval from the customer, grace from the vehicle", overrides(120, none), overrides(none, 1),
			domain.Timeout{IntervalSeconds: 120, IntervalFrom: domain.FromCustomer, GraceSeconds: 1, GraceFrom: domain.FromVehicle}},
		{"interval from the vehicle, grace from the customer", overrides(120, 10), overrides(5, none),
			domain.Timeout{IntervalSeconds: 5, IntervalFrom: domain.FromVehicle, GraceSeconds: 10, GraceFrom: domain.FromCustomer}},
		{"interval from the vehicle, grace from global", overrides(none, none), overrides(5, none),
			domain.Timeout{IntervalSeconds: 5, IntervalFrom: domain.FromVehicle, GraceSeconds: 30, GraceFrom: domain.FromGlobal}},
		{"interval from global, grace from the customer", overrides(none, 10), overrides(none, none),
			domain.Timeout{IntervalSeconds: 60, IntervalFrom: domain.FromGlobal, GraceSeconds: 10, GraceFrom: domain.FromCustomer}},
		{"a grace of zero is set, not inherited", overrides(none, 10), overrides(none, 0),
			domain.Timeout{IntervalSeconds: 60, IntervalFrom: domain.FromGlobal, GraceSeconds: 0, GraceFrom: domain.FromVehicle}},
	} {
		t.Run(c.promise, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, domain.Resolve(global, c.customer, c.vehicle))
		})
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	t.Run("the total is interval and grace, and the interval is itself", func(t *testing.T) {
		t.Parallel()
		timeout := domain.Timeout{IntervalSeconds: 60, GraceSeconds: 30}
		assert.Equal(t, time.Minute, timeout.Interval())
		assert.Equal(t, 90*time.Second, timeout.Total())
	})
	t.Run("the longest timeout does not overflow", func(t *testing.T) {
		t.Parallel()
		timeout := domain.Timeout{IntervalSeconds: domain.MaxIntervalSeconds, GraceSeconds: domain.MaxGraceSeconds}
		assert.Equal(t, 14*24*time.Hour, timeout.Total())
	})
	t.Run("the timeout of a new log lies within the limits and is a minute and a half", func(t *testing.T) {
		t.Parallel()
		require.NoError(t, domain.CheckInterval("", domain.DefaultIntervalSeconds))
		require.NoError(t, domain.CheckGrace("", domain.DefaultGraceSeconds))
		assert.Equal(t, 90, domain.DefaultIntervalSeconds+domain.DefaultGraceSeconds)
	})
}

func TestOverridesEqual(t *testing.T) {
	t.Parallel()
	values := []int64{-1, 0, 60} // -1 inherits
	for _, a := range values {
		for _, b := range values {
			for _, c := range values {
				for _, d := range values {
					o, p := overrides(a, b), overrides(c, d)
					assert.Equal(t, a == c && b == d, o.Equal(p), "%d %d and %d %d", a, b, c, d)
				}
			}
		}
	}
}

func TestTimeoutLimits(t *testing.T) {
	t.Parallel()
	const week = 7 * 24 * 3600
	for _, c := range []struct {
		promise string
		check   func(string, int64) error
		seconds int64
		ok      bool
	}{
		{"an interval of a second is allowed", domain.CheckInterval, 1, true},
		{"an interval of a week is allowed", domain.CheckInterval, week, true},
		{"an interval of zero is refused", domain.CheckInterval, 0, false},
		{"a negative interval is refused", domain.CheckInterval, -1, false},
		{"an interval of more than a week is refused", domain.CheckInterval, week + 1, false},
		{"an interval that would overflow is refused", domain.CheckInterval, 1<<63 - 1, false},
		{"a grace of zero is allowed", domain.CheckGrace, 0, true},
		{"a grace of a week is allowed", domain.CheckGrace, week, true},
		{"a negative grace is refused", domain.CheckGrace, -1, false},
		{"a grace of more than a week is refused", domain.CheckGrace, week + 1, false},
		{"a grace that would overflow is refused", domain.CheckGrace, -1 << 63, false},
	} {
		t.Run(c.promise, func(t *testing.T) {
			t.Parallel()
			err := c.check("theField", c.seconds)
			if c.ok {
				require.NoError(t, err)
				return
			}
			requireInvalid(t, err, "theField")
		})
	}
}
