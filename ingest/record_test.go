package ingest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/domain"
	"fleetbeat/eventstore"
)

func TestRecord(t *testing.T) {
	t.Parallel()
	t.Run("stamps heartbeats and answers when they are in the log, with where", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			pass(123 * time.Millisecond)
			hold, release := blocked()
			w.store.setFault(hold)
			h := domain.Heartbeat{VIN: vin(1), ID: "a", SentAt: 5, Location: &domain.Location{Lat: 1, Lon: 2}, ReceivedAt: 77}
			first := w.record(t.Context(), h, domain.Heartbeat{VIN: vin(2)})
			stamp := w.clock.Now()
			pass(3 * time.Second)
			require.Empty(t, first, "not before it is durable")
			release()
			got := <-first
			require.NoError(t, got.err)
			require.Len(t, got.Receipts, 2)
			assert.Equal(t, Receipt{ID: "a"}, got.Receipts[0])
			assert.Equal(t, stamp, got.ReceivedAt)
			assert.Equal(t, domain.Position{Commit: 2, Prepare: 2}, got.Position)
			h.ReceivedAt = stamp
			batch := w.store.log(t)[1].(*domain.HeartbeatsRecorded)
			assert.Equal(t, []domain.Heartbeat{h, {VIN: vin(2), ID: got.Receipts[1].ID, ReceivedAt: stamp}}, batch.Heartbeats)
			assert.Equal(t, stamp, batch.Until)
		})
	})
	t.Run("of nothing is nothing", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			got, err := w.node.Record(t.Context(), nil)
			require.NoError(t, err)
			assert.Zero(t, got)
		})
	})
	t.Run("what arrives while an append is on its way is the next batch", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			hold, release := blocked()
			w.store.setFault(hold)
			var answers []<-chan answer
			for range 10 {
				answers = append(answers, w.record(t.Context(), pings(3)...))
			}
			assert.Equal(t, 27, w.node.Stats().Heartbeats)
			release()
			for i, a := range answers {
				got := <-a
				require.NoError(t, got.err)
				assert.Equal(t, uint64(2+min(i, 1)), got.Position.Commit)
			}
			assert.Len(t, w.store.log(t)[2].(*domain.HeartbeatsRecorded).Heartbeats, 27)
			assert.Zero(t, w.node.Stats().Heartbeats)
			assert.Zero(t, w.node.Stats().Bytes)
		})
	})
	t.Run("a call of more than a batch holds answers with the last position; each batch promises the first stamp left behind", func(t *testing.T) {
		inWorld(t, Options{maxBatch: 1000}, func(t *testing.T, w *world) {
			stamp := w.clock.Now()
			got := <-w.record(t.Context(), pings(100)...)
			require.NoError(t, got.err)
			log := w.store.log(t)
			assert.Equal(t, uint64(len(log)), got.Position.Commit)
			require.Greater(t, len(log), 10)
			n := 0
			for _, e := range log[1:] {
				b := e.(*domain.HeartbeatsRecorded)
				assert.Equal(t, stamp, b.Until)
				n += len(b.Heartbeats)
			}
			assert.Equal(t, 100, n)
		})
	})
	t.Run("a repeated id is a duplicate, stored as bare contact", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			h := domain.Heartbeat{VIN: vin(1), ID: "a", SentAt: 5, Location: &domain.Location{Lat: 1, Lon: 2}}
			require.NoError(t, (<-w.record(t.Context(), h)).err)
			again := <-w.record(t.Context(), h)
			require.NoError(t, again.err)
			assert.Equal(t, []Receipt{{ID: "a", Duplicate: true}}, again.Receipts)
			assert.Equal(t, []domain.Heartbeat{{VIN: vin(1), ID: "a", ReceivedAt: again.ReceivedAt}},
				w.store.log(t)[2].(*domain.HeartbeatsRecorded).Heartbeats)
		})
	})
	t.Run("a call that was refused is not remembered: sent again it is stored whole", func(t *testing.T) {
		inWorld(t, Options{QueueHeartbeats: 1}, func(t *testing.T, w *world) {
			h := []domain.Heartbeat{{VIN: vin(1), ID: "a", SentAt: 5}, {VIN: vin(1), ID: "b"}}
			requireKind(t, domain.Overloaded, (<-w.record(t.Context(), h...)).err)
			got := <-w.record(t.Context(), h[0])
			require.NoError(t, got.err)
			assert.False(t, got.Receipts[0].Duplicate)
		})
	})
	t.Run("a heartbeat that cannot be encoded is an error and changes nothing", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			got := <-w.record(t.Context(), domain.Heartbeat{VIN: vin(1), ID: "a"}, domain.Heartbeat{VIN: vin(1), ID: "\xff"})
			require.Error(t, got.err)
			assert.Zero(t, w.node.Stats().Heartbeats)
		})
	})
}

