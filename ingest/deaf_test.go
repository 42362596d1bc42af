package ingest

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

// opened returns the ingest.opened of the log so far, without the first.
func (w *world) opened() (opened []*domain.IngestOpened) {
	for _, e := range w.store.log(w.t)[1:] {
		if o, ok := e.(*domain.IngestOpened); ok {
			opened = append(opened, o)
		}
	}
	return opened
}

func TestDeaf(t *testing.T) {
	t.Parallel()
	t.Run("a node that was suspended names the time since its last proof of running", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			pass(300 * time.Millisecond)
			slept := w.clock.Now()
			w.times.suspend(time.Hour)
			got := <-w.record(t.Context(), pings(1)...)
			require.NoError(t, got.err)
			opened := w.opened()
			require.Len(t, opened, 1)
			assert.Equal(t, &domain.IngestOpened{At: slept.Add(time.Hour), DeafFrom: slept.Add(-50 * time.Millisecond), Why: WhySuspended}, opened[0])
			assert.GreaterOrEqual(t, got.ReceivedAt, opened[0].At)
		})
	})
	t.Run("a second unproven is not yet a suspension", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			pass(250 * time.Millisecond)
			w.times.jump(time.Second)
			require.NoError(t, (<-w.record(t.Context(), pings(1)...)).err)
			assert.Empty(t, w.opened())
		})
	})
	t.Run("a node without room is deaf from the first refusal, sends what it has, and promises no more than that moment", func(t *testing.T) {
		inWorld(t, Options{QueueHeartbeats: 4}, func(t *testing.T, w *world) {
			pass(100 * time.Millisecond)
			hold, release := blocked()
			w.store.setFault(hold)
			w.record(t.Context(), pings(1)...)
			pass(50 * time.Millisecond)
			queued := w.record(t.Context(), pings(4)...)
			pass(50 * time.Millisecond)
			refused := w.clock.Now()
			requireKind(t, domain.Overloaded, (<-w.record(t.Context(), pings(1)...)).err)
			require.ErrorContains(t, w.node.Ready(), "deaf (overloaded)")
			pass(50 * time.Millisecond)
			waiting := w.record(t.Context(), pings(1)...)
			release()
			require.NoError(t, (<-queued).err)
			got := <-waiting
			require.NoError(t, got.err)
			log := w.store.log(t)
			assert.Equal(t, refused, log[2].(*domain.HeartbeatsRecorded).Until)
			assert.Equal(t, &domain.IngestOpened{At: w.clock.Now(), DeafFrom: refused, Why: WhyOverloaded}, log[3])
			assert.Len(t, log[4].(*domain.HeartbeatsRecorded).Heartbeats, 1)
			require.NoError(t, w.node.Ready())
		})
	})
	t.Run("a node that cannot store is stalled since the last moment it promised", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			pass(600 * time.Millisecond) // one empty batch, after 500 ms
			hold, release := blocked()
			w.store.setFault(hold)
			taken := w.clock.Now()
			w.record(t.Context(), pings(1)...)
			w.record(t.Context(), pings(2)...)
			pass(4 * time.Second)
			require.NoError(t, w.node.Ready())
			pass(time.Second)
			require.ErrorContains(t, w.node.Ready(), "deaf (stalled)")
			release()
			pass(100 * time.Millisecond)
			log := w.store.log(t)
			require.GreaterOrEqual(t, len(log), 5)
			assert.Len(t, log[3].(*domain.HeartbeatsRecorded).Heartbeats, 2, "what it received in time is in the log")
			assert.Equal(t, taken, log[3].(*domain.HeartbeatsRecorded).Until, "and answers for no more than was promised")
			assert.Equal(t, taken, log[4].(*domain.IngestOpened).DeafFrom)
			assert.Equal(t, WhyStalled, log[4].(*domain.IngestOpened).Why)
		})
	})
	t.Run("an append that is slow and loses nothing is no deaf span", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			w.store.setFault(func(context.Context, eventstore.Event) (bool, error) {
				<-time.After(2 * time.Second)
				return true, nil
			})
			for range 5 {
				require.NoError(t, (<-w.record(t.Context(), pings(1)...)).err)
			}
			w.store.setFault(nil)
			pass(5 * time.Second)
			assert.Empty(t, w.opened())
		})
	})
	t.Run("a clock that refuses stops time in the log, and what it missed is named when it is right again", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			pass(600 * time.Millisecond)
			before := len(w.store.log(t))
			w.times.jump(time.Hour)
			pass(time.Minute)
			assert.Len(t, w.store.log(t), before)
			require.ErrorContains(t, w.node.Ready(), "jumped forward")
			w.times.jump(-time.Hour)
			pass(time.Second)
			require.NoError(t, w.node.Ready())
			opened := w.opened()
			require.Len(t, opened, 1)
			assert.Equal(t, WhySuspended, opened[0].Why)
			assert.InDelta(t, time.Minute.Milliseconds(), int64(opened[0].At-opened[0].DeafFrom), 600)
		})
	})
	t.Run("so does one far from the fleet's, until nobody says so any more", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			newest := w.clock.Now().Add(6 * time.Second)
			w.clock.ObserveEvaluation(newest, newest)
			require.ErrorContains(t, w.node.Ready(), "behind the other nodes'")
			pass(6 * time.Second)
			require.NoError(t, w.node.Ready())
			require.Len(t, w.opened(), 1)
		})
	})
}

