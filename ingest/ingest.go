package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// The room of a queue unless told otherwise: what 1,000,000 vehicles send in ten seconds.
const (
	defaultQueueHeartbeats = 200_000
	defaultQueueBytes      = 64 << 20
)

// Options are what an [Ingest] is made of. Node and Clock are required.
type Options struct {
	Node            string        // names the stream; two processes with one name stop each other
	Clock           *Clock        // the receipt clock of this process, already raised to W
	Logger          *slog.Logger  // nil: silent
	Observer        Observer      // for metrics
	MaxAge          time.Duration // for how long heartbeats are kept; 0: for ever
	QueueHeartbeats int           // how many may wait for their batch; 0: 200,000
	QueueBytes      int           // the same in bytes as they are stored; 0: 64 MiB

	maxBatch int // bytes of a batch's payload; 0: what one append may hold
}

// Ingest makes the heartbeats of one node durable. All methods may be called by many goroutines at once.
type Ingest struct {
	store    eventstore.Store
	stream   string
	by       eventstore.Metadata
	metadata []byte
	clock    *Clock
	logger   *slog.Logger
	observer Observer

	wake   chan struct{} // there is something to do for the loop
	enough chan struct{} // a batch is worth its append
	ended  chan struct{} // the loop has ended
	failed chan struct{} // it ended for a reason that only a new process cures
	cancel context.CancelFunc
	calls  sync.Pool // of *call

	mu           sync.Mutex
	hearing      hearing
	queue        queue
	waiting      int           // heartbeats whose callers wait for the node to listen
	waitingBytes int           // of these
	changed      chan struct{} // closed, and made anew, when those who wait should look again
	err          error         // why the loop has ended
	trouble      error         // why the append under way was not stored so far, or nil

	revision eventstore.Revision // of the stream's last event; the loop's own
	fresh    bool                // the stream held nothing when it was read; the loop's own
}

// Open returns the ingest of a node that begins to listen: it reads where the node's stream ends, raises the clock to
// the latest moment found there, and appends ingest.opened as soon as the clock does not refuse; [Ingest.Ready] says
// when that is done, and calls of Record wait for it. What could not reach the process after the moment of that event
// was missed and nobody knows, so the app opens ingest when its listener accepts connections, not before.
//
// An error means that the log could not be read or set up; nothing runs then. ctx is for opening only.
func Open(ctx context.Context, store eventstore.Store, o Options) (*Ingest, error) {
	if o.Node == "" || o.Clock == nil {
		return nil, errors.New("open ingest: node and clock are required")
	}
	i, err := newIngest(store, o)
	if err != nil {
		return nil, err
	}
	last, err := i.readEnd(ctx)
	if err != nil {
		return nil, fmt.Errorf("open ingest of node %q: %w", o.Node, err)
	}
	if err := store.SetMaxAge(ctx, i.stream, o.MaxAge); err != nil {
		return nil, fmt.Errorf("open ingest of node %q: keep heartbeats for %v: %w", o.Node, o.MaxAge, err)
	}
	i.clock.NotBefore(last)
	i.hearing.checked = i.clock.Now()
	var running context.Context
	running, i.cancel = context.WithCancel(context.WithoutCancel(ctx))
	go i.loop(running)
	go i.check()
	return i, nil
}

func newIngest(store eventstore.Store, o Options) (*Ingest, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	by := eventstore.Metadata{By: o.Node}
	metadata, err := json.Marshal(by)
	if err != nil {
		return nil, fmt.Errorf("open ingest of node %q: %w", o.Node, err)
	}
	maxBatch := eventstore.MaxAppendSize - len(metadata) - 2*len(domain.TypeHeartbeatsRecorded)
	i := &Ingest{
		store: store, stream: domain.IngestStream(o.Node), by: by, metadata: metadata,
		clock: o.Clock, logger: o.Logger, observer: o.Observer,
		wake: make(chan struct{}, 1), enough: make(chan struct{}, 1), ended: make(chan struct{}), failed: make(chan struct{}), changed: make(chan struct{}),
		queue: queue{
			maxHeartbeats: orDefault(o.QueueHeartbeats, defaultQueueHeartbeats),
			maxBytes:      orDefault(o.QueueBytes, defaultQueueBytes),
			maxBatch:      min(orDefault(o.maxBatch, maxBatch), maxBatch),
			seen:          newSeen(maxRemembered),
		},
	}
	i.calls.New = func() any { return new(call) }
	return i, nil
}

func orDefault(n, otherwise int) int {
	if n <= 0 {
		return otherwise
	}
	return n
}

// Ready returns nil while heartbeats are taken, else why not, in words for the operator.
func (i *Ingest) Ready() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	_, refusal := i.look()
	h := &i.hearing
	switch {
	case i.err != nil:
		return fmt.Errorf("heartbeats are not taken: %w", i.err)
	case !h.stop.IsZero():
		return errors.New("heartbeats are not taken: the node is closing")
	case refusal != nil:
		return fmt.Errorf("heartbeats are not taken: %w", refusal)
	case i.full():
		return errors.New("heartbeats are not taken: the disk is full; this ends by itself when there is room")
	case h.phase != listening && h.deafFrom.IsZero():
		return errors.New("heartbeats are not taken yet: the node is opening its stream")
	case h.phase != listening:
		return fmt.Errorf("heartbeats are not taken since %v: the node is deaf (%s)", h.deafFrom, h.why)
	}
	return nil
}

// look reads the clock and lets the node notice what that means. Whoever takes the lock calls it first.
func (i *Ingest) look() (domain.Instant, error) {
	now, refusal := i.clock.read()
	was := i.hearing.phase
	i.hearing.observe(now, refusal != nil)
	if i.hearing.phase != was {
		i.rouse()
	}
	return now, refusal
}

// rouse tells the loop that there is something to do.
func (i *Ingest) rouse() {
	select {
	case i.wake <- struct{}{}:
	default:
	}
}

// announce tells those who wait for the node to hear that something changed. It is called under the lock.
func (i *Ingest) announce() {
	close(i.changed)
	i.changed = make(chan struct{})
}

// Failed is closed when the node can never store a heartbeat again: another process writes its stream, or the log is
// closed or corrupt. The process must end; a new one, with a new life, can go on. [Ingest.Err] says why.
func (i *Ingest) Failed() <-chan struct{} { return i.failed }

// Err returns why the node failed, or nil.
func (i *Ingest) Err() error {
	select {
	case <-i.failed:
		return i.err // written before failed was closed, and not after
	default:
		return nil
	}
}
