package sqlite

import "sync"

// hub tells subscriptions of what was committed, those alone whose types moved: most readers want none of the two
// heartbeat batches a second.
type hub struct {
	mu            sync.Mutex
	subscriptions map[*subscription]struct{}
	closed        bool
}

// add reports whether the subscription was taken up: not by a closed hub.
func (h *hub) add(s *subscription) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	h.subscriptions[s] = struct{}{}
	return true
}

func (h *hub) remove(s *subscription) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.subscriptions, s)
}

// publish wakes the subscriptions to types of which something was committed; nil means that it is not known which.
func (h *hub) publish(moved map[string]struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.subscriptions {
		if s.concerns(moved) {
			s.notify()
		}
	}
}

// close ends all subscriptions.
func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for s := range h.subscriptions {
		s.end()
	}
	clear(h.subscriptions)
}
