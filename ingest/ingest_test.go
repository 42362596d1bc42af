package ingest

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// types returns the types of the events so far.
func (w *world) types() (types []string) {
	for _, e := range w.store.log(w.t) {
		types = append(types, e.EventType())
	}
	return types
}

func TestOpen(t *testing.T) {
	t.Parallel()
	t.Run("needs a node and a clock", func(t *testing.T) {
		t.Parallel()
		_, err := Open(t.Context(), &memory{}, Options{Node: "local"})
		require.Error(t, err)
		_, err = Open(t.Context(), &memory{}, Options{Clock: NewClock(ClockOptions{})})
		require.Error(t, err)
	})
	t.Run("appends ingest.opened by itself and is ready then", func(t *testing.T) {
		inWorld(t, Options{MaxAge: time.Hour}, func(t *testing.T, w *world) {
			require.NoError(t, w.node.Ready())
			assert.Equal(t, []domain.Event{&domain.IngestOpened{At: w.clock.Now()}}, w.store.log(t))
			assert.Equal(t, time.Hour, w.store.maxAge)
			assert.Equal(t, "ingest-local", w.store.events[0].Stream)
			assert.JSONEq(t, `{"by":"local"}`, string(w.store.events[0].Metadata))
		})
	})
	t.Run("says that time has passed, every half second, with nothing to say", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			start := w.clock.Now()
			pass(2 * time.Second)
			want := []domain.Event{&domain.IngestOpened{At: start}}
			for i := range 4 {
				want = append(want, &domain.HeartbeatsRecorded{Until: start.Add(time.Duration(i+1) * idleEvery)})
			}
			assert.Equal(t, want, w.store.log(t))
		})
	})
	t.Run("goes on where its stream ended, and not before the moment that was promised there", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			got := <-w.record(t.Context(), pings(1)...)
			require.NoError(t, got.err)
			pass(2 * time.Second)
			require.NoError(t, w.node.Close(t.Context()))
			closedAt := w.clock.Now()
			before := len(w.store.log(t))

			w.times.jump(-time.Minute) // and a new process: a new clock
			w.clock = NewClock(ClockOptions{Times: w.times.times})
			w.open(Options{})
			log := w.store.log(t)
			require.Len(t, log, before+1)
			assert.Equal(t, &domain.IngestOpened{At: closedAt}, log[before])
		})
	})
	t.Run("goes on in a stream of which every event has expired", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			require.NoError(t, w.node.Close(t.Context()))
			w.store.gone = len(w.store.events)
			w.open(Options{})
			require.NoError(t, w.node.Ready())
			assert.Equal(t, []string{domain.TypeIngestOpened, domain.TypeIngestClosed, domain.TypeIngestOpened}, w.types())
		})
	})
	t.Run("an event of a newer version at the end does not stop it, a broken one does", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			require.NoError(t, w.node.Close(t.Context()))
			_, err := w.store.store("ingest-local", 1, eventstore.Event{ID: uuid.New(), Type: "ingest.dreamt.v9", Data: []byte(`{}`)})
			require.NoError(t, err)
			w.open(Options{})
			require.NoError(t, w.node.Ready())
			require.NoError(t, w.node.Close(t.Context()))
			_, err = w.store.store("ingest-local", 4, eventstore.Event{ID: uuid.New(), Type: domain.TypeIngestOpened, Data: []byte(`{`)})
			require.NoError(t, err)
			_, err = Open(t.Context(), w.store, Options{Node: "local", Clock: w.clock})
			require.ErrorIs(t, err, eventstore.ErrCorrupt)
		})
	})
}

