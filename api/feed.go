package api

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"fleetbeat/domain"
	"fleetbeat/queries"
)

// ChangeSource reads the feed of changes: a queries.FollowChanges. It may be called by many goroutines at once.
type ChangeSource interface {
	// Folded returns the position up to which every change can be read, zero where that is not known yet, and a channel that
	// is closed when that may have changed.
	Folded() (domain.Position, <-chan struct{})
	// Reached reports whether the log has come to a position.
	Reached(ctx context.Context, at domain.Position) (bool, error)
	// Await returns when the feed has every change that the log caused through a position, or an Unavailable error.
	Await(ctx context.Context, after domain.Position) error
	// After returns the changes after a position that match, of limit that it looks at, and the position to go on from.
	After(ctx context.Context, after domain.Position, limit int, m queries.ChangeMatcher) ([]queries.Change, domain.Position, error)
	// Tail returns the position after which the last n changes lie.
	Tail(ctx context.Context, n int) (domain.Position, error)
}

// FeedOptions are what a [Feed] may be told. Zero fields mean the defaults.
type FeedOptions struct {
	LogID string       // of the log that positions belong to; needed
	Log   *slog.Logger // is told when the feed cannot be read; needed
	// IDEvery is how often a reader to whom nothing is sent is told its position, so that it resumes near the end: 15 s.
	IDEvery time.Duration
	// WriteWithin is how long a reader may take for 32 KiB; a slower one is cut off: 10 s.
	WriteWithin time.Duration
	// Keep is how many of the newest changes are kept in memory, encoded; who is further behind reads the view: 16,384,
	// which are some 10 MB.
	Keep int
	// MaxReaders is how many may follow at once: each costs a connection, an open file of the process and some memory. The
	// next one is told to come again: 10,000.
	MaxReaders int
}

// MaxReaders is how many readers a [Feed] has room for unless it is told otherwise.
const MaxReaders = 10_000

const (
	idEvery      = 15 * time.Second
	writeWithin  = 10 * time.Second
	keptChanges  = 1 << 14
	feedPage     = 1000 // changes that are read at once, for all readers
	catchUpPage  = 250  // for one of them, who may take long to take some 75 KB
	catchingUp   = 2    // readers that read the view at the same moment: others need it too
	feedRetry    = 250 * time.Millisecond
	perReader    = 50 * time.Microsecond // see pace
	shortestPace = 10 * time.Millisecond
	longestPace  = 250 * time.Millisecond
)

// Feed is the live feed of changes: it reads each change once a process, encodes it once, and lets any number of readers
// follow. All methods may be called by many goroutines at once; one calls Run.
//
// Readers share the newest changes, so that one who is slow has no buffer that could grow: it keeps its place and comes for
// more when it can write again. One who has fallen behind what is kept, or resumes from there, reads the view itself.
type Feed struct {
	source    ChangeSource
	options   FeedOptions
	positions positions
	tail      atomic.Pointer[tail] // Run alone replaces it
	reading   chan struct{}        // places for readers of the view
	stopping  context.Context
	stop      context.CancelFunc
	buffers   sync.Pool // of *bytes.Buffer
	readers   atomic.Int64
	cutOff    atomic.Int64
}

// tail is the newest changes, never changed once it is shown.
type tail struct {
	ready   bool            // else nothing has been read yet
	floor   domain.Position // every change after it and up to head is in entries
	head    domain.Position
	entries []entry
	moved   chan struct{} // closed when more entries are there
}

// NewFeed returns a feed that does nothing before Run.
func NewFeed(source ChangeSource, o FeedOptions) *Feed {
	if o.IDEvery == 0 {
		o.IDEvery = idEvery
	}
	if o.WriteWithin == 0 {
		o.WriteWithin = writeWithin
	}
	if o.Keep == 0 {
		o.Keep = keptChanges
	}
	if o.MaxReaders == 0 {
		o.MaxReaders = MaxReaders
	}
	f := &Feed{source: source, options: o, positions: newPositions(o.LogID), reading: make(chan struct{}, catchingUp)}
	f.stopping, f.stop = context.WithCancel(context.Background())
	f.tail.Store(&tail{moved: make(chan struct{})})
	return f
}

