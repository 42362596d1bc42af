package ingest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// sent is one call of Record and what came of it.
type sent struct {
	life          int
	heartbeats    []domain.Heartbeat
	called, ended domain.Instant // by the receipt clock
	still         bool           // nobody touched the clock meanwhile
	got           Recorded
	err           error
}

// trouble is a world in which everything goes wrong: appends are late, of unknown outcome or fail, the machine sleeps,
// its clock is set forward and back, callers go away, the queue is small, the process crashes and starts again.
type trouble struct {
	*world
	mu      sync.Mutex
	r       *rand.Rand
	touched int
	calls   []*sent
	slept   []sleeping
	lives   []life
}

// sleeping is a time in which the machine slept, in a life, by the receipt clock.
type sleeping struct {
	life int
	domain.Span
}

// life is what one life wrote: events from one place of the stream up to another.
type life struct {
	from, to int
	crashed  bool
}

func (w *trouble) n(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.r.IntN(n)
}

func (w *trouble) wait(upTo time.Duration) {
	<-time.After(time.Duration(w.n(int(upTo))))
}

// fault is what happens to an append.
func (w *trouble) fault(ctx context.Context, _ eventstore.Event) (bool, error) {
	delay := 30 * time.Millisecond
	switch p := w.n(100); {
	case p < 3:
		delay = 14 * time.Second
	case p < 15:
		delay = 2 * time.Second
	}
	stored := w.n(2) == 0
	select {
	case <-time.After(time.Duration(w.n(int(delay)))):
	case <-ctx.Done():
		return stored, ctx.Err()
	}
	switch p := w.n(100); {
	case p < 8:
		return stored, eventstore.ErrUnknownOutcome
	case p < 12:
		return false, eventstore.ErrUnavailable
	case p < 15:
		return false, eventstore.ErrFull
	}
	return true, nil
}

// disturb touches the clock until the life is over.
func (w *trouble) disturb(over <-chan struct{}) {
	for {
		select {
		case <-time.After(time.Duration(w.n(int(12 * time.Second)))):
		case <-over:
			return
		}
		w.mu.Lock()
		w.touched++
		w.mu.Unlock()
		switch d := time.Duration(w.n(int(4 * time.Second))); w.n(8) {
		case 0, 1, 2:
			w.sleep(d)
		case 3:
			w.sleep(time.Hour)
		case 4:
			w.times.jump(d)
		case 5, 6:
			w.times.jump(-d)
		case 7:
			w.times.jump(time.Hour)
			w.wait(4 * time.Second)
			w.times.jump(-time.Hour)
		}
	}
}

func (w *trouble) sleep(d time.Duration) {
	from := w.clock.Now()
	w.times.suspend(d)
	w.slept = append(w.slept, sleeping{len(w.lives), domain.Span{From: from, To: w.clock.Now()}})
}

// send calls Record again and again until the life is over.
func (w *trouble) send(client int, over <-chan struct{}) {
	for i := 0; ; i++ {
		select {
		case <-time.After(time.Duration(w.n(int(400 * time.Millisecond)))):
		case <-over:
			return
		}
		c := &sent{life: len(w.lives)}
		for n := range 1 + w.n(10) {
			h := domain.Heartbeat{VIN: vin(client), ID: fmt.Sprintf("%d-%d-%d", c.life, i, n)}
			if w.n(20) == 0 {
				h.ID, h.SentAt = "again", 5
			}
			c.heartbeats = append(c.heartbeats, h)
		}
		ctx, cancel := context.WithCancel(w.t.Context())
		if w.n(4) == 0 {
			ctx, cancel = context.WithTimeout(w.t.Context(), time.Duration(w.n(int(3*time.Second))))
		}
		w.mu.Lock()
		touched := w.touched
		w.mu.Unlock()
		c.called = w.clock.Now()
		c.got, c.err = w.node.Record(ctx, c.heartbeats)
		c.ended = w.clock.Now()
		cancel()
		w.mu.Lock()
		c.still = touched == w.touched
		w.calls = append(w.calls, c)
		w.mu.Unlock()
	}
}

