package commands

import (
	"errors"
	"time"

	"fleetbeat/domain"
)

// checkOverrides returns the Invalid error that names every override out of its limits, or nil.
func checkOverrides(o domain.Overrides) error {
	var interval, grace error
	if o.IntervalSeconds != nil {
		interval = domain.CheckInterval("intervalSeconds", *o.IntervalSeconds)
	}
	if o.GraceSeconds != nil {
		grace = domain.CheckGrace("graceSeconds", *o.GraceSeconds)
	}
	return together(interval, grace)
}

// checkTimeout returns the Invalid error of a timeout longer than most (0: no limit), or nil. A longer one might outlive
// the heartbeats that it is reckoned from.
func checkTimeout(t domain.Timeout, most time.Duration) error {
	if most <= 0 || t.Total() <= most {
		return nil
	}
	field := "intervalSeconds"
	if t.GraceSeconds > t.IntervalSeconds {
		field = "graceSeconds"
	}
	return domain.InvalidField(field, "interval %d s (%s) and grace %d s (%s) together may be at most %d seconds, half of how long heartbeats are kept",
		t.IntervalSeconds, t.IntervalFrom, t.GraceSeconds, t.GraceFrom, int64(most/time.Second))
}

// together returns one Invalid error with the fields of all that are not nil, nil if all are: somebody who fills in a
// form wants to hear of all its mistakes at once.
func together(errs ...error) error {
	var sum *domain.Error
	for _, err := range errs {
		var e *domain.Error
		switch {
		case err == nil:
		case !errors.As(err, &e) || e.Kind != domain.Invalid:
			return err
		case sum == nil:
			first := *e
			sum = &first
		default:
			sum.Fields = append(sum.Fields[:len(sum.Fields):len(sum.Fields)], e.Fields...)
			sum.Message = "several fields are wrong"
		}
	}
	if sum == nil {
		return nil
	}
	return sum
}

// checkSettings returns the Invalid error of settings out of their limits, or together longer than most, or nil.
func checkSettings(s domain.Settings, most time.Duration) error {
	err := together(domain.CheckInterval("intervalSeconds", s.IntervalSeconds), domain.CheckGrace("graceSeconds", s.GraceSeconds))
	if err != nil {
		return err
	}
	return checkTimeout(domain.Resolve(s, domain.Overrides{}, domain.Overrides{}), most)
}
