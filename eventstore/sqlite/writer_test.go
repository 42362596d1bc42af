package sqlite_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
	"fleetbeat/eventstore/storetest"
)

// together appends from as many goroutines as there are calls, held up until all of them wait, and returns the errors.
// The first may go alone; the others share a transaction.
func together(t *testing.T, s *opened, calls ...func() error) []error {
	t.Helper()
	errs := make([]error, len(calls))
	release := s.Hold()
	var waiting, done sync.WaitGroup
	for i, call := range calls {
		waiting.Add(1)
		done.Go(func() {
			waiting.Done()
			errs[i] = call()
		})
	}
	waiting.Wait()
	release()
	done.Wait()
	return errs
}

func TestAppendsTogether(t *testing.T) {
	t.Parallel()

	t.Run("a conflict is the verdict of one append and no other's", func(t *testing.T) {
		t.Parallel()
		s := fresh(t)
		appendTo(t, s, "s", eventstore.NoStream, storetest.Events(1, 10, "a")...)
		var calls []func() error
		for i := range 40 {
			calls = append(calls, func() error {
				stream, expected := fmt.Sprint("s", i), eventstore.NoStream
				if i%2 == 1 {
					stream, expected = "s", 17
				}
				_, err := s.Append(t.Context(), stream, expected, storetest.Events(2, 10, "a")...)
				return err
			})
		}
		for i, err := range together(t, s, calls...) {
			if i%2 == 0 {
				assert.NoError(t, err)
				continue
			}
			conflict := (*eventstore.ConflictError)(nil)
			require.ErrorAs(t, err, &conflict)
			assert.Equal(t, eventstore.ConflictError{Stream: "s", Expected: 17, Actual: 0}, *conflict)
		}
		assert.Len(t, all(t, s), 1+20*2)
	})

	t.Run("a disk that is full is everybody's answer, and nothing of anybody is stored", func(t *testing.T) {
		t.Parallel()
		s := fresh(t)
		appendTo(t, s, "s", eventstore.NoStream, storetest.Events(1, 10, "a")...)
		require.NoError(t, s.LimitPages(30))
		events := storetest.Events(1, 400_000, "large")
		var calls []func() error
		for i := range 8 {
			calls = append(calls, func() error {
				_, err := s.Append(t.Context(), fmt.Sprint("s", i), eventstore.NoStream, events...)
				return err
			})
		}
		for _, err := range together(t, s, calls...) {
			require.ErrorIs(t, err, eventstore.ErrUnavailable)
		}
		assert.Len(t, all(t, s), 1)
	})
}

func TestFullDisk(t *testing.T) {
	t.Parallel()

	t.Run("appends fail, reads work, and all goes on by itself when there is room", func(t *testing.T) {
		t.Parallel()
		s := fresh(t)
		sub, err := s.Subscribe(t.Context(), eventstore.Position{})
		require.NoError(t, err)
		first := appendTo(t, s, "s", eventstore.NoStream, storetest.Events(2, 10, "a")...)
		require.NoError(t, s.LimitPages(30))
		events := storetest.Events(1, 900_000, "new type")
		for range 3 {
			_, err := s.Append(t.Context(), "new stream", eventstore.NoStream, events...)
			require.ErrorIs(t, err, eventstore.ErrUnavailable)
			assert.Len(t, all(t, s), 2)
		}
		small := appendTo(t, s, "s", 1, storetest.Events(1, 10, "a")...)
		assert.Equal(t, first.Position.Commit+1, small.Position.Commit, "no position was lost to what was not stored")
		require.NoError(t, s.LimitPages(1<<20))
		got := appendTo(t, s, "new stream", eventstore.NoStream, events...)
		assert.Equal(t, small.Position.Commit+1, got.Position.Commit)
		d, err := sub.Next(t.Context())
		require.NoError(t, err)
		assert.Equal(t, 4, d.Page.Len())
	})

	t.Run("deleting what expired makes room", func(t *testing.T) {
		t.Parallel()
		s := fresh(t)
		require.NoError(t, s.SetMaxAge(t.Context(), "s", time.Hour))
		last := eventstore.NoStream
		for range 10 {
			last = appendTo(t, s, "s", last, storetest.Events(1, 500_000, "a")...).Revision
		}
		require.NoError(t, s.LimitPages(1))
		_, err := s.Append(t.Context(), "s", last, storetest.Events(1, 500_000, "a")...)
		require.ErrorIs(t, err, eventstore.ErrUnavailable)
		s.clock.advance(2 * time.Hour)
		require.NoError(t, s.Sweep(t.Context()))
		for range 9 {
			last = appendTo(t, s, "s", last, storetest.Events(1, 500_000, "a")...).Revision
		}
	})
}

func TestTwoProcesses(t *testing.T) {
	t.Parallel()

	t.Run("two that write one file by mistake break no promise", func(t *testing.T) {
		t.Parallel()
		one := fresh(t)
		other := open(t, one.path, one.clock)
		var group sync.WaitGroup
		for i, s := range []*opened{one, other} {
			group.Go(func() {
				for n := range 30 {
					events := storetest.Events(2, 10, fmt.Sprint("type", n/10))
					_, err := s.Append(t.Context(), fmt.Sprint("s", i), eventstore.Revision(2*n-1), events...)
					assert.NoError(t, err)
				}
			})
		}
		group.Wait()
		appendTo(t, one, "s1", 59, storetest.Events(1, 10, "last")...)
		conflict := (*eventstore.ConflictError)(nil)
		_, err := other.Append(t.Context(), "s1", 59, storetest.Events(1, 10, "last")...)
		require.ErrorAs(t, err, &conflict)
		assert.Equal(t, eventstore.Revision(60), conflict.Actual)
		got := all(t, other)
		require.Len(t, got, 121)
		for i, e := range got {
			assert.EqualValues(t, i+1, e.Position.Commit, "positions are dense")
		}
	})
}

func TestManyStreams(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	const streams = 4096 + 100 // more than the writer remembers
	var group sync.WaitGroup
	for part := range 16 {
		group.Go(func() {
			for round := range 2 {
				for i := part; i < streams; i += 16 {
					_, err := s.Append(t.Context(), fmt.Sprint("s", i), eventstore.Revision(round-1), storetest.Events(1, 1, "a")...)
					assert.NoError(t, err)
				}
			}
		})
	}
	group.Wait()
	assert.Len(t, all(t, s), 2*streams)
}
