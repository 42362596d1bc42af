package storetest_test

import (
	"context"
	"errors"
	"flag"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/sqlite"
	"fleetbeat/eventstore/storetest"
)

// broken names the way in which the store under TestContract is broken. The test binary runs itself with each of them:
// a promise that no broken store can fail would promise nothing.
var broken = flag.String("broken", "", "how to break the store (the test's own child)")

func open(t *testing.T) eventstore.Store {
	t.Helper()
	s, err := sqlite.Open(filepath.Join(t.TempDir(), "events.db"), sqlite.Options{Sweep: -1})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return s
}

func TestContract(t *testing.T) {
	t.Parallel()
	var can storetest.Abilities
	if *broken != "" {
		can.Patience = 2 * time.Second
	}
	storetest.Run(t, func(t *testing.T) eventstore.Store {
		s := &wrong{Store: open(t)}
		for _, w := range ways() {
			if w.name == *broken {
				w.wrong(s)
			}
		}
		return s
	}, can)
}

// way is one way of breaking a store, and the topic of the contract that must notice.
type way struct {
	name, topic string
	wrong       func(*wrong)
}

// wrong is a store of which one call may be replaced.
type wrong struct {
	eventstore.Store

	append func(ctx context.Context, stream string, expected eventstore.Revision, events []eventstore.Event) (eventstore.Appended, error)
	all    func(eventstore.Recorded) bool // whether reading the log yields it
	after  func(eventstore.Position) eventstore.Position
	types  func([]string) []string
	next   func(context.Context, eventstore.Subscription) (eventstore.Delivery, error)
	from   func(eventstore.Revision) eventstore.Revision
}

func (w *wrong) Append(ctx context.Context, stream string, expected eventstore.Revision, events ...eventstore.Event) (eventstore.Appended, error) {
	if w.append != nil {
		return w.append(ctx, stream, expected, events)
	}
	return w.Store.Append(ctx, stream, expected, events...)
}

func (w *wrong) ReadStream(ctx context.Context, stream string, from eventstore.Revision, d eventstore.Direction) iter.Seq2[eventstore.Recorded, error] {
	if w.from != nil {
		from = w.from(from)
	}
	return w.Store.ReadStream(ctx, stream, from, d)
}

func (w *wrong) ReadAll(ctx context.Context, after eventstore.Position, types ...string) iter.Seq2[eventstore.Page, error] {
	if w.all == nil {
		return w.Store.ReadAll(ctx, after, types...)
	}
	return func(yield func(eventstore.Page, error) bool) {
		for page, err := range w.Store.ReadAll(ctx, after, types...) {
			var b eventstore.PageBuilder
			for e, err := range page.Events() {
				if err == nil && w.all(e) {
					b.Add(e)
				}
			}
			if page = b.Page(); (page.Len() > 0 || err != nil) && !yield(page, err) {
				return
			}
		}
	}
}

func (w *wrong) Subscribe(ctx context.Context, after eventstore.Position, types ...string) (eventstore.Subscription, error) {
	if w.after != nil {
		after = w.after(after)
	}
	if w.types != nil {
		types = w.types(types)
	}
	sub, err := w.Store.Subscribe(ctx, after, types...)
	return &wrongSubscription{sub, w}, err
}

type wrongSubscription struct {
	eventstore.Subscription
	store *wrong
}

func (s *wrongSubscription) Next(ctx context.Context) (eventstore.Delivery, error) {
	if s.store.next != nil {
		return s.store.next(ctx, s.Subscription)
	}
	return s.Subscription.Next(ctx)
}

