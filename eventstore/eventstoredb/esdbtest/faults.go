package esdbtest

import (
	"context"
	"sync"

	"github.com/EventStore/EventStore-Client-Go/v4/protos/streams"
)

// Hooks makes the server fail, wait or lie. Any of them may be nil. They run on the goroutine of the call, many at once; an
// error is the call's answer, and is sent as it is where it is a gRPC status or [NotLeader].
type Hooks struct {
	// Call runs before anything of a call is read. Its context ends with the call and carries the client's metadata.
	Call func(ctx context.Context, method string) error
	// BeforeAppend runs when the client has sent everything and nothing is stored.
	BeforeAppend func(ctx context.Context, stream string) error
	// AfterAppend runs when the append is decided, and stored if it was to be, and not answered.
	AfterAppend func(ctx context.Context, stream string) error
	// Answer may change the answer of an append.
	Answer func(*streams.AppendResp)
	// Event may change an event that readers and subscriptions are sent, and make it something that no client knows.
	Event func(*streams.ReadResp)
	// Members is what gossip tells of the cluster; this server alone, as its leader, where it is nil.
	Members func() []Member
	// Checkpoint may change the checkpoints that subscriptions are sent.
	Checkpoint func(Position) Position
}

// signal is something that happens to every subscription at once.
type signal struct {
	raised chan struct{}
	err    error // set before raised is closed
}

func newSignal() *signal { return &signal{raised: make(chan struct{})} }

// faults is the signals that subscriptions watch; a raised one is replaced.
type faults struct {
	mu           sync.Mutex
	drop, behind *signal
}

// watch returns what tells a subscription to end with an error and to fall behind.
func (f *faults) watch() (drop, behind *signal) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.drop, f.behind
}

// DropSubscriptions ends every subscription with an error, a gRPC status for the client to see as such.
func (s *Server) DropSubscriptions(err error) {
	f := &s.service.faults
	f.mu.Lock()
	defer f.mu.Unlock()
	f.drop.err = err
	close(f.drop.raised)
	f.drop = newSignal()
}

// FallBehind makes every waiting subscription say that it fell behind, and then catch up.
func (s *Server) FallBehind() {
	f := &s.service.faults
	f.mu.Lock()
	defer f.mu.Unlock()
	close(f.behind.raised)
	f.behind = newSignal()
}

// Scavenge removes expired and truncated events from the log for good, as an operator's scavenge does. What it removed is still in the
// file of [Options.Data]. The error says that the file could not be written.
func (s *Server) Scavenge() error { return s.service.book.scavenge() }

// SetHooks replaces the hooks, for calls that begin from now on.
func (s *Server) SetHooks(h Hooks) { s.service.hook.Store(&h) }
