package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// step is one thing to undo, by the name that an operator reads when it hangs.
type step struct {
	name string
	stop func(ctx context.Context) error
}

// stack undoes what was started, the last first. Running it twice is harmless.
type stack struct {
	mu    sync.Mutex
	steps []step
}

// push adds what is to be stopped before everything pushed so far.
func (s *stack) push(name string, stop func(ctx context.Context) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.steps = append(s.steps, step{name, stop})
}

// grace is what each step is given once the time is over, so that those below one that hung still do what takes no time,
// and only it is named.
const grace = 200 * time.Millisecond

// overdue delivers when ctx ended a grace ago.
func overdue(ctx context.Context) <-chan time.Time {
	if left := make(chan time.Time, 1); ctx.Err() == nil {
		context.AfterFunc(ctx, func() { time.AfterFunc(grace, func() { left <- time.Now() }) })
		return left
	}
	return time.After(grace)
}

// unwind stops everything. A step that does not return when ctx ends is left behind and named in the error; those below
// it are stopped all the same.
func (s *stack) unwind(ctx context.Context) error {
	s.mu.Lock()
	steps := s.steps
	s.steps = nil
	s.mu.Unlock()
	var errs []error
	var hung []string
	for i := len(steps) - 1; i >= 0; i-- {
		done := make(chan error, 1)
		go func() { done <- steps[i].stop(ctx) }()
		select {
		case err := <-done:
			if err != nil {
				errs = append(errs, fmt.Errorf("stop %s: %w", steps[i].name, err))
			}
		case <-overdue(ctx):
			hung = append(hung, steps[i].name)
		}
	}
	if len(hung) > 0 {
		errs = append(errs, fmt.Errorf("did not stop in time: %s", strings.Join(hung, ", ")))
	}
	return errors.Join(errs...)
}
