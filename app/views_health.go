package app

import (
	"errors"
	"fmt"
	"time"

	"fleetbeat/domain"
	"fleetbeat/projections"
)

// old is how far a view may be behind before operators are told.
const old = 30 * time.Second

// unready says which views keep this process from being ready, and why. Those that other processes share keep no node from
// taking heartbeats, once they were seen.
func (v *views) unready(api bool, report func(part, why string)) {
	for _, each := range v.all {
		if each.follower != nil {
			each.unreadyShared(api, report)
			continue
		}
		switch s := each.projection.State(); {
		case s.Building && !s.CaughtUp:
			report(each.name, building(s.Progress))
		case s.AsOf.IsZero():
			report(each.name, "has no moment to show yet: the first evaluation is not there")
		}
	}
}

// unreadyShared says why a shared view keeps this process from being ready: one that answers questions waits until there is
// something to show, unless its engine is away; one that folds alone is as ready as its engine.
func (v *view) unreadyShared(api bool, report func(part, why string)) {
	s, err := v.follower.State(), v.follower.Err()
	switch {
	case api && err == nil && s.AsOf.IsZero():
		report(v.name, "has no moment to show yet: it is being built, or nobody folds it")
	case !api && err != nil:
		report(v.name, whatever(err))
	case !api && v.owned() && v.projection.State().Building && !v.projection.State().CaughtUp:
		report(v.name, building(v.projection.State().Progress))
	}
}

// owned reports whether this process folds the view now.
func (v *view) owned() bool {
	if v.projection == nil || v.tenancy == nil {
		return v.projection != nil
	}
	owner, _ := v.tenancy.state()
	return owner
}

// warn says which shared views show less than they should.
func (v *views) warn(now domain.Instant, report func(part, why string)) {
	for _, each := range v.all {
		if each.follower == nil {
			continue
		}
		s, err := each.follower.State(), each.follower.Err()
		switch {
		case err != nil:
			report(each.name, whatever(err))
		case !s.AsOf.IsZero() && now.Sub(s.AsOf) > old:
			report(each.name, fmt.Sprintf("shows what was %v ago: nobody folds it, or nobody decides who is connected",
				now.Sub(s.AsOf).Round(time.Second)))
		}
	}
}

// shared reports whether other processes fold or read a view, too.
func (v *views) shared(name string) bool {
	for _, each := range v.all {
		if each.name == name {
			return each.follower != nil
		}
	}
	return false
}

// whatever says what is wrong with an engine of views, as far as it has words for it.
func whatever(err error) string {
	var fault *projections.FaultError
	if errors.As(err, &fault) {
		return fault.What
	}
	return "its engine does not answer; this ends by itself when it does"
}

// building says how far a view has come. After the last event, indexes are made.
func building(p projections.Progress) string {
	if f := p.Fraction(); f < 1 {
		return fmt.Sprintf("is being built, %.0f %% of the log folded", 100*f)
	}
	return "is being built: the log is folded, indexes are made"
}