// FeedStats are numbers of this moment, and since the start.
type FeedStats struct {
	Readers int64 // that follow now
	CutOff  int64 // that were too slow, since the start
}

// Stats returns the feed's numbers.
func (f *Feed) Stats() FeedStats { return FeedStats{f.readers.Load(), f.cutOff.Load()} }

// Close ends Run and every reader's stream, in such a way that readers resume where they were.
func (f *Feed) Close() { f.stop() }

// Run reads the feed until Close. While it cannot be read it is tried again, and readers wait.
func (f *Feed) Run() {
	failing := false
	for f.stopping.Err() == nil {
		began := time.Now()
		_, moved := f.source.Folded() // before reading, or a move meanwhile would be missed
		err := f.advance(f.stopping)
		if err == nil {
			failing = false
			f.sleep(moved, nil)
			f.sleep(nil, time.After(f.pace()-time.Since(began)))
			continue
		}
		var known *domain.Error // a view that is being built says so itself
		if !failing && f.stopping.Err() == nil && !errors.As(err, &known) {
			f.options.Log.Warn("the feed of changes cannot be read and is tried again", "error", err)
			failing = true
		}
		f.sleep(nil, time.After(feedRetry))
	}
}

// sleep waits for either, or the end.
func (f *Feed) sleep(moved <-chan struct{}, later <-chan time.Time) {
	select {
	case <-moved:
	case <-later:
	case <-f.stopping.Done():
	}
}

// pace returns the least time between two looks at the feed. Waking a reader and writing to it costs some 10 µs: with many
// readers, waking them for each page that the view folds would take all the machine has. So it takes a fifth of a core.
func (f *Feed) pace() time.Duration {
	return min(max(shortestPace, time.Duration(f.readers.Load())*perReader), longestPace)
}

// advance reads what is new and shows it.
func (f *Feed) advance(ctx context.Context) error {
	now := f.tail.Load()
	if !now.ready {
		if folded, _ := f.source.Folded(); folded.IsZero() {
			return nil // what can be read may be a view of another log, which is about to be dropped
		}
		// What was there before the start, too: after a restart all readers resume from shortly before it at once.
		from, err := f.source.Tail(ctx, f.options.Keep/2)
		if err != nil {
			return err
		}
		now = &tail{ready: true, floor: from, head: from, moved: now.moved}
	}
	for shown := f.tail.Load().ready; ; shown = true {
		if folded, _ := f.source.Folded(); shown && !now.head.Before(folded) {
			return nil
		}
		changes, through, err := f.source.After(ctx, now.head, feedPage, queries.ChangeMatcher{})
		if err != nil {
			return err
		}
		next := f.extend(now, changes, through)
		f.tail.Store(next)
		if next.moved != now.moved {
			close(now.moved)
		}
		if now = next; len(changes) < feedPage {
			return nil
		}
	}
}

// extend returns a tail with more changes, without the oldest where there are too many.
func (f *Feed) extend(t *tail, changes []queries.Change, through domain.Position) *tail {
	next := &tail{ready: true, floor: t.floor, head: through, entries: t.entries, moved: t.moved}
	if len(changes) > 0 || !f.tail.Load().ready {
		next.moved = make(chan struct{})
	}
	for i := range changes {
		next.entries = append(next.entries, f.encode(&changes[i])) // behind the end of what is shown: nobody looks there
	}
	if spare := len(next.entries) - f.options.Keep; spare > f.options.Keep/4 { // some at a time: the rest is copied
		next.floor = next.entries[spare-1].at
		next.entries = append(make([]entry, 0, f.options.Keep*3/2), next.entries[spare:]...)
	}
	return next
}
