package eventstoredb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"fleetbeat/eventstore"
)

func TestActual(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		revision eventstore.Revision
		told     bool
	}{
		"wrong expected version: expecting '3' but got '17'":               {17, true},
		"wrong expected version: expecting 'no_stream' but got '0'":        {0, true},
		"wrong expected version: expecting '3' but got 'no_stream'":        {eventstore.NoStream, true},
		"wrong expected version: expecting '3' but got 'many'":             {0, false},
		"wrong expected version: expecting '3' but got '17":                {0, false},
		"[ErrorCodeWrongExpectedVersion] an append request failed somehow": {0, false},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			revision, told := actual(errors.New(text))
			assert.Equal(t, want.told, told)
			if told {
				assert.Equal(t, want.revision, revision)
			}
		})
	}
}

func TestGuarded(t *testing.T) {
	t.Parallel()
	_, err := guarded(func() (int, error) { panic("unreachable code") })
	require.ErrorIs(t, err, eventstore.ErrUnavailable)
	assert.ErrorContains(t, err, "unreachable code")
	n, err := guarded(func() (int, error) { return 7, io.EOF })
	assert.Equal(t, 7, n)
	assert.Equal(t, io.EOF, err)
}

func gathered(n int, size int) eventstore.Recorded {
	return eventstore.Recorded{
		Event: eventstore.Event{ID: uuid.New(), Type: "t", Data: make([]byte, size)}, Stream: "s",
		Revision: eventstore.Revision(n), Position: eventstore.Position{Commit: uint64(n + 1), Prepare: uint64(n + 1)},
	}
}

func TestGather(t *testing.T) {
	t.Parallel()

	t.Run("whoever brings more than a page waits until one is taken, and nothing is lost", func(t *testing.T) {
		t.Parallel()
		g := newGather()
		brought := make(chan error, 1)
		const events = 50 // of 1 MiB: 3 to a page
		go func() {
			for i := range events {
				if err := g.add(t.Context(), gathered(i, 1<<20)); err != nil {
					brought <- err
					return
				}
			}
			g.setLive(true)
			g.end(io.EOF)
			brought <- nil
		}()
		n, live := 0, false
		for {
			d, err := g.take(t.Context(), full)
			if errors.Is(err, io.EOF) {
				break
			}
			require.NoError(t, err)
			require.LessOrEqual(t, d.Page.Len(), 3)
			require.False(t, live, "live is told with the last page")
			live = d.Live
			for e, err := range d.Page.Events() {
				require.NoError(t, err)
				require.EqualValues(t, n, e.Revision)
				n++
			}
		}
		require.NoError(t, <-brought)
		assert.Equal(t, events, n)
		assert.True(t, live)
	})

	t.Run("whoever waits for room goes when its context ends", func(t *testing.T) {
		t.Parallel()
		g := newGather()
		ctx, cancel := context.WithCancel(t.Context())
		for i := range 3 { // with their headers a fourth does not fit
			require.NoError(t, g.add(ctx, gathered(i, 1<<20)))
		}
		waiting := make(chan error, 1)
		go func() { waiting <- g.add(ctx, gathered(3, 1<<20)) }()
		cancel()
		require.ErrorIs(t, <-waiting, context.Canceled)
	})

	t.Run("an error comes after the events before it, again and again", func(t *testing.T) {
		t.Parallel()
		g := newGather()
		require.NoError(t, g.add(t.Context(), gathered(0, 1)))
		broken := fmt.Errorf("broken")
		g.end(broken)
		d, err := g.take(t.Context(), soon)
		require.NoError(t, err)
		assert.Equal(t, 1, d.Page.Len())
		for range 2 {
			_, err = g.take(t.Context(), soon)
			require.ErrorIs(t, err, broken)
		}
	})

	t.Run("being live is told once and again after it was lost", func(t *testing.T) {
		t.Parallel()
		g := newGather()
		for range 2 {
			g.setLive(true)
			g.setLive(true)
			d, err := g.take(t.Context(), soon)
			require.NoError(t, err)
			assert.True(t, d.Live)
			ended, cancel := context.WithCancel(t.Context())
			cancel()
			_, err = g.take(ended, soon)
			require.ErrorIs(t, err, context.Canceled)
			g.setLive(false)
			require.NoError(t, g.add(t.Context(), gathered(0, 1)))
			d, err = g.take(t.Context(), soon)
			require.NoError(t, err)
			assert.False(t, d.Live)
		}
	})
}
