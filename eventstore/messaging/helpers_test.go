package messaging_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/messaging"
	"fleetbeat/eventstore/sqlite"
)

var errBroken = errors.New("line cut")

const happened = "thing.happened.v1"

// newLog opens a fresh log, which is closed at the end of the test; within a bubble of synctest use openLog.
func newLog(t *testing.T) eventstore.Store {
	t.Helper()
	log := openLog(t)
	t.Cleanup(func() { assert.NoError(t, log.Close()) })
	return log
}

func openLog(t *testing.T) eventstore.Store {
	t.Helper()
	log, err := sqlite.Open(filepath.Join(t.TempDir(), "events.db"), sqlite.Options{Sweep: -1})
	require.NoError(t, err)
	return log
}

// fill appends n events to stream, each in an append of its own, and returns the position of each.
func fill(t *testing.T, log eventstore.Store, stream string, from, n int) (positions []eventstore.Position) {
	t.Helper()
	for i := from; i < from+n; i++ {
		e := eventstore.Event{ID: uuid.New(), Type: happened, Data: []byte{byte(i)}, Metadata: []byte(`{}`)}
		at, err := log.Append(context.Background(), stream, eventstore.Revision(i-1), e)
		require.NoError(t, err)
		positions = append(positions, at.Position)
	}
	return positions
}

// fixed returns a From that always answers p.
func fixed(p eventstore.Position) func(context.Context) (eventstore.Position, error) {
	return func(context.Context) (eventstore.Position, error) { return p, nil }
}

// cuttable is a log whose subscriptions a test can cut, and whose next subscriptions it can refuse.
type cuttable struct {
	eventstore.Store

	mu     sync.Mutex
	refuse int // subscriptions to come that fail
	asked  []eventstore.Position
	open   map[*cut]bool
}

func newCuttable(store eventstore.Store) *cuttable {
	return &cuttable{Store: store, open: map[*cut]bool{}}
}

type cut struct {
	eventstore.Subscription

	log  *cuttable
	end  context.Context
	kill context.CancelFunc
}

func (c *cuttable) Subscribe(ctx context.Context, after eventstore.Position, types ...string) (eventstore.Subscription, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, after)
	if c.refuse > 0 {
		c.refuse--
		return nil, errBroken
	}
	sub, err := c.Store.Subscribe(ctx, after, types...)
	if err != nil {
		return nil, err
	}
	s := &cut{Subscription: sub, log: c}
	s.end, s.kill = context.WithCancel(context.Background())
	c.open[s] = true
	return s, nil
}

// cutAll breaks all open subscriptions and refuses the next n.
func (c *cuttable) cutAll(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refuse = n
	for s := range c.open {
		s.kill()
	}
}

func (c *cuttable) subscribedAfter() []eventstore.Position {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]eventstore.Position(nil), c.asked...)
}

func (c *cuttable) openCount() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open)
}

func (s *cut) Next(ctx context.Context) (eventstore.Delivery, error) {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.end, cancel)()
	d, err := s.Subscription.Next(inner)
	if s.end.Err() != nil {
		return eventstore.Delivery{}, errBroken
	}
	return d, err
}

func (s *cut) Close() error {
	s.kill()
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	delete(s.log.open, s)
	return s.Subscription.Close()
}

// subscribe subscribes to pages of log after the checkpoint that from gives; closed at the end of ctx.
func subscribe(ctx context.Context, t *testing.T, log eventstore.Store, from func(context.Context) (eventstore.Position, error)) (*messaging.Subscriber, <-chan *message.Message) {
	t.Helper()
	sub, err := messaging.NewSubscriber(messaging.SubscriberConfig{Store: log, From: from})
	require.NoError(t, err)
	pages, err := sub.Subscribe(ctx, "test")
	require.NoError(t, err)
	return sub, pages
}

// numbers returns the first data byte of each event of a page.
func numbers(t *testing.T, d eventstore.Delivery) (got []int) {
	t.Helper()
	for e, err := range d.Page.Events() {
		require.NoError(t, err)
		got = append(got, int(e.Data[0]))
	}
	return got
}

// delivery returns what msg carries.
func delivery(t *testing.T, msg *message.Message) eventstore.Delivery {
	t.Helper()
	require.NotNil(t, msg, "the channel is closed")
	d, err := messaging.PageOf(msg)
	require.NoError(t, err)
	return d
}

// until acks what comes until n events or the news of being live came, and returns the events' numbers.
func until(t *testing.T, pages <-chan *message.Message, n int) (got []int) {
	t.Helper()
	for len(got) < n {
		msg := <-pages
		got = append(got, numbers(t, delivery(t, msg))...)
		require.True(t, msg.Ack())
	}
	return got
}

func upTo(n int) (want []int) {
	for i := range n {
		want = append(want, i)
	}
	return want
}

// quiet is a logger that says nothing.
func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// memory is checkpoints that last as long as the test.
type memory struct {
	mu    sync.Mutex
	kept  map[string]eventstore.Position
	fails error // of every Save
	saves int
}

func newMemory() *memory { return &memory{kept: map[string]eventstore.Position{}} }

func (m *memory) Load(_ context.Context, name string) (eventstore.Position, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.kept[name], nil
}

func (m *memory) Save(_ context.Context, name string, p eventstore.Position) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.saves++
	if m.fails == nil {
		m.kept[name] = p
	}
	return m.fails
}