// live is one life of the process, ended in order or by a crash.
func (w *trouble) live() {
	w.clock = NewClock(ClockOptions{Times: w.times.times, Boot: w.times.boot})
	from := len(w.store.events)
	w.open(Options{QueueHeartbeats: 10 + w.n(60), maxBatch: 600})
	over := make(chan struct{})
	var others sync.WaitGroup
	for client := range 2 + w.n(5) {
		others.Go(func() { w.send(client, over) })
	}
	others.Go(func() { w.disturb(over) })
	w.wait(40 * time.Second)
	patience := time.Duration(w.n(2)) * 5 * time.Minute // 0 is a crash
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	crashed := w.node.Close(ctx) != nil
	<-w.node.ended
	require.NoError(w.t, w.node.Err())
	w.lives = append(w.lives, life{from, len(w.store.events), crashed})
	close(over)
	others.Wait()
}

// totals say how much a property test saw, so that it cannot pass by seeing nothing.
type totals struct {
	acknowledged, refused, owed, late int
	why                               map[string]int
}

func TestEverythingThatGoesWrong(t *testing.T) {
	t.Parallel()
	seen := totals{why: map[string]int{}}
	for seed := range uint64(120) {
		synctest.Test(t, func(t *testing.T) {
			w := &trouble{world: newWorld(t), r: rand.New(rand.NewPCG(seed, 7))}
			w.store.setFault(w.fault)
			for range 3 {
				w.live()
			}
			w.verify(&seen)
		})
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	t.Logf("%+v", seen)
	assert.Greater(t, seen.acknowledged, 20_000)
	assert.Greater(t, seen.refused, 2000)
	assert.Greater(t, seen.late, 100)
	assert.Greater(t, seen.owed, 20)
	for _, why := range []string{WhySuspended, WhyOverloaded, WhyStalled} {
		assert.Greater(t, seen.why[why], 20, why)
	}
}

// contact is one heartbeat, however often it is looked at.
type contact struct {
	vin   domain.VIN
	id    string
	stamp domain.Instant
}

func (w *trouble) verify(seen *totals) {
	log := w.store.log(w.t)
	stored := map[contact]int{}
	ids := map[string]bool{}
	promised := domain.Instant(0)
	unheard := make([]domain.Spans, len(w.lives))
	for i, l := range w.lives {
		unheard[i], promised = w.verifyLife(log[l.from:l.to], promised, seen)
	}
	for _, s := range w.slept {
		if s.To.Sub(s.From) > maxUnproven {
			_, more := unheard[s.life].Add(s.Span)
			require.False(w.t, more, "slept %v…%v and not named: %v", s.From, s.To, unheard[s.life])
		}
	}
	for _, e := range log {
		if b, ok := e.(*domain.HeartbeatsRecorded); ok {
			for _, h := range b.Heartbeats {
				stored[contact{h.VIN, h.ID, h.ReceivedAt}]++
				key := string(h.VIN) + h.ID
				require.False(w.t, ids[key] && h.ID != "again", "%s is stored twice", key)
				ids[key] = true
			}
		}
	}
	for _, c := range w.calls {
		if c.err == nil {
			seen.acknowledged += len(c.heartbeats)
			w.verifyAcknowledged(c, stored)
			continue
		}
		var e *domain.Error
		require.True(w.t, errors.As(c.err, &e) || errors.Is(c.err, context.DeadlineExceeded), c.err)
		if ids[string(c.heartbeats[0].VIN)+c.heartbeats[0].ID] {
			seen.late++ // received after all
			continue
		}
		seen.refused += len(c.heartbeats)
		require.True(w.t, covered(unheard[c.life], c.ended), "refused %v…%v (%v) and not named: %v", c.called, c.ended, c.err, unheard[c.life])
		lost := w.lives[c.life].crashed && (errors.Is(c.err, errEnded) || errors.Is(c.err, context.DeadlineExceeded))
		if !lost { // what was lost in a crash was stamped after the call, and after what was promised
			require.True(w.t, covered(unheard[c.life], c.called), "refused since %v (%v) and not named: %v", c.called, c.err, unheard[c.life])
		}
	}
}

// verifyAcknowledged requires that what was acknowledged is in the log as it was answered, and was answered in time.
func (w *trouble) verifyAcknowledged(c *sent, stored map[contact]int) {
	if c.still {
		require.LessOrEqual(w.t, c.ended.Sub(c.got.ReceivedAt), patience)
	}
	require.GreaterOrEqual(w.t, c.got.ReceivedAt, c.called)
	for i, h := range c.heartbeats {
		require.Equal(w.t, h.ID, c.got.Receipts[i].ID)
		key := contact{h.VIN, h.ID, c.got.ReceivedAt}
		require.Positive(w.t, stored[key], "%v was acknowledged and is not in the log", key)
		stored[key]--
	}
	at := w.store.events[c.got.Position.Commit-1]
	e, err := eventstore.Decode(at)
	require.NoError(w.t, err)
	last := c.heartbeats[len(c.heartbeats)-1]
	last.ReceivedAt = c.got.ReceivedAt
	if c.got.Receipts[len(c.heartbeats)-1].Duplicate {
		last.SentAt = 0
	}
	require.Contains(w.t, e.(*domain.HeartbeatsRecorded).Heartbeats, last, "the position is where the last one lies")
}

// verifyLife requires of one life's events what DESIGN.md promises, and returns the times for which the log says that
// nobody was heard, and the greatest moment promised.
func (w *trouble) verifyLife(events []domain.Event, promised domain.Instant, seen *totals) (domain.Spans, domain.Instant) {
	const never = domain.Instant(1 << 60)
	if len(events) == 0 {
		return domain.Spans{{From: -never, To: never}}, promised
	}
	var unheard domain.Spans
	first, ok := events[0].(*domain.IngestOpened)
	require.True(w.t, ok, "opened comes first")
	require.Zero(w.t, first.DeafFrom)
	unheard, _ = unheard.Add(domain.Span{From: -never, To: first.At})
	require.GreaterOrEqual(w.t, first.At, promised)
	promised = first.At
	for i, e := range events[1:] {
		switch e := e.(type) {
		case *domain.IngestOpened:
			require.GreaterOrEqual(w.t, e.DeafFrom, promised, "a deaf span contradicts a promise")
			require.GreaterOrEqual(w.t, e.At, e.DeafFrom)
			unheard, _ = unheard.Add(domain.Span{From: e.DeafFrom, To: e.At})
			promised = e.At
			seen.why[e.Why]++
			if _, twice := events[i].(*domain.IngestOpened); twice {
				seen.owed++
			}
		case *domain.HeartbeatsRecorded:
			for _, h := range e.Heartbeats {
				require.GreaterOrEqual(w.t, h.ReceivedAt, promised, "received before a moment that an earlier event answers for")
			}
			require.GreaterOrEqual(w.t, e.Until, promised, "until goes back")
			promised = e.Until
		case *domain.IngestClosed:
			require.Equal(w.t, len(events)-2, i, "closed comes last")
			require.GreaterOrEqual(w.t, e.At, promised)
			promised = e.At
		}
	}
	unheard, _ = unheard.Add(domain.Span{From: promised, To: never}) // nobody is heard after the end
	return unheard, promised
}

// covered reports whether a moment lies in a span, its ends included.
func covered(spans domain.Spans, t domain.Instant) bool {
	for _, s := range spans {
		if s.From <= t && t <= s.To {
			return true
		}
	}
	return false
}