func TestAnotherOwner(t *testing.T) {
	t.Parallel()
	t.Run("whoever is not at the end of the stream any more stops, says so and stores nothing", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			select {
			case <-w.node.Failed():
				t.Fatal("failed too early")
			default:
			}
			require.NoError(t, w.node.Err())
			_, err := w.store.store("ingest-local", 0, eventstore.Event{ID: uuid.New(), Type: domain.TypeIngestOpened, Data: []byte(`{}`)})
			require.NoError(t, err)
			got := <-w.record(t.Context(), pings(1)...)
			requireKind(t, domain.Unavailable, got.err)
			<-w.node.Failed()
			var conflict *eventstore.ConflictError
			require.ErrorAs(t, w.node.Err(), &conflict)
			require.ErrorAs(t, w.node.Ready(), &conflict)
			require.ErrorAs(t, w.node.Close(t.Context()), &conflict)
			got = <-w.record(t.Context(), pings(1)...)
			requireKind(t, domain.Unavailable, got.err)
			assert.Len(t, w.store.events, 2)
		})
	})
	t.Run("two that begin with an empty stream do not both write", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			hold, release := blocked()
			w.store.setFault(hold)
			w.open(Options{})
			first := w.node
			w.open(Options{})
			release()
			synctest.Wait()
			failed := 0
			for _, n := range []*Ingest{first, w.node} {
				if n.Err() != nil {
					failed++
				}
			}
			assert.Equal(t, 1, failed)
			assert.Len(t, w.store.events, 1)
			w.close()
			w.node = first
			w.close()
		})
	})
	for _, final := range []error{eventstore.ErrClosed, eventstore.ErrCorrupt, eventstore.ErrInvalid, eventstore.ErrTooLarge} {
		t.Run("there is no going on after: "+final.Error(), func(t *testing.T) {
			inWorld(t, Options{}, func(t *testing.T, w *world) {
				w.store.setFault(func(context.Context, eventstore.Event) (bool, error) { return false, final })
				pass(idleEvery)
				<-w.node.Failed()
				require.ErrorIs(t, w.node.Err(), final)
			})
		})
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	t.Run("stores what is queued, then appends ingest.closed, and takes nothing more", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			hold, release := blocked()
			w.store.setFault(hold)
			first := w.record(t.Context(), pings(1)...)
			second := w.record(t.Context(), pings(2)...)
			stopped := w.clock.Now()
			closed := make(chan error, 1)
			go func() { closed <- w.node.Close(t.Context()) }()
			synctest.Wait()
			require.ErrorContains(t, w.node.Ready(), "closing")
			requireKind(t, domain.Unavailable, (<-w.record(t.Context(), pings(1)...)).err)
			pass(time.Second)
			release()
			require.NoError(t, <-closed)
			require.NoError(t, (<-first).err)
			require.NoError(t, (<-second).err)
			log := w.store.log(t)
			require.Len(t, log, 4)
			assert.Len(t, log[2].(*domain.HeartbeatsRecorded).Heartbeats, 2)
			assert.Equal(t, stopped, log[2].(*domain.HeartbeatsRecorded).Until, "nobody was heard after the stop")
			assert.Equal(t, &domain.IngestClosed{At: stopped}, log[3])
			require.NoError(t, w.node.Close(t.Context()), "closing twice is harmless")
			requireKind(t, domain.Unavailable, (<-w.record(t.Context(), pings(1)...)).err)
		})
	})
	t.Run("gives up when its context ends, and says what is lost", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			hold, _ := blocked()
			w.store.setFault(hold)
			w.record(t.Context(), pings(1)...)
			lost := w.record(t.Context(), pings(3)...)
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			err := w.node.Close(ctx)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.ErrorContains(t, err, "3 heartbeats not stored")
			requireKind(t, domain.Unavailable, (<-lost).err)
			<-w.node.ended
			require.NoError(t, w.node.Err(), "that is no failure of the node")
		})
	})
	t.Run("a deaf node tells since when it was deaf before it closes", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			start := w.clock.Now()
			pass(100 * time.Millisecond)
			hold, release := blocked()
			w.store.setFault(hold)
			w.record(t.Context(), pings(1)...)
			pass(6 * time.Second)
			require.ErrorContains(t, w.node.Ready(), "stalled")
			stopped := w.clock.Now()
			closed := make(chan error, 1)
			go func() { closed <- w.node.Close(t.Context()) }()
			synctest.Wait()
			release()
			require.NoError(t, <-closed)
			log := w.store.log(t)
			deafFrom := start.Add(100 * time.Millisecond)
			assert.Equal(t, []domain.Event{
				&domain.IngestOpened{At: stopped, DeafFrom: deafFrom, Why: WhyStalled}, &domain.IngestClosed{At: stopped},
			}, log[len(log)-2:])
		})
	})
	t.Run("a node that never opened closes nothing", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.clock.NotBefore(w.clock.Now().Add(time.Hour))
			w.open(Options{})
			require.ErrorContains(t, w.node.Ready(), "behind the log")
			require.NoError(t, w.node.Close(t.Context()))
			assert.Empty(t, w.store.events)
		})
	})
}

func TestRetries(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stored bool
		err    error
	}{
		"an append of unknown outcome that is stored":     {true, eventstore.ErrUnknownOutcome},
		"an append of unknown outcome that is not stored": {false, eventstore.ErrUnknownOutcome},
		"an append to a log that cannot be reached":       {false, eventstore.ErrUnavailable},
		"an append that fails in a way nobody knows":      {false, errors.New("strange")},
	} {
		t.Run(name+" is repeated, the same event, until it is known, and no event comes before", func(t *testing.T) {
			retried := 0
			o := Options{Observer: Observer{Retried: func(error) { retried++ }}}
			inWorld(t, o, func(t *testing.T, w *world) {
				var ids []uuid.UUID
				w.store.setFault(func(_ context.Context, e eventstore.Event) (bool, error) {
					if ids = append(ids, e.ID); len(ids) > 5 {
						return true, nil
					}
					return c.stored, c.err
				})
				got := <-w.record(t.Context(), pings(1)...)
				require.NoError(t, got.err)
				w.store.setFault(nil)
				for _, id := range ids[:6] {
					assert.Equal(t, ids[0], id)
				}
				assert.Equal(t, 5, retried)
				assert.Equal(t, []string{domain.TypeIngestOpened, domain.TypeHeartbeatsRecorded}, w.types()[:2])
				assert.Equal(t, domain.Position{Commit: 2, Prepare: 2}, got.Position)
			})
		})
	}
	t.Run("an append that is never answered is given up after five seconds and repeated", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			calls := 0
			w.store.setFault(func(ctx context.Context, _ eventstore.Event) (bool, error) {
				if calls++; calls == 1 {
					<-ctx.Done()
					return true, ctx.Err()
				}
				return true, nil
			})
			requireKind(t, domain.Unavailable, (<-w.record(t.Context(), pings(1)...)).err)
			pass(time.Second)
			require.NoError(t, w.node.Ready())
			require.Len(t, w.store.log(t)[1].(*domain.HeartbeatsRecorded).Heartbeats, 1)
		})
	})
}
