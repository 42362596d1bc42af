package commands

import (
	"context"
	"slices"
	"sync"
)

// locks makes the commands of this node that want the same name or registration number, or change the same vehicle or
// customer, go one after the other, so that the second sees what the first wrote. Between nodes nothing does, and the views list what clashes. The zero locks is
// ready.
type locks struct {
	mu   sync.Mutex
	held map[string]chan struct{} // closed when given back
}

// take waits for all keys and returns what gives them back. The error is ctx's own.
func (l *locks) take(ctx context.Context, keys ...string) (giveBack func(), err error) {
	keys = slices.Compact(slices.Sorted(slices.Values(keys))) // one order for all, or two might wait for each other
	for i, key := range keys {
		if err := l.takeOne(ctx, key); err != nil {
			l.giveBack(keys[:i])
			return nil, err
		}
	}
	return func() { l.giveBack(keys) }, nil
}

func (l *locks) takeOne(ctx context.Context, key string) error {
	for {
		l.mu.Lock()
		held, taken := l.held[key]
		if !taken {
			if l.held == nil {
				l.held = map[string]chan struct{}{}
			}
			l.held[key] = make(chan struct{})
			l.mu.Unlock()
			return nil
		}
		l.mu.Unlock()
		select {
		case <-held:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (l *locks) giveBack(keys []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, key := range keys {
		close(l.held[key])
		delete(l.held, key)
	}
}