func TestOpeningOnItsWay(t *testing.T) {
	t.Parallel()
	t.Run("what is refused meanwhile is named by a second event, before any batch", func(t *testing.T) {
		inWorld(t, Options{QueueHeartbeats: 2}, func(t *testing.T, w *world) {
			w.times.suspend(2 * time.Second)
			hold, release := blocked()
			w.store.setFault(hold)
			pass(time.Second)
			waiting := w.record(t.Context(), pings(1)...)
			requireKind(t, domain.Overloaded, (<-w.record(t.Context(), pings(1)...)).err)
			pass(time.Second)
			release()
			got := <-waiting
			require.NoError(t, got.err)
			opened := w.opened()
			require.Len(t, opened, 2)
			assert.Equal(t, &domain.IngestOpened{At: got.ReceivedAt, DeafFrom: opened[0].At, Why: WhySuspended}, opened[1], "one outage, one reason")
			types := w.types()
			assert.Equal(t, []string{domain.TypeIngestOpened, domain.TypeIngestOpened, domain.TypeHeartbeatsRecorded}, types[len(types)-3:])
		})
	})
	t.Run("so is who only waited: he knocked before he was heard", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			w.times.suspend(2 * time.Second)
			hold, release := blocked()
			w.store.setFault(hold)
			pass(time.Second)
			waiting := w.record(t.Context(), pings(1)...)
			pass(time.Second)
			release()
			got := <-waiting
			require.NoError(t, got.err)
			opened := w.opened()
			require.Len(t, opened, 2)
			assert.Equal(t, &domain.IngestOpened{At: got.ReceivedAt, DeafFrom: opened[0].At, Why: WhySuspended}, opened[1])
		})
	})
	t.Run("so is who knocked and went away", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			w.times.suspend(2 * time.Second)
			hold, release := blocked()
			w.store.setFault(hold)
			pass(time.Second)
			ctx, cancel := context.WithCancel(t.Context())
			gone := w.record(ctx, pings(1)...)
			cancel()
			require.ErrorIs(t, (<-gone).err, context.Canceled)
			pass(time.Second)
			release()
			pass(time.Second)
			opened := w.opened()
			require.Len(t, opened, 2)
			assert.Equal(t, opened[0].At, opened[1].DeafFrom)
		})
	})
	t.Run("so is who waited in vain because the node closes", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			w.times.suspend(2 * time.Second)
			hold, release := blocked()
			w.store.setFault(hold)
			pass(time.Second)
			waiting := w.record(t.Context(), pings(1)...)
			pass(time.Second)
			closed := make(chan error, 1)
			go func() { closed <- w.node.Close(t.Context()) }()
			requireKind(t, domain.Unavailable, (<-waiting).err)
			stopped := w.clock.Now()
			release()
			require.NoError(t, <-closed)
			opened := w.opened()
			require.Len(t, opened, 2)
			assert.Equal(t, &domain.IngestOpened{At: stopped, DeafFrom: opened[0].At, Why: WhySuspended}, opened[1])
		})
	})
	t.Run("one that took more than five seconds is done again before anything is taken", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			w.times.suspend(2 * time.Second)
			slow := 1
			w.store.setFault(func(_ context.Context, e eventstore.Event) (bool, error) {
				if e.Type == domain.TypeIngestOpened && slow == 1 {
					slow--
					<-time.After(7 * time.Second)
				}
				return true, nil
			})
			pass(4 * time.Second)
			got := <-w.record(t.Context(), pings(1)...)
			require.NoError(t, got.err)
			opened := w.opened()
			require.Len(t, opened, 2)
			assert.Equal(t, opened[0].At, opened[1].DeafFrom)
			assert.Equal(t, WhyStalled, opened[1].Why)
			assert.GreaterOrEqual(t, got.ReceivedAt, opened[1].At)
		})
	})
}

func TestWhatIsTold(t *testing.T) {
	t.Parallel()
	t.Run("a deaf span is logged once when it begins and once when it ends, and counted", func(t *testing.T) {
		var text bytes.Buffer
		var spans []string
		stored := 0
		o := Options{
			Logger: slog.New(slog.NewTextHandler(&text, nil)),
			Observer: Observer{
				Deaf: func(why string, length time.Duration) {
					spans = append(spans, why+" "+length.Round(time.Second).String())
				},
				Stored: func(n, size int, _ time.Duration) { stored += n; assert.Positive(t, size) },
			},
		}
		inWorld(t, o, func(t *testing.T, w *world) {
			require.NoError(t, (<-w.record(t.Context(), pings(3)...)).err)
			assert.Equal(t, 3, stored)
			w.store.setFault(func(context.Context, eventstore.Event) (bool, error) { return false, eventstore.ErrUnavailable })
			pass(10 * time.Second)
			w.store.setFault(nil)
			pass(2 * time.Second)
			log := text.String()
			assert.Equal(t, 1, strings.Count(log, "heartbeats cannot be stored, trying again"), log)
			assert.Equal(t, 1, strings.Count(log, "heartbeats are stored again"), log)
			assert.Equal(t, 1, strings.Count(log, "node takes no heartbeats"), log)
			assert.Equal(t, 2, strings.Count(log, `msg="node takes heartbeats"`), log)
			require.Len(t, spans, 1)
			assert.Contains(t, spans[0], "stalled 1")
		})
	})
}