func ways() []way {
	return []way{
		{"takes any revision", "conflict", func(w *wrong) {
			w.append = func(ctx context.Context, stream string, expected eventstore.Revision, events []eventstore.Event) (eventstore.Appended, error) {
				got, err := w.Store.Append(ctx, stream, expected, events...)
				for conflict := (*eventstore.ConflictError)(nil); errors.As(err, &conflict); {
					got, err = w.Store.Append(ctx, stream, conflict.Actual, events...)
				}
				return got, err
			}
		}},
		{"stores an append by halves", "conflict", func(w *wrong) {
			w.append = func(ctx context.Context, stream string, expected eventstore.Revision, events []eventstore.Event) (eventstore.Appended, error) {
				got, err := w.Store.Append(ctx, stream, expected, events...)
				if conflict := (*eventstore.ConflictError)(nil); errors.As(err, &conflict) && len(events) > 2 {
					_, _ = w.Store.Append(ctx, stream, conflict.Actual, events[0])
				}
				return got, err
			}
		}},
		{"does not know a retry", "retry", func(w *wrong) {
			var mu sync.Mutex
			seen := map[string]bool{}
			w.append = func(ctx context.Context, stream string, expected eventstore.Revision, events []eventstore.Event) (eventstore.Appended, error) {
				mu.Lock()
				again := seen[events[0].ID.String()]
				seen[events[0].ID.String()] = true
				mu.Unlock()
				if again {
					return eventstore.Appended{}, &eventstore.ConflictError{Stream: stream, Expected: expected, Actual: expected + 1}
				}
				return w.Store.Append(ctx, stream, expected, events...)
			}
		}},
		{"cuts data at the first zero", "append", func(w *wrong) {
			w.append = func(ctx context.Context, stream string, expected eventstore.Revision, events []eventstore.Event) (eventstore.Appended, error) {
				changed := append([]eventstore.Event{}, events...)
				for i, e := range changed {
					for n, b := range e.Data {
						if b == 0 {
							changed[i].Data = e.Data[:n]
							break
						}
					}
				}
				return w.Store.Append(ctx, stream, expected, changed...)
			}
		}},
		{"stores after the context has ended", "cancel", func(w *wrong) {
			w.append = func(ctx context.Context, stream string, expected eventstore.Revision, events []eventstore.Event) (eventstore.Appended, error) {
				got, err := w.Store.Append(context.WithoutCancel(ctx), stream, expected, events...)
				if ctx.Err() != nil {
					return eventstore.Appended{}, ctx.Err()
				}
				return got, err
			}
		}},
		{"takes more than MaxAppendSize by halves", "limits", func(w *wrong) {
			w.append = func(ctx context.Context, stream string, expected eventstore.Revision, events []eventstore.Event) (eventstore.Appended, error) {
				got, err := w.Store.Append(ctx, stream, expected, events...)
				if errors.Is(err, eventstore.ErrTooLarge) && len(events) > 1 {
					_, _ = w.Store.Append(ctx, stream, expected, events[0])
				}
				return got, err
			}
		}},
		{"shows an event only after a later one", "order", func(w *wrong) {
			var mu sync.Mutex
			looked := map[eventstore.Position]bool{}
			w.all = func(e eventstore.Recorded) bool {
				mu.Lock()
				defer mu.Unlock()
				before := looked[e.Position]
				looked[e.Position] = true
				return before || e.Position.Commit%20 != 0
			}
		}},
		{"loses the first event of a type", "read the log", func(w *wrong) {
			w.all = func(e eventstore.Recorded) bool { return e.Revision != 1 }
		}},
		{"reads a stream from one too late", "read a stream", func(w *wrong) {
			w.from = func(from eventstore.Revision) eventstore.Revision {
				if from > 0 && from < 100 {
					from++
				}
				return from
			}
		}},
		{"subscribes from one too late", "subscribe", func(w *wrong) {
			w.after = func(p eventstore.Position) eventstore.Position {
				return eventstore.Position{Commit: p.Commit + 1, Prepare: p.Prepare + 1}
			}
		}},
		{"subscribes to every type", "subscribe", func(w *wrong) {
			w.types = func([]string) []string { return nil }
		}},
		{"says live of every page", "subscribe", func(w *wrong) {
			w.next = func(ctx context.Context, s eventstore.Subscription) (eventstore.Delivery, error) {
				d, err := s.Next(ctx)
				d.Live = true
				return d, err
			}
		}},
		{"loses what is read when the context ends", "interrupt a subscription", func(w *wrong) {
			w.next = func(ctx context.Context, s eventstore.Subscription) (eventstore.Delivery, error) {
				deaf, cancel := context.WithTimeout(context.WithoutCancel(ctx), 50*time.Millisecond)
				defer cancel()
				d, err := s.Next(deaf)
				if err == nil && ctx.Err() != nil {
					return eventstore.Delivery{}, ctx.Err()
				}
				return d, err
			}
		}},
	}
}

func TestBroken(t *testing.T) {
	t.Parallel()
	for _, w := range ways() {
		t.Run("a store that "+w.name+" fails at "+w.topic, func(t *testing.T) {
			t.Parallel()
			pattern := "^TestContract$/^" + w.topic + "$"
			out, err := exec.CommandContext(t.Context(), os.Args[0], "-test.run="+pattern, "-test.timeout=60s", "-broken="+w.name).CombinedOutput()
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit, "it passed:\n%s", out)
			assert.Contains(t, string(out), "--- FAIL: TestContract/", "%s", out)
			assert.NotContains(t, string(out), "panic:", "%s", out)
		})
	}
}
