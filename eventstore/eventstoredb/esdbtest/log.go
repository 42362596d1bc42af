package esdbtest

import (
	"cmp"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Revisions with a meaning of their own, as the real server numbers them.
const (
	noStream   int64 = -1
	tombstoned int64 = math.MaxInt64 // the revision of a tombstone, and the $tb of a soft deletion
)

// firstPosition is where the first event lies: a real log begins with records of its own.
const firstPosition = 262

// Position is a place in $all. The prepare position decides where commits are equal.
type Position struct{ Commit, Prepare uint64 }

func (p Position) compare(q Position) int {
	return cmp.Or(cmp.Compare(p.Commit, q.Commit), cmp.Compare(p.Prepare, q.Prepare))
}

// record is one event in the log; it is never changed.
type record struct {
	id          uuid.UUID
	stream      string
	revision    int64
	position    Position
	eventType   string
	contentType string
	data        []byte
	metadata    []byte
	created     time.Time
}

// stream is what the log knows of one stream.
type stream struct {
	last    int64     // the newest revision, or noStream
	records []*record // by revision, without what was scavenged
}

// book is the log: every event in order, every stream, and the news of growth.
type book struct {
	mu      sync.RWMutex
	all     []*record
	places  []uint64 // every commit position ever given, scavenged or not: where reading may start
	streams map[string]*stream
	next    uint64
	changed chan struct{} // closed and replaced when the log grows
	now     func() time.Time
	names   map[string]string // one copy of each name that events bear

	turns   turns
	journal *journal // nil where the log is in memory only
	broken  error    // why nothing is answered any more: what is on the disk is not known
}

func newBook(now func() time.Time) *book {
	return &book{streams: map[string]*stream{}, names: map[string]string{}, next: firstPosition, changed: make(chan struct{}), now: now}
}

// stream returns what is known of a stream; the caller holds the lock.
func (b *book) stream(name string) *stream {
	if s := b.streams[name]; s != nil {
		return s
	}
	return &stream{last: noStream}
}

// write stores r at the end of its stream and of the log; the caller is one of [book.change].
func (b *book) write(r *record) {
	r.created = b.now()
	if b.journal != nil {
		b.journal.record(r)
	}
	b.place(r)
}

// place is write for what is in the journal already.
func (b *book) place(r *record) {
	r.stream, r.eventType, r.contentType = b.name(r.stream), b.name(r.eventType), b.name(r.contentType)
	s := b.streams[r.stream]
	if s == nil {
		s = &stream{last: noStream}
		b.streams[r.stream] = s
	}
	r.position = Position{Commit: b.next, Prepare: b.next}
	b.places = append(b.places, b.next)
	b.next += uint64(94 + len(r.stream) + len(r.eventType) + len(r.data) + len(r.metadata))
	s.last = r.revision
	s.records = append(s.records, r)
	b.all = append(b.all, r)
}

// name returns the one copy of a name, so that a million events of few streams hold few names.
func (b *book) name(n string) string {
	if one, ok := b.names[n]; ok {
		return one
	}
	b.names[n] = n
	return n
}

// announce wakes whoever waits for the log to grow; the caller holds the lock.
func (b *book) announce() {
	close(b.changed)
	b.changed = make(chan struct{})
}

// from returns the index in $all of the first event at or after p; the caller holds the lock.
func (b *book) from(p Position) int {
	i, _ := slices.BinarySearchFunc(b.all, p, func(r *record, p Position) int { return r.position.compare(p) })
	return i
}

// valid reports whether a read may start at p: at the start, at a record or beyond the end; the caller holds the lock.
func (b *book) valid(p Position) bool {
	if p.Commit == 0 || p.Commit >= b.next {
		return true
	}
	_, found := slices.BinarySearch(b.places, p.Commit)
	return found
}

// after returns the events that lie after p, at most limit, and the channel that closes when there are more.
func (b *book) after(p Position, limit int) ([]*record, <-chan struct{}, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if b.broken != nil {
		return nil, nil, errBroken(b.broken)
	}
	i := b.from(p)
	if i < len(b.all) && b.all[i].position == p {
		i++
	}
	return b.all[i:min(i+limit, len(b.all)):len(b.all)], b.changed, nil
}

// head returns the position of the last event, zero for an empty log.
func (b *book) head() Position {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if len(b.places) == 0 {
		return Position{}
	}
	last := b.places[len(b.places)-1]
	return Position{Commit: last, Prepare: last}
}

// scavenge removes for good what reading its stream hides, except the newest event of each stream.
func (b *book) scavenge() error {
	return b.change(func() {
		now := b.now()
		if b.journal != nil {
			b.journal.scavenge(now)
		}
		b.scavengeAt(now)
	})
}

// scavengeAt is scavenge at a moment; the caller holds the lock.
func (b *book) scavengeAt(now time.Time) {
	gone := map[*record]bool{}
	for name, s := range b.streams {
		rule := b.ruleAt(name, now)
		keep := s.records[:0:0]
		for _, r := range s.records {
			if rule.hides(r, s.last) && r.revision != s.last {
				gone[r] = true
				continue
			}
			keep = append(keep, r)
		}
		s.records = keep
	}
	all := make([]*record, 0, len(b.all)-len(gone))
	for _, r := range b.all {
		if !gone[r] {
			all = append(all, r)
		}
	}
	b.all = all
}