func TestRecordThatIsGivenUp(t *testing.T) {
	t.Parallel()
	t.Run("a caller that goes away changes nothing", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			hold, release := blocked()
			w.store.setFault(hold)
			ctx, cancel := context.WithCancel(t.Context())
			gone := w.record(ctx, pings(2)...)
			cancel()
			require.ErrorIs(t, (<-gone).err, context.Canceled)
			already := <-w.record(ctx, domain.Heartbeat{VIN: vin(1), ID: "late"})
			require.ErrorIs(t, already.err, context.Canceled)
			release()
			pass(time.Second)
			log := w.store.log(t)
			assert.Len(t, log[1].(*domain.HeartbeatsRecorded).Heartbeats, 2)
			assert.Equal(t, "late", log[2].(*domain.HeartbeatsRecorded).Heartbeats[0].ID, "it was read whole, so it was received")
		})
	})
	t.Run("five seconds after the stamp it is 503, even if it is stored then", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			start := time.Now()
			w.store.setFault(func(context.Context, eventstore.Event) (bool, error) {
				<-time.After(5*time.Second + time.Millisecond)
				return true, nil
			})
			got := <-w.record(t.Context(), pings(1)...)
			requireKind(t, domain.Unavailable, got.err)
			assert.Equal(t, 5*time.Second, time.Since(start))
			w.store.setFault(nil)
			pass(time.Second)
			assert.Len(t, w.store.log(t)[1].(*domain.HeartbeatsRecorded).Heartbeats, 1)
		})
	})
	t.Run("five seconds are early enough", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			w.store.setFault(func(context.Context, eventstore.Event) (bool, error) {
				<-time.After(5*time.Second - time.Millisecond)
				return true, nil
			})
			require.NoError(t, (<-w.record(t.Context(), pings(1)...)).err)
			w.store.setFault(nil)
		})
	})
	t.Run("the receipt clock decides: a process that slept meanwhile is late", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			hold, release := blocked()
			w.store.setFault(hold)
			slow := w.record(t.Context(), pings(1)...)
			w.times.suspend(6 * time.Second)
			release()
			requireKind(t, domain.Unavailable, (<-slow).err)
		})
	})
}

func TestRecordWithoutRoom(t *testing.T) {
	t.Parallel()
	t.Run("is refused at once, and what was queued is kept", func(t *testing.T) {
		inWorld(t, Options{QueueHeartbeats: 10}, func(t *testing.T, w *world) {
			hold, release := blocked()
			w.store.setFault(hold)
			onItsWay := w.record(t.Context(), pings(10)...)
			queued := w.record(t.Context(), pings(10)...)
			start := time.Now()
			requireKind(t, domain.Overloaded, (<-w.record(t.Context(), pings(1)...)).err)
			assert.Zero(t, time.Since(start))
			release()
			require.NoError(t, (<-onItsWay).err)
			require.NoError(t, (<-queued).err)
		})
	})
	t.Run("a call larger than the queue is refused, and makes nobody deaf", func(t *testing.T) {
		inWorld(t, Options{QueueHeartbeats: 10}, func(t *testing.T, w *world) {
			requireKind(t, domain.Overloaded, (<-w.record(t.Context(), pings(11)...)).err)
			require.NoError(t, w.node.Ready())
		})
	})
}

