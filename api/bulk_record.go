package api

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"fleetbeat/commands"
	"fleetbeat/domain"
)

// How long lines wait for what is short now. Meanwhile nothing is read: the client waits.
const (
	retryEvery = 500 * time.Millisecond
	// recordPatience is for a log without room, as often as there is progress in between.
	recordPatience = 30 * time.Second
	// lookupPatience is for looking up vehicles that this node does not know, of a whole body: a few are looked up in
	// time, and a file of nothing but wrong VINs does not take hours.
	lookupPatience = 10 * time.Second
)

// refusedLine is a line that the command refused.
type refusedLine struct {
	line int64
	why  *domain.Error
}

// recordChunk records a chunk, trying again what there was no room for. An error means that of some lines nothing is
// known; the others are counted.
func (u *upload) recordChunk(c *chunk) error {
	var refused []refusedLine
	defer func() {
		slices.SortStableFunc(refused, func(a, b refusedLine) int { return cmp.Compare(a.line, b.line) })
		for _, r := range refused {
			u.refused.add(r.line, r.why)
		}
	}()
	patience := recordPatience
	for heartbeats, lines := c.heartbeats, c.lines; len(lines) > 0; {
		result, err := u.handle(heartbeats)
		n := len(result.Verdicts)
		again, fault := u.judge(result.Verdicts, heartbeats, lines, &refused)
		overloaded := isOverloaded(err)
		if fault == nil && !overloaded {
			fault = err
		}
		if fault != nil {
			return fault
		}
		// What is tried again moves to the end of what was judged, right before what was not.
		heartbeats, lines = heartbeats[n-again:], lines[n-again:]
		if again > 0 {
			u.patience -= retryEvery
		}
		switch {
		case n > again:
			patience = recordPatience
		case overloaded && patience <= 0:
			return err
		case overloaded:
			patience -= retryEvery
		}
		if len(lines) > 0 && !u.pause() {
			return u.body.cutWhy()
		}
	}
	return nil
}

// handle hands heartbeats to the command when it is this upload's turn.
func (u *upload) handle(heartbeats []domain.Heartbeat) (commands.RecordResult, error) {
	u.bulk.turns <- struct{}{}
	defer func() { <-u.bulk.turns }()
	return u.bulk.deps.Commands.RecordMany.Handle(u.ctx, commands.RecordHeartbeats{Heartbeats: heartbeats, CustomerID: ownerOf(u.ctx)})
}

// judge counts what became of the first heartbeats. Those to be tried again are moved behind the others, in their order,
// and their number is returned. The error is the first of a line that nobody knows anything of.
func (u *upload) judge(verdicts []commands.Verdict, heartbeats []domain.Heartbeat, lines []int64, refused *[]refusedLine) (again int, fault error) {
	for i := len(verdicts) - 1; i >= 0; i-- {
		v := &verdicts[i]
		switch {
		case v.Err == nil && v.Duplicate:
			u.duplicates++
		case v.Err == nil:
			u.accepted++
		case v.Err.Kind == domain.Unavailable || v.Err.Kind == domain.Internal:
			fault = v.Err
			continue
		case v.Err.Kind == domain.Overloaded && u.patience > 0:
			again++
			to := len(verdicts) - again
			heartbeats[i], heartbeats[to] = heartbeats[to], heartbeats[i]
			lines[i], lines[to] = lines[to], lines[i]
			continue
		default:
			*refused = append(*refused, refusedLine{lines[i], v.Err})
			continue
		}
		if u.position.Before(v.Position) {
			u.position = v.Position
		}
	}
	return again, fault
}

// pause waits before something is tried again. It returns false if there is no time for that: the body was cut off.
func (u *upload) pause() bool {
	timer := time.NewTimer(retryEvery)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-u.body.off:
		return false
	}
}

func isOverloaded(err error) bool {
	var known *domain.Error
	return errors.As(err, &known) && known.Kind == domain.Overloaded
}