func TestRecordWaits(t *testing.T) {
	t.Parallel()
	stalled := func(t *testing.T, w *world) (release func()) {
		hold, release := blocked()
		w.store.setFault(hold)
		pass(6 * time.Second)
		require.ErrorContains(t, w.node.Ready(), "stalled")
		return release
	}
	t.Run("for a deaf node to listen again, and stamps only then", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			release := stalled(t, w)
			knocked := w.clock.Now()
			waiting := w.record(t.Context(), pings(2)...)
			assert.Equal(t, 2, w.node.Stats().Waiting)
			pass(2 * time.Second)
			release()
			got := <-waiting
			require.NoError(t, got.err)
			assert.GreaterOrEqual(t, got.ReceivedAt, knocked.Add(2*time.Second))
			assert.Zero(t, w.node.Stats().Waiting)
		})
	})
	t.Run("at most five seconds", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			stalled(t, w)
			start := time.Now()
			requireKind(t, domain.Unavailable, (<-w.record(t.Context(), pings(1)...)).err)
			assert.Equal(t, 5*time.Second, time.Since(start))
			assert.Zero(t, w.node.Stats().Waiting)
		})
	})
	t.Run("as long as the caller does", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			stalled(t, w)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			require.ErrorIs(t, (<-w.record(ctx, pings(1)...)).err, context.DeadlineExceeded)
		})
	})
	t.Run("with half as many as the queue holds, so that all who waited find room", func(t *testing.T) {
		inWorld(t, Options{QueueHeartbeats: 10}, func(t *testing.T, w *world) {
			release := stalled(t, w)
			var waiting []<-chan answer
			for range 5 {
				waiting = append(waiting, w.record(t.Context(), pings(1)...))
			}
			requireKind(t, domain.Overloaded, (<-w.record(t.Context(), pings(1)...)).err)
			release()
			for _, a := range waiting {
				require.NoError(t, (<-a).err)
			}
		})
	})
	t.Run("with half as many bytes, too", func(t *testing.T) {
		one := len(encoded(t, newSeen(1), pings(1)...).bytes)
		inWorld(t, Options{QueueBytes: 5 * one}, func(t *testing.T, w *world) {
			release := stalled(t, w)
			waiting := w.record(t.Context(), pings(2)...)
			requireKind(t, domain.Overloaded, (<-w.record(t.Context(), pings(1)...)).err)
			release()
			require.NoError(t, (<-waiting).err)
			assert.Zero(t, w.node.waitingBytes)
		})
	})
	t.Run("not at all while the clock refuses", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			w.times.jump(time.Hour)
			start := time.Now()
			got := <-w.record(t.Context(), pings(1)...)
			requireKind(t, domain.Unavailable, got.err)
			assert.ErrorContains(t, got.err, "jumped forward by 1h0m0s")
			assert.Zero(t, time.Since(start))
		})
	})
	t.Run("until the node closes", func(t *testing.T) {
		inWorld(t, Options{}, func(t *testing.T, w *world) {
			stalled(t, w)
			waiting := w.record(t.Context(), pings(1)...)
			go w.close()
			requireKind(t, domain.Unavailable, (<-waiting).err)
		})
	})
}

func TestRecordOnAFullDisk(t *testing.T) {
	full := func(context.Context, eventstore.Event) (bool, error) {
		return false, fmt.Errorf("append: %w", eventstore.ErrFull)
	}
	said := func(t *testing.T, err error) {
		t.Helper()
		requireKind(t, domain.Unavailable, err)
		var e *domain.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, "the disk is full: heartbeats cannot be stored now", e.Message)
		require.ErrorIs(t, err, eventstore.ErrFull, "the operator learns the rest")
	}
	inWorld(t, Options{}, func(t *testing.T, w *world) {
		w.store.setFault(full)
		queued := w.record(t.Context(), pings(1)...)
		start := time.Now()
		said(t, (<-queued).err)
		assert.Equal(t, 5*time.Second, time.Since(start), "until then there might have been room again")
		pass(time.Second)
		require.ErrorContains(t, w.node.Ready(), "the disk is full")
		start = time.Now()
		said(t, (<-w.record(t.Context(), pings(1)...)).err)
		assert.Zero(t, time.Since(start), "once nothing goes any more, nobody is kept waiting")

		w.store.setFault(nil)
		pass(2 * time.Second)
		require.NoError(t, w.node.Ready(), "it ends by itself")
		require.NoError(t, (<-w.record(t.Context(), pings(1)...)).err)
		var heard int
		var opened *domain.IngestOpened
		for _, e := range w.store.log(t) {
			switch e := e.(type) {
			case *domain.HeartbeatsRecorded:
				heard += len(e.Heartbeats)
			case *domain.IngestOpened:
				opened = e
			}
		}
		assert.Equal(t, 2, heard, "what was queued is stored late, what was refused is not")
		assert.Equal(t, WhyStalled, opened.Why, "and the time in which nobody was heard is in the log")
	})
}
